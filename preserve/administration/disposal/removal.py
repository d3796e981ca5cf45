"""Removes one copy after the other, each under a warrant of its own, and says of each what that is worth."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection

from metadata.names import one_name, safe_names
from preserve.administration.actor import Actor
from preserve.administration.disposal.tombstones import COPY_GONE
from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.discs.recipe import IMAGE, read_recipe
from preserve.archival_storage.opening import NotAtHand, Opened, open_medium
from preserve.archival_storage.policy import StorageProfile
from preserve.archival_storage.warrant import Destruction, warrant_for_disposal
from preserve.data_management import holdings, ledger, reading_records, readings
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.errors import Busy, NotIntact, PreserveError, Stopped
from preserve.home import Home
from storage_adapters.contract import CopyRef
from storage_adapters.durable import discard, drop_file
from storage_adapters.erasing import erasure_at, erasure_of, overwrite_tree
from storage_adapters.errors import NotErasable, StorageError
from storage_adapters.registry import traits_of

Why = Literal["destroy", "insert", "locked", "failed", "blocked", "successor", "left"]


@dataclass(frozen=True, slots=True)
class Task:
    """What is still to be done before a thing is gone: with which package, on which medium, which lies where, and why.

    `why`: destroy (a disc, by two people), insert (a drive that is not connected), locked (a bucket's lock), failed,
    blocked (something stands against it), successor (the version without the part is not whole), left (something was
    found that should not be there any more).
    """

    name: str
    why: Why
    medium: str = ""
    place: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Going(Destruction):
    """One thing that is being destroyed, the names of its packages, and of its case."""

    names: tuple[str, ...]
    case_number: str


@dataclass(frozen=True, slots=True)
class Removal:
    """What is needed to remove the copies of one thing: media by identity, as rows and, where at hand, opened."""

    actor: Actor
    profile: StorageProfile
    going: Going
    media: Mapping[str, MediumRow]
    opened: Mapping[str, Opened | NotAtHand]


def remove_copy(removal: Removal, row: CopyRow) -> Task | None:
    """Remove one copy and record it; None when it is gone. What cannot be done now is returned as a task."""
    home, catalogue, going = removal.actor.home, removal.actor.catalogue, removal.going
    row_of_medium = removal.media.get(row.medium)
    actor, moment = removal.actor.account, removal.actor.now()
    if row_of_medium is None or is_lost(row, row_of_medium):
        note_gone(catalogue, going, row, "lost", "", actor=actor, moment=moment)
        return None
    if row.state == "planned" or (row.state == "retired" and row.written is None):
        note_gone(catalogue, going, row, "never-written", "", actor=actor, moment=moment)
        return None
    label, place, traits = row_of_medium.label, row_of_medium.place, traits_of(row_of_medium.kind)
    medium = removal.opened.get(row.medium) or open_medium(home, row_of_medium)
    if isinstance(medium, NotAtHand) and medium.reason == "no-adapter":
        return Task(row.name, "failed", label, place, f"storage.no-adapter {row_of_medium.kind}")
    if traits.removable and (not traits.erasable or row_of_medium.state != "in use"):
        return Task(row.name, "destroy", label, place)
    if isinstance(medium, NotAtHand):
        return Task(row.name, "insert", label, place)
    try:
        worth, detail = _remove(removal, row.name, medium)
    except NotErasable as error:
        return Task(row.name, "locked", label, place, str(error.values.get("until", "")))
    except StorageError as error:
        return Task(row.name, "failed", label, place, f"{error.code} {error.where}")
    except Stopped:
        raise
    except PreserveError as error:
        return Task(row.name, "blocked", label, place, error.code)
    note_gone(catalogue, going, row, worth, detail, actor=actor, moment=moment)
    return None


def is_lost(row: CopyRow, medium: MediumRow) -> bool:
    """Whether the copy went with its medium; one that is lost on a medium that stays where it is may be there yet."""
    return medium.state == "lost" or (row.state == "lost" and traits_of(medium.kind).removable)


def _remove(removal: Removal, name: str, medium: Opened) -> tuple[str, str]:
    """Remove a copy from a medium at hand; returns what overwriting was worth there, and where."""
    medium.require()
    copy, tree = CopyRef(name), medium.tree
    erasure = erasure_of(erasure_at(tree.root), tree.remains(copy)) if tree is not None else None
    detail = f"{erasure.file_system} {erasure.device}".strip() if erasure else medium.row.location
    count, until = medium.left(copy)
    if not count:
        return "absent", detail
    # Where a block is never written in place, overwriting would only wear the medium out.
    overwrite = erasure is not None and erasure.worth not in ("flash", "copy-on-write")
    with removal.actor.catalogue.read() as connection:
        warrant = warrant_for_disposal(
            connection, removal.profile, removal.going, name, medium.row.id, overwrite=overwrite
        )
    try:
        medium.adapter.remove(copy, warrant)
    except NotErasable as error:
        raise NotErasable(error.where, until=until) from error
    count, until = medium.left(copy)
    if count and tree is not None:
        raise NotIntact("disposal.left", str(tree.remains(copy)[0]))
    if count:
        raise NotErasable(medium.row.location, until=until)
    return erasure.worth if erasure else "remote", detail


def note_gone(
    catalogue: Catalogue, going: Going, row: CopyRow, worth: str, detail: str, *, actor: str, moment: datetime
) -> None:
    """One transaction: the copy is retired, and the ledger tells how it went and what that is worth."""
    with catalogue.begin() as connection:
        if (row.name, row.medium) in copies_destroyed(connection, going.objid):
            return
        write_gone(connection, going, row, worth, detail, actor=actor, moment=moment)


def copies_destroyed(connection: Connection, objid: str) -> set[tuple[str, str]]:
    """The copies of a case, by name and medium, of which the ledger tells that they were destroyed.

    A copy that was only retired does not count: its medium may lie on a shelf, with every byte.
    """
    entries = ledger.about(connection, objid, COPY_GONE)
    return {(entry.details["name"], entry.details["medium"]) for entry in entries}


def write_gone(
    connection: Connection, going: Going, row: CopyRow, worth: str, detail: str, *, actor: str, moment: datetime
) -> None:
    """The same in the caller's transaction."""
    known = holdings.read_copy(connection, row.name, row.medium)
    if known is not None and known.state != "retired":
        change_copy(connection, row.name, row.medium, "retired", actor=actor, moment=moment)
    details = {"name": row.name, "medium": row.medium, "disposal": going.disposal, "worth": worth, "detail": detail}
    ledger.append(connection, action=COPY_GONE, subject=going.objid, actor=actor, details=details, moment=moment)


def drop_images(home: Home, going: Going) -> None:
    """Overwrite and drop images of discs, made but perhaps not burned, that hold one of the packages."""
    for folder in _images(home, going):
        _overwrite_file(folder / IMAGE)
        drop_file(folder / IMAGE, folder)


def clear_views(home: Home, going: Going) -> None:
    """Overwrite and drop what people looked at of the case in the viewing room, and all pictures kept there.

    Pictures do not tell of which case they are; each can be made again.
    """
    root = home.path / "viewing"
    for folder in _views(home, going):
        overwrite_tree(folder)
        discard(folder, root)


def drop_shown(home: Home, going: Going) -> None:
    """Drop what browsers are shown of the case, before its copies go.

    They can be second names of the store's own files, and bytes with another name are not overwritten.
    """
    root = home.path / "viewing"
    folder = root / ".shown" / going.objid
    if folder.is_dir():
        overwrite_tree(folder)
        discard(folder, root)


def forget_readings(actor: Actor, going: Going) -> Task | None:
    """Throw away what machines read in the case, of a part that goes with it; a task where that cannot be done now.

    All of it: it is no original, and what is left of the case can be read again.
    """
    try:
        with reading_records.lock(actor.home, going.objid):
            with actor.catalogue.begin() as connection:
                why = {"disposal": going.disposal}
                readings.forget(connection, going.objid, actor=actor.account, moment=actor.now(), **why)
            reading_records.drop(actor.home, going.objid)
    except NotErasable as error:
        return Task(going.names[-1], "locked", detail=error.where)
    except (Busy, StorageError) as error:
        return Task(going.names[-1], "failed", detail=error.code)
    return None


def _views(home: Home, going: Going) -> list[Path]:
    root = home.path / "viewing"
    folders = []
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if folder.name == ".pictures":
            folders += [folder] if any(folder.iterdir()) else []
            continue
        if folder.name == ".shown":
            folders += [folder / going.objid] if (folder / going.objid).is_dir() else []
            continue
        # Earlier releases made a folder of each part of a number with slashes.
        numbers = dict.fromkeys((one_name(going.case_number), going.case_number))
        rooms = [root / safe for number in numbers for safe in safe_names([f"{folder.name}/{number}"])]
        folders += [room for room in rooms if room.is_dir()]
    return folders


def _overwrite_file(path: Path) -> None:
    size = path.lstat().st_size
    with path.open("r+b") as stream:
        for _ in range(0, size, 1 << 20):
            stream.write(bytes(min(1 << 20, size - stream.tell())))
        stream.flush()
        os.fsync(stream.fileno())


def _images(home: Home, going: Going) -> Iterator[Path]:
    top = home.store / "discs"
    for folder in sorted(top.iterdir()) if top.is_dir() else ():
        if (folder / IMAGE).exists():
            packages = {holding.name for holding in read_recipe(home, folder.name).holdings}
            if packages & set(going.names):
                yield folder


def leftovers(home: Home, catalogue: Catalogue, going: Going, media: Mapping[str, Opened | NotAtHand]) -> list[Task]:
    """Look everywhere for what should not be there any more: media at hand, images, work area, catalogue."""
    tasks = []
    for medium in media.values():
        if not isinstance(medium, Opened):
            continue
        if (tree := medium.tree) is None:
            # Of another bucket its own list of tasks says what is locked; the home's store has to be clean.
            stay = [name for name in going.names if medium.row.id == home.store_identity]
            tasks += [Task(name, "left", medium.row.label) for name in stay if medium.left(CopyRef(name))[0]]
            continue
        for name in going.names:
            for place in tree.remains(CopyRef(name)):
                tasks.append(Task(name, "left", medium.row.label, detail=str(place.relative_to(tree.root))))
    tasks += [Task(going.names[-1], "left", detail=f"discs/{folder.name}/{IMAGE}") for folder in _images(home, going)]
    for folder in _views(home, going):
        tasks.append(Task(going.names[-1], "left", detail=str(folder.relative_to(home.path))))
    if not going.item:
        tasks += [Task(going.names[-1], "left", detail=path) for path in reading_records.left(home, going.objid)]
    for path in sorted(home.work.rglob("*")):
        if path.name.startswith(going.objid) and (not going.item or path.name in going.names):
            tasks.append(Task(going.names[-1], "left", detail=f"work/{path.relative_to(home.work)}"))
    with catalogue.read() as connection:
        gone = copies_destroyed(connection, going.objid)
        for row in holdings.copies_of(connection, going.objid):
            if row.name in going.names and (row.name, row.medium) not in gone:
                tasks.append(Task(row.name, "left", row.medium, detail=row.state))
    return tasks
