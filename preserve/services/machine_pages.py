"""The reader of text on pages that are pictures: scans in PDF, photographs, TIFF, OFD."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from preserve.data_management.object_index import ObjectRow
from preserve.errors import ToolMissing
from preserve.home import Home
from preserve.machine_reading import ocr
from preserve.machine_reading.models import model_for
from preserve.machine_reading.records import Record
from preserve.services.machine_readers import Reader

_ENDINGS = frozenset((".pdf", ".ofd", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".heic"))


def open_pages(home: Home) -> Reader | None:
    """With the model that counts here; None without the extra or a model."""
    try:
        model = model_for("ocr", home.profiles, home.models)
        engine = ocr.here(model)
    except ToolMissing:
        return None
    settings = ocr.OcrSettings(model=model)

    def wants(file: ObjectRow) -> bool:
        return PurePosixPath(file.path).suffix.lower() in _ENDINGS

    def read(path: Path, name: str) -> Iterable[Record]:
        return ocr.read_pages(path, name, settings)

    return Reader("ocr", engine, wants, read)
