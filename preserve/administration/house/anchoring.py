"""The umbrella ledger: the house's own ledger names the signed root of each fonds' ledger, hour by hour.

An entry of a fonds can be proved up to the house's checkpoint: its path to the fonds' root, the entry that names this
root, and that entry's path. A ledger that was altered behind a root that the house has is found at the next hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.administration.house.founding import house_of, housed, opened, with_archives
from preserve.administration.people import Person
from preserve.data_management import checkpoints, ledger
from preserve.data_management.archive import Archive
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.ledger_keys import believed_keys
from preserve.data_management.proof.inclusion import Proofs
from preserve.errors import NotFound, NotIntact, PreserveError

ANCHORED = "umbrella.anchored"
CONTRADICTED = "umbrella.contradicted"


@dataclass(frozen=True, slots=True)
class Anchored:
    """What came of one fonds: entries under its newest checkpoint; `new` where the house names it from now on."""

    code: str
    size: int
    new: bool
    finding: Finding | None = None


def anchor(archive: Archive, actor: Person) -> list[Anchored]:
    """Name the newest root of each fonds that has an archive, each in a transaction of its own.

    What contradicts an earlier root, or is signed by a key that its archive never had, is written down as that and
    named by no entry. One that is only out of reach is told of and not accused: nothing is written. The others go on.
    """
    house = house_of(archive.home)
    return [_anchor(archive, house, row.code, actor) for row in with_archives(archive)]


def _anchor(archive: Archive, house: Path, code: str, actor: Person) -> Anchored:
    with archive.catalogue.read() as connection:
        before = newest(connection, code)
        key = housed(connection, code)["public_key_sha256"]
    try:
        signed = _signed(house, code, key, before)
    except PreserveError as error:
        if not _contradicts(error):
            return Anchored(code, 0, False, Finding(error.code, code, "warning", dict(error.values), error.detail))
        details = {"reason": error.code, "size": before.size if before else 0}
        _enter(archive, CONTRADICTED, code, actor, details)
        return Anchored(code, 0, False, Finding(error.code, code, "error", dict(error.values), error.detail))
    if before is not None and before.size == signed.size:
        return Anchored(code, signed.size, False)
    _enter(archive, ANCHORED, code, actor, {"checkpoint": signed.text()})
    return Anchored(code, signed.size, True)


def _contradicts(error: PreserveError) -> bool:
    """Whether an archive is not the one that the house knew, or not as it was: busy or away is neither."""
    return isinstance(error, NotIntact) or error.code in ("house.no-fonds", "house.not-its-archive")


def _enter(archive: Archive, action: str, code: str, actor: Person, details: dict[str, object]) -> None:
    moment = archive.now()
    ledger.append_alone(
        archive.catalogue, action=action, subject=code, actor=actor.account, details=details, moment=moment
    )


def _signed(house: Path, code: str, key: str, before: Checkpoint | None) -> Checkpoint:
    """The newest checkpoint of a fonds, which continues the one that the house named last. Raises NotIntact."""
    with opened(house, code) as own, own.catalogue.read() as connection:
        signed = checkpoints.newest(connection)
        if signed is None:
            raise NotIntact("umbrella.no-checkpoint", code)
        public = own.home.keys / "ledger.pub"
        first = ledger.of_action(connection, "archive.founded")[0].details["public_key_sha256"]
        if first != key or not checkpoints.signed_by_any(signed, believed_keys(connection, public)):
            raise NotIntact("umbrella.other-key", code)
        if checkpoints.root_at(connection, signed.size) != signed.root:
            raise NotIntact("ledger.contradicts-checkpoint", code, first=1, last=signed.size)
        if before is not None:
            Proofs(connection, signed).beginning(before)
        return signed


def newest(connection: Connection, code: str) -> Checkpoint | None:
    """The checkpoint of a fonds that the house named last."""
    entry = next(iter(ledger.newest(connection, code, ANCHORED)), None)
    return checkpoints.parse_checkpoint(entry.details["checkpoint"]) if entry is not None else None


def covering(connection: Connection, code: str, number: int) -> tuple[ledger.Entry, Checkpoint]:
    """The first entry of the house that names a root over entry `number` of a fonds, and that root. Raises NotFound."""
    for entry in ledger.about(connection, code, ANCHORED):
        signed = checkpoints.parse_checkpoint(entry.details["checkpoint"])
        if signed.size >= number:
            return entry, signed
    raise NotFound("umbrella.not-yet", str(number), fonds=code)


def prove(archive: Archive, code: str, numbers: Sequence[int]) -> dict[str, object]:
    """Entries of a fonds, proved up to the newest checkpoint of the house; see `check`.

    No text of an entry goes into it but its own hash: the house learns what was done in a fonds from the fonds alone.
    Raises NotFound where no root of the house covers one of them yet, NotIntact where a path does not lead there.
    """
    with archive.catalogue.read() as connection:
        entry, signed = covering(connection, code, max(numbers))
        over = checkpoints.newest(connection)
        if over is None or over.size < entry.number:
            raise NotFound("umbrella.not-yet", str(max(numbers)), fonds=code)
        above = Proofs(connection, over).proved(entry)
        key = (archive.home.keys / "ledger.pub").read_text(encoding="ascii")
    with opened(house_of(archive.home), code) as own, own.catalogue.read() as connection:
        proofs = Proofs(connection, signed)
        below = []
        for number in sorted(set(numbers)):
            found = list(ledger.entries(connection, number, number))
            if not found:
                raise NotFound("umbrella.not-yet", str(number), fonds=code)
            path = [step.hex() for step in proofs.path(found[0])]
            below.append({"leaf": ledger.leaf_hash(found[0].text).hex(), "index": number - 1, "path": path})
        own_key = (own.home.keys / "ledger.pub").read_text(encoding="ascii")
    return {
        "format": FORMAT,
        "fonds": code,
        "entries": below,
        "checkpoint": signed.text(),
        "public_key": own_key,
        "anchor": above,
        "house_checkpoint": over.text(),
        "house_public_key": key,
    }


FORMAT = "preserve-house-proof-1"
