"""One reader a family of formats: pieces of text in the order in which people read them, until enough are taken.

They run in the helper's process only. XML is read without entities, document types or network.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from preserve.ingest.extraction import Way

_MOST_BYTES = 32 << 20  # of one letter or page of HTML, or of one list of pages
_BLOCKS = {"p", "div", "br", "tr", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "table", "title", "section"}


def _elements(stream: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """Every element at its end, by its name without name space."""
    from lxml import etree

    for _, element in etree.iterparse(stream, resolve_entities=False, no_network=True, huge_tree=False):
        if isinstance(element.tag, str):
            yield etree.QName(element).localname, element


def pdf(path: Path) -> Iterator[str]:
    """The text layer, page by page; a scan has none."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    for page in document:
        layer = page.get_textpage()
        yield layer.get_text_bounded()
        layer.close()
        page.close()
        yield "\n\n"


_PAGE = re.compile(rb"<(?:\w+:)?Page\s[^>]*?BaseLoc=[\"']([^\"']+)")


def ofd(path: Path) -> Iterator[str]:
    """The text objects of each page (GB/T 33190 §11); those on one height are one line."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        for name in sorted(names):
            if not name.endswith("/Document.xml"):
                continue
            with archive.open(name) as part:
                pages = _PAGE.findall(part.read(_MOST_BYTES))
            folder = name.rpartition("/")[0]
            for page in pages:
                place = page.decode("utf-8", "replace")
                place = place.lstrip("/") if place.startswith("/") else f"{folder}/{place}"
                if place in names:
                    with archive.open(place) as content:
                        yield from _ofd_page(content)
                    yield "\n\n"


def _ofd_page(content: IO[bytes]) -> Iterator[str]:
    height = ""
    for name, element in _elements(content):
        if name == "TextObject":
            here = [*element.get("Boundary", "").split(), "", ""][1]
            if height and here != height:
                yield "\n"
            height = here
            yield "".join(part.text or "" for part in element.iter("{*}TextCode"))
            element.clear()


def _ooxml(path: Path, wanted: Callable[[str], bool]) -> Iterator[str]:
    """Runs of text in the parts of an Office Open XML file (ISO/IEC 29500), a line for each paragraph."""
    with zipfile.ZipFile(path) as archive:
        for name in sorted((one for one in archive.namelist() if wanted(one)), key=_by_number):
            with archive.open(name) as part:
                for kind, element in _elements(part):
                    if kind == "t":
                        yield element.text or ""
                    elif kind in ("tab", "br"):
                        yield " "
                    elif kind == "p":
                        yield "\n"
                        element.clear()
            yield "\n"


def _by_number(name: str) -> tuple[str, int]:
    number = re.search(r"(\d+)\.xml$", name)
    return name.rpartition("/")[0], int(number[1]) if number else -1


def docx(path: Path) -> Iterator[str]:
    """Body, headers, footers and notes."""
    return _ooxml(
        path,
        lambda name: bool(
            re.fullmatch(r"word/(document\d*|header\d+|footer\d+|footnotes|endnotes|comments)\.xml", name)
        ),
    )


def pptx(path: Path) -> Iterator[str]:
    """Slides and the speaker's notes."""
    return _ooxml(path, lambda name: bool(re.fullmatch(r"ppt/(slides|notesSlides)/\w+\.xml", name)))


def xlsx(path: Path) -> Iterator[str]:
    """Values, a line for each row; what formulas gave when the file was saved."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    for sheet in book.worksheets:
        yield f"{sheet.title}\n"
        for row in sheet.iter_rows(values_only=True):
            values = [str(value) for value in row if value is not None]
            if values:
                yield "\t".join(values) + "\n"


def odf(path: Path) -> Iterator[str]:
    """Paragraphs and headings (ISO/IEC 26300)."""
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as part:
        for kind, element in _elements(part):
            if kind in ("p", "h"):
                yield "".join(element.itertext()) + "\n"
                element.clear()


def plain(path: Path) -> Iterator[str]:
    """Text in the encoding its bytes speak for."""
    yield decoded(path, _MOST_BYTES)


def decoded(path: Path, most: int) -> str:
    """The beginning of a text file; what does not decode is shown as such."""
    import codecs

    from preserve.ingest.readers.text import encoding

    with path.open("rb") as file:
        data = file.read(most)
    name, _ = encoding([data])
    return codecs.getincrementaldecoder(name or "gb18030")("replace").decode(data).removeprefix("\ufeff")


def html(path: Path) -> Iterator[str]:
    """What a page shows, a line for each block."""
    yield _shown(decoded(path, _MOST_BYTES))


def _shown(page: str) -> str:
    import lxml.html

    # A declared encoding would contradict text that is decoded already.
    page = re.sub(r"^\s*<\?xml[^>]*\?>", "", page)
    if not page.strip():
        return ""
    tree: Any = lxml.html.document_fromstring(page, parser=lxml.html.HTMLParser(no_network=True))
    for element in list(tree.iter("script", "style", "noscript")):
        element.drop_tree()
    for element in tree.iter():
        if element.tag in _BLOCKS:
            element.tail = "\n" + (element.tail or "")
    return str(tree.text_content())


def email(path: Path) -> Iterator[str]:
    """Who, to whom, about what; the letter; names of what is attached."""
    from email import policy
    from email.parser import BytesParser

    with path.open("rb") as file:
        letter = BytesParser(policy=policy.default).parsebytes(file.read(_MOST_BYTES))
    for header in ("Subject", "From", "To", "Cc"):
        if letter.get(header):
            yield f"{letter[header]}\n"
    for part in letter.walk():
        if part.get_content_disposition() == "attachment":
            yield f"{part.get_filename() or ''}\n"
        elif part.get_content_maintype() == "text":
            try:
                words = str(part.get_content())
            except (LookupError, ValueError, KeyError):
                words = bytes(part.get_payload(decode=True) or b"").decode("gb18030", "replace")
            yield (_shown(words) if part.get_content_subtype() == "html" else words) + "\n"


READERS: dict[Way, Callable[[Path], Iterator[str]]] = {
    "plain": plain,
    "html": html,
    "pdf": pdf,
    "ofd": ofd,
    "docx": docx,
    "xlsx": xlsx,
    "pptx": pptx,
    "odf": odf,
    "email": email,
}
_IDEOGRAPH = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SPACED = re.compile(rf"(?<![{_IDEOGRAPH}])[{_IDEOGRAPH}](?:[ \u3000]{{1,4}}[{_IDEOGRAPH}](?![{_IDEOGRAPH}]))+")
_LINE_ENDS = re.compile(rf"(?<=[{_IDEOGRAPH}，、；：])[ \u3000]*\n[ \u3000]*(?=[{_IDEOGRAPH}])")


def tidy(text: str, way: Way) -> str:
    """Without control characters and empty lines; `处 罚 决 定 书` as the word that it is.

    Lines of Chinese in PDF and OFD are put together, for words run over their ends.
    """
    text = re.sub(r"\r\n?", "\n", text)
    text = "".join(c if c == "\n" or c == "\t" or c.isprintable() or c == "\u3000" else " " for c in text)
    text = text.encode("utf-8", "replace").decode()
    if way in ("pdf", "ofd"):
        text = _LINE_ENDS.sub("", text)
    text = _SPACED.sub(lambda found: re.sub(r"[ \u3000]", "", found[0]), text)
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[ \t\u3000]{2,}", " ", text)).strip()
