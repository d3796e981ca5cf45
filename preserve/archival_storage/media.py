"""The inventory of media: what there is, where it lies, who answers for it; and the adapter that reaches each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from ulid import ULID

from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.policy import StorageProfile, standing
from preserve.clock import stamp
from preserve.data_management import checkpoints, destroyed, holdings
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import MediumRow
from preserve.data_management.proof.verify_ledger import key_files
from preserve.errors import Refused, UsageError
from preserve.home import Home
from storage_adapters.directory import DirectoryAdapter, prepare
from storage_adapters.drive import DriveAdapter, find_drives, prepare_drive
from storage_adapters.file_systems import hardware_of
from storage_adapters.marker import marker_bytes, read_marker
from storage_adapters.optical.adapter import read_disc_marker
from storage_adapters.optical.reading import list_files
from storage_adapters.s3 import S3Adapter


def store_identity(home: Home) -> str:
    """The identity of the home's server store, as its marker says."""
    return f"store-{home.settings.archive_id}"


def server_store(home: Home) -> DirectoryAdapter:
    """The adapter of the home's server store; it is not touched until used."""
    return DirectoryAdapter(home.store, store_identity(home), home.settings.reserve)


def establish_store(home: Home) -> DirectoryAdapter:
    """Make the server store on disk. Raises WrongMedium where the folder is a medium already."""
    prepare(home.store, store_identity(home), home.settings.institution)
    return server_store(home)


def register_store(connection: Connection, home: Home, *, actor: str, moment: datetime) -> None:
    """Enter the server store into inventory and ledger, in the caller's transaction; once is enough."""
    holdings.add_medium(
        connection,
        store_identity(home),
        kind="directory",
        label=home.settings.institution,
        location=str(home.store),
        actor=actor,
        moment=moment,
    )


def require_medium(connection: Connection, name: str) -> MediumRow:
    """The medium of that identity or label, or whose label begins so where only one does.

    Raises Refused; NotIntact where its row is not what the ledger says.
    """
    found = holdings.read_medium(connection, name)
    if found is None:
        like = [row for row in holdings.all_media(connection) if row.label.startswith(name) and row.state != "lost"]
        found = like[0] if len(like) == 1 else None
    if found is None:
        raise Refused("storage.medium-unknown", name)
    holdings.require_listed(connection, found.id)
    return found


def add_drive(
    home: Home,
    catalogue: Catalogue,
    root: Path,
    label: str,
    *,
    place: str,
    custodian: str,
    reserve: int,
    actor: str,
    moment: datetime,
) -> MediumRow:
    """Make the empty file system mounted at `root` a drive of this archive and enter it. Raises StorageError."""
    identity, session = f"drive-{str(ULID()).lower()}", str(ULID()).lower()
    with catalogue.read() as connection:
        if holdings.read_medium(connection, label) is not None:
            raise UsageError("storage.label-taken", label)
    facts = {
        "medium": identity,
        "kind": "drive",
        "label": label,
        "archive": home.settings.archive_id,
        "institution": home.settings.institution,
        "made": stamp(moment),
        "session": session,
    }
    mount = prepare_drive(root, facts, checkpoints.signer(home.keys))
    hardware = hardware_of(mount)
    adapter = DriveAdapter(root, identity, mount.uuid)
    state = adapter.probe()
    with catalogue.begin() as connection:
        holdings.add_medium(
            connection,
            identity,
            kind="drive",
            label=label,
            location=str(root),
            actor=actor,
            moment=moment,
            place=place,
            custodian=custodian,
            capacity=state.capacity,
            checked=stamp(moment),
            uuid=mount.uuid,
            file_system=mount.kind,
            session=session,
            model=hardware.model,
            serial=hardware.serial,
            reserve=reserve,
            **adapter.health().facts(),
        )
        return require_medium(connection, identity)


def add_bucket(
    home: Home,
    catalogue: Catalogue,
    bucket: str,
    label: str,
    endpoint: str,
    *,
    lock: bool,
    place: str,
    actor: str,
    moment: datetime,
) -> MediumRow:
    """Make a prefix of a bucket this archive's and enter it; with `lock` its objects are locked. Raises StorageError.

    Credentials come from where boto3 looks (environment, ~/.aws), never from the catalogue.
    """
    identity = f"s3-{str(ULID()).lower()}"
    prefix = f"{home.settings.archive_id}/"
    facts = {
        "medium": identity,
        "kind": "s3",
        "label": label,
        "archive": home.settings.archive_id,
        "institution": home.settings.institution,
        "made": stamp(moment),
    }
    S3Adapter(bucket, identity, prefix, endpoint).prepare(marker_bytes(facts, checkpoints.signer(home.keys)))
    with catalogue.begin() as connection:
        holdings.add_medium(
            connection,
            identity,
            kind="s3",
            label=label,
            location=f"{endpoint}/{bucket}",
            actor=actor,
            moment=moment,
            place=place,
            bucket=bucket,
            endpoint=endpoint,
            prefix=prefix,
            lock=lock,
        )
        return require_medium(connection, identity)


def attached(home: Home, rows: list[MediumRow]) -> dict[str, DriveAdapter]:
    """Those drives of the inventory that are connected and mounted now, each held against all that is known of it."""
    known = {row.id: row for row in rows if row.kind == "drive" and row.state in ("in use", "replaced")}
    found = {}
    for mount, marker in find_drives():
        if (row := known.get(marker.identity)) is not None:
            found[row.id] = drive_at(home, row, mount.target)
    return found


def drive_at(home: Home, row: MediumRow, root: Path) -> DriveAdapter:
    """The adapter of a drive of the inventory that should be mounted at `root`."""
    # A drive that outlived a fire was marked with the key of the archive that burned.
    keys = tuple(checkpoints.raw_public_key(path) for path in key_files(home.keys / "ledger.pub"))
    sessions = tuple(str(row.details[name]) for name in ("session", "next_session") if row.details.get(name))
    return DriveAdapter(
        root,
        row.id,
        str(row.details.get("uuid", "")),
        keys,
        sessions,
        int(row.details.get("reserve", 0)),
        str(row.details.get("serial", "")),
    )


def bucket_of(row: MediumRow, retain_until: datetime | None = None) -> S3Adapter:
    """The adapter of a bucket of the inventory; objects written by it are locked until then where it locks."""
    details = row.details
    return S3Adapter(
        str(details["bucket"]),
        row.id,
        str(details.get("prefix", "")),
        str(details.get("endpoint", "")),
        retain_until if details.get("lock") else None,
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What lies at a path: the identity its marker tells, the kind, and where it was found."""

    identity: str
    kind: str
    path: Path


def look_at(path: Path) -> Seen:
    """Which medium is at a folder, in a device or in an image. Raises MediumAbsent, WrongMedium."""
    if path.is_dir():
        marker = read_marker(path)
    else:
        marker = read_disc_marker(path, list_files(path))
    return Seen(marker.identity, marker.facts.get("kind", "directory"), path)


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
    if row.state != "in use" or row.kind == "directory":
        raise Refused("storage.medium-not-replaceable", row.label)
    holdings.change_medium(connection, row.id, actor=actor, moment=moment, state="replaced", why=reason)


def retire(
    connection: Connection, row: MediumRow, profile: StorageProfile, *, reason: str, actor: str, moment: datetime
) -> None:
    """Take a medium out of the inventory's use; `reason` tells what became of it.

    Raises Refused while it holds copies that count, or, after it was replaced, copies that nothing else has.
    """
    holdings.require_on(connection, row.id)
    held = holdings.copies_on(connection, row.id, ["planned", "written", "verified", "due", "repaired", "suspect"])
    if row.state == "replaced":
        lacking = [one for one in held if not standing(connection, one.objid, one.version, profile).sealed]
        if lacking:
            raise Refused("storage.medium-still-needed", row.label, count=len(lacking), first=lacking[0].name)
        for one in held:
            change_copy(connection, one.name, row.id, "retired", actor=actor, moment=moment)
    elif held:
        raise Refused("storage.medium-holds-copies", row.label, count=len(held))
    holdings.change_medium(connection, row.id, actor=actor, moment=moment, state="retired", why=reason)


def next_check(row: MediumRow, profile: StorageProfile) -> date | None:
    """The day by which a medium must be read again; None for one that is read all the time or not in use."""
    kind: Any = row.kind
    rule = profile.audit.get(kind)
    if rule is None or rule.days == 0 or row.state != "in use":
        return None
    last = row.checked or row.added
    return (datetime.fromisoformat(last) + timedelta(days=rule.days)).date()
