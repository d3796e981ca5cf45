"""The reader of pages that are pictures: scans, photographs of papers, faxes, pictures in OFD."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from preserve.data_management.object_index import ObjectRow
from preserve.errors import ToolMissing
from preserve.home import Home
from preserve.machine_reading.records import Record
from preserve.progress import check_stop
from preserve.services.machine_readers import Reader

_PAGED = (".pdf", ".ofd", ".tif", ".tiff")
_PICTURES = (
    ".jpg",
    ".jpeg",
    ".jpe",
    ".jfif",
    ".png",
    ".bmp",
    ".gif",
    ".webp",
    ".jp2",
    ".jpx",
    ".heic",
    ".heif",
    ".avif",
)
_FORMATS = ("PDF", "Portable Document", "OFD", "TIFF", "Tagged Image", "JPEG", "JPG", "Portable Network", "Bitmap")


def open_page_reader(home: Home) -> Reader | None:
    """Reads text on pages; None without the extra, or without a model that is the described one."""
    from preserve.machine_reading import ocr
    from preserve.machine_reading.models import model_for

    try:
        model = model_for("ocr", home.profiles, home.models)
        engine = ocr.here(model)
    except ToolMissing:
        return None

    def read(path: Path, name: str, first: int = 1) -> Iterator[Record]:
        yield from ocr.read_pages(path, name, ocr.OcrSettings(first=first, model=model, pulse=check_stop))

    return Reader("ocr", engine, _may_be_pages, read, read)


def _may_be_pages(original: ObjectRow) -> bool:
    """By its name or by what it was identified as; a file that is neither a picture nor paged has none."""
    return original.path.lower().endswith((*_PAGED, *_PICTURES)) or any(
        word in original.format_name for word in _FORMATS
    )
