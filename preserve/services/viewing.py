"""What is in a case, to see and to hear in the archive's viewing room; nothing leaves the archive by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from preserve.access.requests.selecting import HeldCase
from preserve.access.viewing import reading_room
from preserve.access.viewing.drawing import time_code as time_code
from preserve.access.viewing.profile import looking_profile
from preserve.access.viewing.reading_room import Placed, Room, Viewed
from preserve.administration.duties import Duty
from preserve.description.fixed_values import Stage
from preserve.description.labels import label_of
from preserve.services.cases import of_case
from preserve.services.inner_volume import require_seen
from preserve.services.operation import Arguments, Look, query
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class FileShown(Viewed):
    """One file of a case; `stage_name` is the stage's name in the reader's language."""

    stage_name: str


@dataclass(frozen=True, slots=True)
class CaseContents:
    """The files of a case, in the order of its description."""

    objid: str
    files: tuple[FileShown, ...]


def _contents(session: Session, case: str, original: bool) -> tuple[HeldCase, list[Viewed]]:
    form: Literal["original", "access"] = "original" if original else "access"
    return session.once("contents", lambda connection: reading_room.contents(connection, session.home, case, form))


def _listed(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"what": "contents"}


def _without_inner(shown: CaseContents) -> CaseContents:
    return replace(shown, files=tuple(file for file in shown.files if not file.inner))


@query(
    "case.contents",
    duty=Duty.FIND,
    subject="case",
    look=Look("case.viewed", _listed, of_case),
    hidden={Duty.SEE_INNER: _without_inner},
)
def contents(session: Session, case: str, *, original: bool = False) -> CaseContents:
    """The files of a case, each with the copy that is shown of it: with `original` the original, else the access copy.

    Raises Refused where there is no such case or it was destroyed, NotIntact.
    """
    record, files = _contents(session, case, original)
    return CaseContents(record.objid, tuple(FileShown(**asdict(file), stage_name=_stage(file.stage)) for file in files))


def _stage(name: str) -> str:
    return label_of(Stage(name)) if name else ""


@dataclass(frozen=True, slots=True)
class ViewedFiles:
    """What was put into the viewing room, and for how many hours it stays there."""

    objid: str
    viewed: tuple[Placed, ...]
    hours: int


def _chosen(session: Session, arguments: Arguments) -> tuple[HeldCase, list[Viewed]]:
    """The case, and the files of it that somebody wants to see."""
    case, files = _contents(session, arguments["case"], arguments["original"])
    names: Sequence[str] = arguments["objects"]
    chosen = reading_room.pick(files, names) if names else [file for file in files if file.recording]
    with session.archive.catalogue.read() as connection:
        require_seen(connection, session.person, case.description, [file.name for file in chosen])
    return case, [file for file in chosen if file.recording or not arguments["pictures"]]


def _viewed(session: Session, arguments: Arguments) -> Mapping[str, object]:
    """Identifiers, because names of files may name people."""
    original = "original" if arguments["original"] else "access"
    return {
        "objects": [file.identifier for file in _chosen(session, arguments)[1]],
        "what": "pictures" if arguments["pictures"] else original,
    }


@query("case.view", duty=Duty.FIND, subject="case", look=Look("object.viewed", _viewed, of_case))
def view(
    session: Session, case: str, objects: Sequence[str] = (), *, pictures: bool = False, original: bool = False
) -> ViewedFiles:
    """Put copies of files, or pictures of recordings, into the viewing room; of all recordings where none is named.

    Raises Refused where a name is not that of one file, NotIntact for a file that is not as it was registered.
    """
    home = session.archive.home
    wanted = {"case": case, "objects": objects, "pictures": pictures, "original": original}
    record, files = _chosen(session, wanted)
    profile = looking_profile(home.profiles)
    room = Room(home, session.person.account, record, profile)
    room.open()
    placed = [room.pictures(file) if pictures else room.copy(file) for file in files]
    return ViewedFiles(record.objid, tuple(placed), profile.hours)
