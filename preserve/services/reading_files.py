"""A file of a case on its way to a reader: found by its identifier, permitted, brought into the room, and told of."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from preserve.access.requests.selecting import HeldCase
from preserve.access.viewing import reading_room
from preserve.access.viewing.kinds import suffix_of
from preserve.access.viewing.page_pictures import PagePictures
from preserve.access.viewing.profile import looking_profile
from preserve.access.viewing.reading_room import Viewed
from preserve.access.viewing.rendering import Rendered
from preserve.access.viewing.shown import Check, ShownCopy, clear_shown
from preserve.access.viewing.strips import Strips
from preserve.administration.duties import Duty
from preserve.archival_storage.copies import TRANSITIONS, change_copy
from preserve.archival_storage.media import server_store, store_identity
from preserve.archival_storage.notify import notify
from preserve.archival_storage.policy import read_audit_profile
from preserve.data_management import cases, destroyed, holdings, ledger
from preserve.errors import Busy, NotFound, NotIntact
from preserve.messages import say, speaking
from preserve.services.inner_volume import require_seen
from preserve.services.operation import Arguments, Look
from preserve.services.session import Session
from preserve.work import hold
from storage_adapters.contract import CopyRef

T = TypeVar("T")

ALTERED = "object.altered"

_KEPT_SECONDS, _KEPT_FILES = 60.0, 20_000


@dataclass(frozen=True, slots=True)
class _Contents:
    """What was read of a case, when by the clock of this process; `made` is what was made of each file, by what."""

    at: float
    held: HeldCase
    files: list[Viewed]
    made: dict[str, list[Any]] = field(default_factory=dict)
    turn: threading.Lock = field(default_factory=threading.Lock)


_kept: dict[tuple[str, str, int], _Contents] = {}
_turns: dict[tuple[str, str, int], threading.Lock] = {}
_CLEAR_EVERY = 600.0
_cleared: dict[Path, float] = {}
_keeping = threading.Lock()


@dataclass(frozen=True, slots=True)
class Opened:
    """One file, its case, and what the room has of it."""

    case: HeldCase
    viewed: Viewed
    copy: ShownCopy
    viewing: Path
    rendered: Rendered | None = None  # where a program of somebody else draws its pages

    @property
    def pages(self) -> PagePictures:
        """The pictures of its pages."""
        return PagePictures(self.viewing, self.rendered.key if self.rendered else self.viewed.sha256)

    def drawn_from(self) -> Path:
        """The file whose pages are drawn: the copy, or the PDF made of it only to be looked at. Raises RenderFailed."""
        return self.rendered.pdf(self.copy.path) if self.rendered else self.copy.path

    @property
    def strip(self) -> Strips:
        """The strip of a recording."""
        return Strips(self.viewing, self.viewed.sha256)


def read_contents(session: Session, case: str) -> tuple[HeldCase, list[Viewed]]:
    """The case and its files as they are looked at, without those that this person may not see. Raises Refused."""
    known = _contents(session, case)
    seen = session.person.may(Duty.SEE_INNER)
    return known.held, [file for file in known.files if seen or not file.inner]


def made_of_files(session: Session, case: str, what: str, make: Callable[[Viewed], T]) -> tuple[HeldCase, list[T]]:
    """The case, and what `make` gives for each file that `read_contents` gives; kept under `what` as long as those.

    A page of a large case shows a hundred of its ten thousand files, and says of all of them how many there are.
    """
    known = _contents(session, case)
    with known.turn:
        if what not in known.made:
            known.made[what] = [make(file) for file in known.files]
    seen = session.person.may(Duty.SEE_INNER)
    pairs = zip(known.files, known.made[what], strict=True)
    return known.held, [made for file, made in pairs if seen or not file.inner]


def _contents(session: Session, case: str) -> _Contents:
    """Every file of a case. A recording is asked for in a hundred ranges: what was read of a package is kept a while.

    Whether it was destroyed is asked each time; whether the catalogue says what was registered, when it is read.
    """

    def read(connection: Connection) -> _Contents:
        objid = cases.objid_of(connection, case)
        destroyed.refuse(connection, objid)
        stored = cases.read(connection, objid)
        key = (str(session.home.path), stored.package, hash(stored.description_text))
        with _keeping:
            turn = _turns.setdefault(key, threading.Lock())
        with turn:  # many may ask for a large case at once, and it takes seconds: one reads, and the others wait
            known = _kept.get(key)
            if known is None or time.monotonic() - known.at > _KEPT_SECONDS:
                known = _Contents(time.monotonic(), *reading_room.contents(connection, session.home, objid, "access"))
                _keep(key, known)
        return known

    return session.once("reading", read)


def _keep(key: tuple[str, str, int], known: _Contents) -> None:
    """Keep it instead of the oldest ones, so many files in all: a large case takes a kilobyte for each."""
    with _keeping:
        _kept.pop(key, None)
        _kept[key] = known  # at the end: the first one is the oldest
        while len(_kept) > 1 and sum(len(one.files) for one in _kept.values()) > _KEPT_FILES:
            oldest = next(iter(_kept))
            _kept.pop(oldest)
            _turns.pop(oldest, None)


def find_file(session: Session, case: str, identifier: str) -> Opened:
    """The file of this identifier. Raises NotFound, NotPermitted for one of the internal volume."""
    known = _contents(session, case)
    held = known.held
    viewed = next((file for file in known.files if file.identifier == identifier), None)
    if viewed is None:
        raise NotFound("look.no-such-file", identifier)
    if viewed.inner:
        with session.archive.catalogue.read() as connection:
            require_seen(connection, session.person, held.description, [viewed.name])
    viewing = session.home.path / "viewing"
    store, copy = server_store(session.home), CopyRef(held.package)

    def fetch(path: str) -> None:
        store.bring(copy, [path])

    shown = ShownCopy(viewing, store.path(copy), held.objid, viewed, fetch if store.is_away else None)
    suffix = suffix_of(viewed.path)
    renderer = session.home.settings.viewing.of(suffix)
    rendered = Rendered(viewing, viewed.sha256, suffix, renderer) if renderer else None
    return Opened(held, viewed, shown, viewing, rendered)


def bring(session: Session, opened: Opened) -> Check:
    """Have the copy in the room; where it is not what was registered, that is in the ledger when this returns."""
    _clear_now_and_then(session, opened.viewing)
    check = opened.copy.bring(session.archive.now())
    if check.state == "altered":
        tell_altered(session, opened)
    return check


def _clear_now_and_then(session: Session, viewing: Path) -> None:
    """Drop what lay in the room long enough; not at every one of a player's requests."""
    with _keeping:
        if time.monotonic() < _cleared.get(viewing, -_CLEAR_EVERY) + _CLEAR_EVERY:
            return
        _cleared[viewing] = time.monotonic()
    clear_shown(viewing, looking_profile(session.home.profiles).hours)


def require_intact(session: Session, opened: Opened) -> Check:
    """The same, for who is about to show bytes of it. Raises NotIntact, Busy while it is fetched."""
    check = bring(session, opened)
    if check.state == "altered":
        raise altered(opened, check)
    if check.state == "fetching":
        raise Busy("look.fetching", opened.viewed.name)
    return check


def altered(opened: Opened, check: Check) -> NotIntact:
    """What is raised instead of showing it."""
    return NotIntact("look.altered", opened.viewed.name, wanted=opened.viewed.sha256, found=check.found)


def tell_altered(session: Session, opened: Opened) -> None:
    """Once: write down that the store's copy was found altered, call it suspect, and tell who is to be told."""
    busy = Busy("catalogue.busy", opened.case.objid)
    with hold(session.home.work / "altered.lock", busy, wait=30):  # a job may find it at the same time
        check = opened.copy.state()
        if check.told:
            return
        archive, moment, actor = session.archive, session.archive.now(), session.person.account
        medium, viewed = store_identity(session.home), opened.viewed
        details = {
            "object": viewed.identifier,
            "name": opened.case.package,
            "medium": medium,
            "representation": viewed.representation,
            "wanted": viewed.sha256,
            "found": check.found,
        }
        with archive.catalogue.begin() as connection:
            ledger.append(
                connection, action=ALTERED, subject=opened.case.objid, actor=actor, details=details, moment=moment
            )
            known = holdings.read_copy(connection, opened.case.package, medium)
            if known is not None and known.state != "suspect" and "suspect" in TRANSITIONS[known.state]:
                change_copy(connection, opened.case.package, medium, "suspect", actor=actor, moment=moment)
        opened.copy.note_told()
    _alarm(session, opened, details)


def _alarm(session: Session, opened: Opened, details: Mapping[str, str]) -> None:
    """By mail and webhook, in the archive's language; what cannot be sent stands in the ledger all the same."""
    settings = read_audit_profile(session.home.profiles).notify
    with speaking(session.home.settings.language):
        words = say("look.alarm", package=opened.case.package, object=opened.viewed.identifier)
    notify(settings, words, words, {"action": ALTERED, "subject": opened.case.objid, **details})


def _which(session: Session, arguments: Arguments) -> str:
    return str(arguments["file"])


def _of_held(session: Session, arguments: Arguments) -> str:
    return read_contents(session, arguments["case"])[0].objid


def _seen(session: Session, arguments: Arguments) -> Mapping[str, object]:
    """Identifiers, because names of files may name people."""
    if not arguments["file"]:
        return {"what": "contents"}
    opened = find_file(session, arguments["case"], arguments["file"])
    return {"objects": [opened.viewed.identifier], "what": opened.viewed.representation}


LOOK = Look("object.viewed", _seen, _of_held, _which)
"""One look at one file: however many requests it takes, one entry a session and ten minutes."""

LOOK_OR_LIST = Look(lambda arguments: "object.viewed" if arguments["file"] else "case.viewed", _seen, _of_held, _which)
"""The same, where no file is named yet and the list alone is seen."""


def after_and_before(files: Sequence[Viewed], identifier: str) -> tuple[str, str]:
    """The identifiers of the files before and after one in the list, empty at its ends."""
    place = [file.identifier for file in files].index(identifier)
    before = files[place - 1].identifier if place else ""
    return before, files[place + 1].identifier if place + 1 < len(files) else ""
