"""What an import may be made of, for who has no command line: the lists and carriers that lie where deposits are laid.

A place has an identifier made of digests of names. Who sends one gets what the server itself listed under it, or
nothing: no path that somebody sends comes near the file system.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from metadata.identity import readable
from preserve.administration.duties import Duty
from preserve.clock import stamp
from preserve.errors import NotFound, Refused, UsageError
from preserve.home import Home
from preserve.ingest.handing_in import inboxes
from preserve.ingest.legacy.profile import read_lists
from preserve.ingest.legacy.sheets import LARGEST
from preserve.services.choices import Choices
from preserve.services.job_arguments import REMOVABLE, given_lists, is_reachable
from preserve.services.operation import command, query
from preserve.services.session import Session
from storage_adapters.durable import write_file

Kind = Literal["folder", "image", "device", "list"]
_LISTS = frozenset({".xlsx", ".xls", ".csv"})
_IMAGES = frozenset({".iso", ".img", ".udf"})
_MOST = 1000
_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """Something that lies there. `may_be_chosen`: as a carrier, or as the list; an inbox as a whole is neither."""

    id: str
    name: str
    kind: Kind
    bytes: int
    modified: str
    may_be_chosen: bool
    path: Path


@dataclass(frozen=True, slots=True)
class PlacesShown:
    """What lies in a folder, at the top the inboxes and where drives are mounted.

    `within` are the folders on the way, the last one is listed; `chosen` those that were asked for by identifier;
    `more`: there is more than is listed. `kinds` of lists that are known, by name.
    """

    within: tuple[PlaceShown, ...]
    places: tuple[PlaceShown, ...]
    chosen: tuple[PlaceShown, ...]
    absent: tuple[str, ...]
    more: bool
    kinds: Choices


@query("import.places", duty=Duty.INGEST)
def list_places(session: Session, *, within: str = "", chosen: Sequence[str] = ()) -> PlacesShown:
    """What lies in a folder, and the places that were chosen. Raises NotFound for what does not lie there now."""
    home = session.home
    way = [] if not within else _way(home, within)
    found = list(_below(home, way[-1]) if way else _top(home))
    picked = [_way(home, one)[-1] for one in dict.fromkeys(chosen)]
    order = {"folder": 0, "device": 1, "image": 2, "list": 3}
    found.sort(key=lambda one: (order[one.kind], one.name))
    kinds = tuple((one.name, one.label.spoken) for one in read_lists(home.profiles).list)
    more = len(found) > _MOST
    return PlacesShown(tuple(way), tuple(found[:_MOST]), tuple(picked), inboxes.absent(home), more, kinds)


def kind_label(session: Session, name: str) -> str:
    """What people call a kind of list; its name where no profile knows it any more."""
    return next((one.label.spoken for one in read_lists(session.home.profiles).list if one.name == name), name)


def _top(home: Home) -> Iterator[PlaceShown]:
    for root in dict.fromkeys((*inboxes.inboxes(home), *map(Path, REMOVABLE))):
        with suppress(OSError), os.scandir(root) as found:
            if any(not entry.name.startswith(".") for entry in found):
                name = str(root) if str(root) in REMOVABLE else root.name
                yield PlaceShown(_mark(os.path.realpath(root)), name, "folder", 0, "", False, root)
    for device in sorted(Path("/dev").glob("sr[0-9]*")):
        with suppress(OSError):
            if stat.S_ISBLK(device.stat().st_mode):
                yield PlaceShown(_mark(str(device)), device.name, "device", 0, "", True, device)


def _below(home: Home, folder: PlaceShown) -> Iterator[PlaceShown]:
    """What may be chosen of a folder; links, what is hidden, and what is the archive's own are none of it."""
    try:
        with os.scandir(folder.path) as found:
            entries = [entry for entry in found if not entry.name.startswith(".")]
    except OSError as error:
        raise Refused("imports.folder-unreadable", folder.name, reason=error.strerror or "") from error
    for entry in entries:
        with suppress(OSError):  # gone meanwhile
            status, path = entry.stat(follow_symlinks=False), folder.path / entry.name
            kind = _kind(entry.name, status.st_mode)
            if kind is not None and is_reachable(home, path):
                size, when = 0 if kind == "folder" else status.st_size, datetime.fromtimestamp(status.st_mtime, UTC)
                mark = f"{folder.id}.{_mark(entry.name)}"
                yield PlaceShown(mark, readable(entry.name), kind, size, stamp(when), True, path)


def _kind(name: str, mode: int) -> Kind | None:
    if stat.S_ISDIR(mode):
        return "folder"
    ending = os.path.splitext(name)[1].lower()
    if not stat.S_ISREG(mode):
        return None
    return "list" if ending in _LISTS else "image" if ending in _IMAGES else None


def _mark(name: str) -> str:
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:12]


def _way(home: Home, identifier: str) -> list[PlaceShown]:
    """The folders on the way to a place, and the place itself."""
    way: list[PlaceShown] = []
    at = ""
    for part in identifier.split("."):
        at = f"{at}.{part}" if at else part
        around = _below(home, way[-1]) if way and way[-1].kind == "folder" else () if way else _top(home)
        found = next((one for one in around if one.id == at), None)
        if found is None:
            raise NotFound("imports.no-such-place", identifier[:80])
        way.append(found)
    return way


@dataclass(frozen=True, slots=True)
class ListGiven:
    """A list that was handed in, and where it lies until a plan is made of it."""

    name: str
    path: Path


@command("import.give_list", duty=Duty.INGEST)
def give_list(session: Session, name: str, data: bytes) -> ListGiven:
    """Keep a list that somebody sends, under its own name, for a plan to be made of it.

    It is read only by the plan. Lists that were given a month ago and more are cleared away. Raises UsageError.
    """
    if os.path.splitext(name)[1].lower() not in _LISTS or "/" in name or name.startswith("."):
        raise UsageError("imports.list-kind", name[:80])
    if len(data) > LARGEST:
        raise Refused("imports.list-too-large", name, limit=LARGEST)
    folder = given_lists(session.home)
    _clear(folder, session.archive.now() - _KEPT)
    target = folder / hashlib.sha256(data).hexdigest()[:32] / name
    write_file(target, data, durable=True)
    return ListGiven(name, target)


def _clear(folder: Path, before: datetime) -> None:
    with suppress(OSError):
        for old in folder.iterdir():
            if old.stat().st_mtime < before.timestamp():
                shutil.rmtree(old, ignore_errors=True)
