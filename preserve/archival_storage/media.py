"""The inventory of media: what there is, where it lies, who answers for it; and the home's own store among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from ulid import ULID

from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.policy import StorageProfile, standing
from preserve.archival_storage.store import Store, open_store
from preserve.clock import stamp
from preserve.data_management import checkpoints, destroyed, holdings
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import MediumRow
from preserve.errors import NotFound, Refused, UsageError
from preserve.home import Home
from storage_adapters import registry
from storage_adapters.contract import NewMedium
from storage_adapters.directory import KIND as STORE_KIND
from storage_adapters.directory import prepare
from storage_adapters.marker import read_marker
from storage_adapters.optical.adapter import read_disc_marker
from storage_adapters.optical.reading import list_files


def store_identity(home: Home) -> str:
    """The identity of the home's server store, as its marker says."""
    return home.store_identity


def server_store(home: Home) -> Store:
    """The home's server store; it is not touched until used."""
    return open_store(home)


def establish_store(home: Home) -> Store:
    """Make the server store, and its folder here. Raises WrongMedium where it is a medium already, MediumAbsent."""
    store = server_store(home)
    if home.away is not None:
        store.prepare()
    prepare(home.store, store_identity(home), home.settings.institution)
    return store


def register_store(connection: Connection, home: Home, *, actor: str, moment: datetime) -> None:
    """Enter the server store into inventory and ledger, in the caller's transaction; once is enough."""
    holdings.add_medium(
        connection,
        store_identity(home),
        kind=STORE_KIND if home.away is None else home.away.kind,
        label=home.settings.institution,
        location=home.store_place,
        actor=actor,
        moment=moment,
    )


def require_medium(connection: Connection, name: str) -> MediumRow:
    """The medium of that identity or label, or whose label begins so where only one does.

    Raises Refused; NotIntact where its row is not what the ledger says.
    """
    medium = holdings.read_medium(connection, name)
    if medium is None:
        like = [row for row in holdings.all_media(connection) if row.label.startswith(name) and row.state != "lost"]
        medium = like[0] if len(like) == 1 else None
    if medium is None:
        raise NotFound("storage.medium-unknown", name)
    holdings.require_listed(connection, medium.id)
    return medium


@dataclass(frozen=True, slots=True)
class MediumWish:
    """A medium to enter: of which kind, where it is, and what people call it.

    `where` is a path, a bucket, or what else the kind calls places by; `options` are those of the kind (see
    `storage_adapters.contract.NewMedium`).
    """

    kind: str
    where: str
    label: str
    place: str = ""
    custodian: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def add_medium(home: Home, catalogue: Catalogue, wish: MediumWish, *, actor: str, moment: datetime) -> MediumRow:
    """Make an empty place a medium of this archive and enter it.

    Raises UsageError for a kind whose media are not entered so, or a label that another one has; Refused for a folder
    of the archive itself; StorageError. Credentials never go into the catalogue: a kind's library knows where they are.
    """
    if wish.kind not in registry.established():
        raise UsageError("storage.kind-unknown", wish.kind, known=", ".join(registry.established()))
    place = Path(wish.where).resolve()
    if place.is_dir() and {home.path.resolve(), home.store.resolve()} & {place, *place.parents}:
        raise Refused("output.inside", wish.where, place=str(home.path))  # a medium of itself would be no copy
    with catalogue.read() as connection:
        if holdings.read_medium(connection, wish.label) is not None:
            raise UsageError("storage.label-taken", wish.label)
    identity = f"{wish.kind}-{str(ULID()).lower()}"
    facts = {
        "medium": identity,
        "kind": wish.kind,
        "label": wish.label,
        "archive": home.settings.archive_id,
        "institution": home.settings.institution,
        "made": stamp(moment),
    }
    new = NewMedium(wish.where, facts, checkpoints.signer(home.keys), wish.options)
    established = registry.establish(wish.kind, new)
    # What lies on a shelf is due an interval after it was last seen.
    checked = {"checked": stamp(moment)} if registry.traits_of(wish.kind).needs_person else {}
    with catalogue.begin() as connection:
        holdings.add_medium(
            connection,
            identity,
            kind=wish.kind,
            label=wish.label,
            location=established.location,
            actor=actor,
            moment=moment,
            place=wish.place,
            custodian=wish.custodian,
            capacity=established.capacity,
            **checked,
            **established.details,
        )
        return require_medium(connection, identity)


@dataclass(frozen=True, slots=True)
class Seen:
    """What lies at a path: the identity its marker tells, and where it was found."""

    identity: str
    path: Path


def look_at(path: Path) -> Seen:
    """Which medium is at a folder, in a device or in an image. Raises MediumAbsent, WrongMedium."""
    if path.is_dir():
        marker = read_marker(path)
    else:
        marker = read_disc_marker(path, list_files(path))
    return Seen(marker.identity, path)


def recognise(connection: Connection, identity: str) -> list[MediumRow]:
    """The inventory's rows of an identity; the copies of one disc carry the same, so there may be several."""
    return [row for row in holdings.all_media(connection) if row.id == identity or row.details.get("image") == identity]


def destroyed_on(connection: Connection, rows: list[MediumRow]) -> list[str]:
    """Packages on these media that were destroyed by decision: what a medium that is found again still holds."""
    names = {copy.name for row in rows for copy in holdings.copies_on(connection, row.id) if copy.state != "planned"}
    return sorted(name for name in names if destroyed.is_gone(connection, name))


def refuse_destroyed(connection: Connection, identity: str) -> None:
    """Raises Refused where a medium that is out of use holds matter that was destroyed by decision."""
    rows = recognise(connection, identity)
    if rows and (names := destroyed_on(connection, rows)):
        raise Refused("storage.destroyed-matter", rows[0].label, count=len(names), first=names[0])


def check_in(connection: Connection, row: MediumRow, *, place: str, actor: str, moment: datetime) -> None:
    """Record that a medium was seen, and where it lies from now on where `place` is given."""
    changes: dict[str, Any] = {"seen": stamp(moment), **({"place": place} if place else {})}
    holdings.change_medium(connection, row.id, actor=actor, moment=moment, **changes)


def move(
    connection: Connection, row: MediumRow, *, place: str, custodian: str, reason: str, actor: str, moment: datetime
) -> None:
    """Record a hand-over: from where and whom, to where and whom, and why (DA/T 75-2019: transport is recorded)."""
    holdings.change_medium(
        connection,
        row.id,
        actor=actor,
        moment=moment,
        place=place,
        custodian=custodian or row.custodian,
        handed_over={"from": row.place, "by": row.custodian, "to": place, "at": stamp(moment), "reason": reason},
    )


def replace(connection: Connection, row: MediumRow, *, reason: str, actor: str, moment: datetime) -> None:
    """Let a medium be replaced by others: its copies do not count any more, and can still be read. Raises Refused."""
    if row.state != "in use" or row.id.startswith("store-"):
        raise Refused("storage.medium-not-replaceable", row.label)
    holdings.change_medium(connection, row.id, actor=actor, moment=moment, state="replaced", why=reason)


def retire(
    connection: Connection, row: MediumRow, profile: StorageProfile, *, reason: str, actor: str, moment: datetime
) -> None:
    """Take a medium out of the inventory's use; `reason` tells what became of it.

    Raises Refused while it holds copies that count, or, after it was replaced, copies that nothing else has; and for
    one that is out of use, and for the server store.
    """
    if row.state == "retired" or row.id.startswith("store-"):
        raise Refused("storage.medium-not-retirable", row.label)
    holdings.require_on(connection, row.id)
    copies = holdings.copies_on(connection, row.id, ["planned", "written", "verified", "due", "repaired", "suspect"])
    if row.state == "replaced":
        lacking = [copy for copy in copies if not standing(connection, copy.objid, copy.version, profile).sealed]
        if lacking:
            raise Refused("storage.medium-still-needed", row.label, count=len(lacking), first=lacking[0].name)
        for copy in copies:
            change_copy(connection, copy.name, row.id, "retired", actor=actor, moment=moment)
    elif copies:
        raise Refused("storage.medium-holds-copies", row.label, count=len(copies))
    holdings.change_medium(connection, row.id, actor=actor, moment=moment, state="retired", why=reason)


def next_check(row: MediumRow, profile: StorageProfile) -> date | None:
    """The day by which a medium must be read again; None for one that is read all the time or not in use."""
    rule = profile.audit.get(row.kind)
    if rule is None or rule.days == 0 or row.state != "in use":
        return None
    last = row.checked or row.added
    return (datetime.fromisoformat(last) + timedelta(days=rule.days)).date()
