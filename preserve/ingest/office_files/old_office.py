"""Documents of Office 97 in their OLE2 containers, WPS's own among them: held as they were saved, in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from preserve.ingest.office_files import old_slides
from preserve.ingest.office_files.old_sheets import OldWorkbook
from preserve.ingest.office_files.old_word import OldWord
from preserve.ingest.office_files.remarks import Remarks
from preserve.ingest.office_files.xml_parts import NotLookedThrough

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST = 256 << 20


def hold(copy: Path, remarks: Remarks) -> None:
    """Change the copy. Raises NotLookedThrough, and what struct raises for a damaged one."""
    import olefile

    try:
        with olefile.OleFileIO(str(copy), write_mode=True) as container:
            _hold(container, remarks)
    except olefile.olefile.OleFileError as error:
        raise NotLookedThrough(str(error)) from error


def _stream(container: Any, name: str) -> bytes:
    if container.get_size(name) > _MOST:
        raise NotLookedThrough(f"{name}: more than {_MOST} bytes")
    with container.openstream(name) as opened:
        return bytes(opened.read())


def _hold(container: Any, remarks: Remarks) -> None:
    if container.exists("WordDocument"):
        main = _stream(container, "WordDocument")
        table = OldWord.table_name(main)
        document = OldWord(main, _stream(container, table))
        if document.hold(remarks):
            container.write_stream(table, bytes(document.table))
    for name in ("Workbook", "Book"):
        if container.exists(name):
            book = OldWorkbook(bytearray(_stream(container, name)))
            if book.hold(remarks):
                container.write_stream(name, bytes(book.data))
    if container.exists("PowerPoint Document"):
        slides = bytearray(_stream(container, "PowerPoint Document"))
        if old_slides.hold(slides, remarks):
            container.write_stream("PowerPoint Document", bytes(slides))
    names = ["/".join(parts) for parts in container.listdir()]
    if any("VBA" in name.upper().split("/") for name in names):
        remarks.add("macro")
    objects = {name.split("/")[1] for name in names if name.startswith("ObjectPool/")}
    for name in sorted(objects | {name.split("/")[0] for name in names if name.startswith("MBD")}):
        remarks.add("embedded", name)
