"""The gaps that LibreOffice draws between Chinese and digits: with them `2019年` is not found in a PDF."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from preserve.ingest.office_files.open_document import OpenPart, Styles
from preserve.ingest.office_files.packages import write_changed
from preserve.ingest.office_files.remarks import Remarks

_MIXED = re.compile(r"[\u3400-\u9fff][0-9A-Za-z]|[0-9A-Za-z][\u3400-\u9fff]")


def would_part(remarks: Remarks) -> bool:
    """Whether a value that is held as it was saved would be drawn with such gaps."""
    return any(_MIXED.search(place) for place in remarks.places.get("field-frozen", ()))


def close(source: Path, target: Path) -> None:
    """A copy of an OpenDocument text that asks for none. Raises NotLookedThrough, and zipfile's errors."""
    edits = {}
    with zipfile.ZipFile(source) as archive:
        for name in ("styles.xml", "content.xml"):
            part = OpenPart(Remarks(), Styles())
            with archive.open(name) as stream:
                part.read(stream)
            edits[name] = part.gaps
    write_changed(source, target, edits)


def says_the_same(first: Path, second: Path) -> bool:
    """Whether two PDFs have the same words on the same number of pages; blanks do not count."""
    import pypdfium2

    with pypdfium2.PdfDocument(first) as one, pypdfium2.PdfDocument(second) as other:
        if len(one) != len(other):
            return False
        return all(_words(one[number]) == _words(other[number]) for number in range(len(one)))


def _words(page: object) -> str:
    layer = page.get_textpage()  # type: ignore[attr-defined]  # pypdfium2 has no types
    words = "".join(layer.get_text_bounded().split())
    layer.close()
    return words
