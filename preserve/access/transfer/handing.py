"""Where a transfer is being written, noted before it is: never two sets of it, and none once it is given up."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from preserve.access import attempts
from preserve.administration.proceedings.records import write_record
from preserve.archival_storage.packing.attempts import Held
from preserve.errors import Conflict, NotIntact
from preserve.home import Home
from storage_adapters.durable import drop_file
from storage_adapters.file_systems import medium_of


class _Note(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    target: str
    medium: str


def note(home: Home, number: str, target: Path, held: Held = nullcontext) -> None:
    """Write down, durably, where a transfer is written; what an earlier run wrote elsewhere is taken back first.

    Raises Refused where that place is not there now, Busy where another attempt is at it by now.
    """
    noted = _noted(home, number)
    if noted is not None and (Path(noted.target), noted.medium) != (target, medium_of(target)):
        take_back(home, number, held)
    made = _Note(target=str(target), medium=medium_of(target))
    with held():
        write_record(_file(home, number), made)


def take_back(home: Home, number: str, held: Held = nullcontext) -> None:
    """Nothing that was not entered as handed over stays outside, as this piece of work is `held`.

    Raises Refused where its place is not there, Busy where another attempt is at it by now.
    """
    noted = _noted(home, number)
    if noted is None:
        return
    target = Path(noted.target)
    if not target.is_dir() or medium_of(target) != noted.medium:
        raise Conflict("request.handed-over-elsewhere", str(target / number))
    there = [target / number, *attempts.left(target, number)]
    with held():
        attempts.remove(there, target)
        forget(home, number)


def forget(home: Home, number: str) -> None:
    """It was entered, or nothing of it is left."""
    drop_file(_file(home, number), home.work)


def _noted(home: Home, number: str) -> _Note | None:
    file = _file(home, number)
    try:
        return _Note.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise NotIntact("proceeding.record-altered", str(file), detail=str(error)) from error


def _file(home: Home, number: str) -> Path:
    return home.work / f"transfer-{number}.handing.json"
