"""The reader that looks for what may have to be covered: faces in pictures and recordings, plates in recordings."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from preserve.access.redaction.sources import kind_of
from preserve.data_management.object_index import ObjectRow
from preserve.errors import ToolMissing
from preserve.home import Home
from preserve.machine_reading import places
from preserve.machine_reading.line_reader import missing
from preserve.machine_reading.models import Model, What, model_for
from preserve.machine_reading.records import Record
from preserve.services.machine_readers import Reader


def open_places(home: Home) -> Reader | None:
    """With the models that are here: for faces, for the text of plates; None without either."""
    if missing():
        return None
    settings = places.PlaceSettings(face=_model(home, "face"), text=_model(home, "ocr"))
    if settings.face is None and settings.text is None:
        return None

    def wants(file: ObjectRow) -> bool:
        kind = kind_of(file.path)
        return places.is_recording(file.path) or (kind in ("pdf", "picture") and settings.face is not None)

    def read(path: Path, name: str) -> Iterable[Record]:
        return places.read_places(path, name, settings, recording=places.is_recording(name))

    return Reader("place", places.engine(settings), wants, read)


def _model(home: Home, what: What) -> Model | None:
    try:
        return model_for(what, home.profiles, home.models)
    except ToolMissing:
        return None
