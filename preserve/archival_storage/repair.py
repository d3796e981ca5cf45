"""Remakes a damaged copy, file by file, from whatever can be proven by the ledger; keeps the old bytes until released.

A file is taken from any place where its bytes have the digest that the package's manifest gives, and the manifest is
taken only where it has the digest that stands in the ledger: neither a majority nor the newest date is proof. The new
copy is built beside the old one, read back past the cache, and only then takes its place; the old one goes into
`quarantine/` on the same medium.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from preserve.archival_storage.assembling import Holder, proven
from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.mending import mend_files, replace_copy
from preserve.archival_storage.opening import NotAtHand, Opened, open_media
from preserve.archival_storage.packages import Contents
from preserve.archival_storage.packing.attempts import Held
from preserve.archival_storage.repair_places import from_recovery, other_copies, places_in, put_aside
from preserve.data_management import cases, destroyed, holdings, ledger
from preserve.data_management.archive import Archive
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.data_management.proof import anchors
from preserve.data_management.proof.anchors import Anchor
from preserve.errors import Refused
from preserve.home import Home
from preserve.work import claim
from storage_adapters.registry import traits_of

REPAIRED = "copy.repaired"
NOT_REPAIRED = "copy.not-repaired"


@dataclass(frozen=True, slots=True)
class Repair:
    """What became of one damaged copy.

    `taken`: how many files came from which place. `lost`: files that no place at hand holds as they should be; the copy
    is as it was then. `quarantine`: where the old bytes lie.
    """

    name: str
    medium: str
    done: bool
    taken: Mapping[str, int]
    lost: tuple[str, ...]
    quarantine: str = ""


def damaged_copies(home: Home, catalogue: Catalogue, only: str = "") -> list[tuple[CopyRow, MediumRow]]:
    """Every copy that an audit or a person found suspect or lost, or those of one case."""
    with catalogue.read() as connection:
        media = {row.id: row for row in holdings.all_media(connection)}
        rows = [row for row in holdings.copies_of(connection, only) if row.state in ("suspect", "lost")]
        rows = [row for row in rows if not destroyed.is_gone(connection, row.name)]
    return [(row, media[row.medium]) for row in rows if row.medium in media and media[row.medium].state == "in use"]


def repair_copy(
    archive: Archive,
    row: CopyRow,
    medium: MediumRow,
    *,
    inserted: Sequence[Path] = (),
    actor: str,
    progress: Callable[[int], None] = lambda moved: None,
) -> Repair:
    """Remake one damaged copy, on a medium at hand, from every place at hand.

    `inserted` are discs, images or mounted media. Raises MediumProblem where its medium is not at hand, Refused where
    it is of a kind that cannot be mended in place (a disc is burned anew) or another run works on the case.
    """
    with archive.catalogue.read() as connection:
        number = cases.read(connection, row.objid).case_number
    with claim(archive.home.work, number, "storage.case-in-hand"):
        return _repair(archive, row, medium, inserted, actor, progress)


def _repair(
    archive: Archive,
    row: CopyRow,
    medium: MediumRow,
    inserted: Sequence[Path],
    actor: str,
    progress: Callable[[int], None],
) -> Repair:
    home, catalogue, now = archive.home, archive.catalogue, archive.now
    with catalogue.read() as connection:
        destroyed.refuse(connection, row.name)
        anchor = anchors.read_anchor(connection, row.name)
        inventory = holdings.all_media(connection)
        copies = [copy for copy in holdings.copies_of(connection, row.objid) if copy.name == row.name]
    media = open_media(home, [medium, *inventory])
    target = _target(medium, media)
    with tempfile.TemporaryDirectory(dir=home.work, prefix="repair-") as scratch:
        places = [Holder(medium.label, target.tree or target.adapter)]
        places += other_copies(copies, medium, media)
        places += _beside(anchor, target, media, inserted, Path(scratch), progress)
        contents = proven(places, anchor)
        if contents is None:
            return _failed(catalogue, row, medium, ("manifest-sha256.txt",), {}, actor, now())
        taken, lost, quarantine = _mend(
            target, row.name, contents, places, Path(scratch), progress, catalogue.while_held
        )
        if lost:
            return _failed(catalogue, row, medium, tuple(lost), taken, actor, now())
    moment = now()
    with catalogue.begin() as connection:
        ledger.append(
            connection,
            action=REPAIRED,
            subject=row.objid,
            actor=actor,
            moment=moment,
            details={"name": row.name, "medium": medium.id, "taken": dict(taken), "quarantine": quarantine},
        )
        for state in ("repaired", "verified"):
            change_copy(connection, row.name, medium.id, state, actor=actor, moment=moment)
    return Repair(row.name, medium.label, True, dict(taken), (), quarantine)


def _target(row: MediumRow, media: Mapping[str, Opened | NotAtHand]) -> Opened:
    """The medium of the damaged copy, where it can be mended on it."""
    medium = media[row.id]
    if traits_of(row.kind).composed:
        raise Refused("repair.not-in-place", row.label, kind=row.kind)
    if isinstance(medium, NotAtHand):
        raise medium.problem()
    if medium.tree is None and medium.mending is None:
        raise Refused("repair.not-in-place", row.label, kind=row.kind)
    medium.require()
    return medium


def _beside(
    anchor: Anchor,
    target: Opened,
    media: Mapping[str, Opened | NotAtHand],
    inserted: Sequence[Path],
    scratch: Path,
    progress: Callable[[int], None],
) -> Iterator[Holder]:
    """Media that were given, what earlier repairs put aside, and the medium's own recovery data."""
    yield from places_in(anchor, inserted, scratch, progress)
    for medium in media.values():
        if isinstance(medium, Opened) and medium.tree is not None:
            yield from put_aside(medium.tree.root, medium.row.label, anchor.name)
    if target.drive is not None and target.tree is not None:
        yield from from_recovery(target.tree, anchor, target.row, scratch, progress)


def _mend(
    target: Opened,
    name: str,
    contents: Contents,
    places: Sequence[Holder],
    scratch: Path,
    progress: Callable[[int], None],
    held: Held,
) -> tuple[Counter[str], list[str], str]:
    """How many files came from where, what no place holds, and where the old bytes lie."""
    if target.tree is None:
        return mend_files(target, name, contents, places, scratch, progress, held)
    with target.writable():
        return replace_copy(target.tree, target.row.label, name, contents, places, progress, held)


def _failed(
    catalogue: Catalogue,
    row: CopyRow,
    medium: MediumRow,
    lost: tuple[str, ...],
    taken: Mapping[str, int],
    actor: str,
    moment: datetime,
) -> Repair:
    with catalogue.begin() as connection:
        ledger.append(
            connection,
            action=NOT_REPAIRED,
            subject=row.objid,
            actor=actor,
            moment=moment,
            details={"name": row.name, "medium": medium.id, "lost": list(lost[:1000]), "count": len(lost)},
        )
    return Repair(row.name, medium.label, False, dict(taken), lost)
