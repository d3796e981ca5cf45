"""Keeps the log of looks under what was signed: a checkpoint with each transaction, and roots in the ledger.

Whatever adds looks signs them in the same transaction, under an origin of their own. Only the newest of these
checkpoints is kept, in the catalogue and as a file beside the ledger's head. What closes them is the ledger: each hour,
and before whatever speaks of looks or leaves the archive, an entry of it gives the size and the root of this log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, delete, select

from preserve import kept_records
from preserve.clock import now, parse, stamp
from preserve.data_management import checkpoints, ledger, ledger_keys, looks, looks_segments, merkle, signed_notes
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.ledger import Entry
from preserve.data_management.merkle import Frontier
from preserve.data_management.remote_key import RemoteKey
from preserve.data_management.store_witnesses import content
from preserve.data_management.tables import looks_checkpoint as table
from preserve.data_management.tiles import Tiles
from preserve.errors import NotIntact
from preserve.home import Home
from storage_adapters.durable import write_file, write_stream

ANCHORED = "looks.anchored"
TAIL_LOST = "looks.tail-lost"
HEAD_MISSING = "looks.head-missing"

HEAD = "looks.txt"
"""The newest checkpoint over the looks, in the store beside that of the ledger."""

FOLDER = "looks"
"""Where in the store the segments of this log lie: each written once, and copied to drives with the records."""

EVERY = timedelta(hours=1)
_COLUMNS = [table.c[name] for name in ("size", "root", "made", "note", "signature", "key")]
_NEWEST = select(*_COLUMNS).order_by(table.c.size.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The entry of the ledger, by its number, that says which root the first `size` looks have."""

    number: int
    size: int
    root: bytes


def origin(archive_id: str) -> str:
    """The first line of each note over looks: it can never be taken for one over the ledger."""
    return f"preserve/{archive_id}/looks"


def newest(connection: Connection) -> Checkpoint | None:
    """The newest checkpoint over the looks."""
    row = connection.execute(_NEWEST).first()
    return Checkpoint(**row._mapping) if row else None


def keep_signed(home: Home, connection: Connection, *, grown: bool) -> bool:
    """Sign the looks that nobody signed; anchor them when one waits for an hour. Returns whether any were signed.

    `grown`: whether this transaction added to the ledger or to this log. Raises NotIntact.
    """
    signed = sign(home, connection)
    if (signed or grown) and _is_due(connection, home, now()):
        anchor(home, connection)
    return signed


def anchor(home: Home, connection: Connection) -> None:
    """Give the ledger the root over all looks, where there are new ones. Raises NotIntact."""
    if not ledger_keys.another_signs(home):
        sign(home, connection)
    made = newest(connection)
    if made is None or made.size <= anchored(connection, home.settings.archive_id):
        return
    ledger.note(home, connection, ANCHORED, {"size": made.size, "root": made.root.hex()})


def anchored(connection: Connection, archive_id: str) -> int:
    """How many looks stand under a root in the ledger."""
    last = next(ledger.newest(connection, archive_id, ANCHORED, TAIL_LOST), None)
    if last is None:
        return 0
    return int(last.details["size"]) if last.action == ANCHORED else int(last.details["first"]) - 1


def newest_anchor(connection: Connection) -> Anchor | None:
    """The root over the most looks that the ledger gives, none over looks that were lost. Raises NotIntact."""
    return next(_standing(connection), None)


def _anchor_of(entry: Entry) -> Anchor:
    return Anchor(entry.number, int(entry.details["size"]), bytes.fromhex(entry.details["root"]))


def anchors(connection: Connection, since: int = 0) -> list[Anchor]:
    """Every root that the ledger gives, oldest first, but for those over looks that were lost.

    With `since` only the last among the ledger's first `since` entries, and those after it. Raises NotIntact.
    """
    found: list[Anchor] = []
    for anchor in _standing(connection):
        found.append(anchor)
        if anchor.number <= since:
            break
    return found[::-1]


def _standing(connection: Connection) -> Iterator[Anchor]:
    """The newest first, read only as far as somebody asks: there is one an hour."""
    below: int | None = None
    for entry in ledger.newest_of(connection, ANCHORED, TAIL_LOST):
        if entry.action == TAIL_LOST:
            below = min(int(entry.details["first"]), below or int(entry.details["first"]))
        elif below is None or int(entry.details["size"]) < below:
            yield _anchor_of(entry)


def _is_due(connection: Connection, home: Home, moment: datetime) -> bool:
    """Whether a look that the ledger does not cover is an hour old."""
    first = anchored(connection, home.settings.archive_id) + 1
    waiting = next(looks.entries(connection, first, first), None)
    return waiting is not None and parse(waiting.time) <= moment - EVERY


def tree(connection: Connection, *, kept: bool = True) -> Tiles:
    """The tree over the looks; with `kept` false it believes the leaves only, and reads as many as it needs."""
    return Tiles(connection, looks.LOG, lambda start, stop: looks.leaves(connection, start + 1, stop), kept=kept)


def may_sign(home: Home, connection: Connection) -> bool:
    """Whether the key at hand is the one that the ledger says is in use: in an archive restored it is told of last."""
    key = ledger_keys.signing_key(home.keys)
    return ledger_keys.told_keys(connection)[0] in ("", ledger_keys.fingerprint(key.public_key()))


def sign(home: Home, connection: Connection, *, again: bool = False) -> bool:
    """Sign the log as it stands; `again`: from its first look on, whatever was signed before."""
    size, before = looks.size(connection), None if again else newest(connection)
    covered = before.size if before else 0
    if size < covered:
        raise NotIntact("looks.rolled-back", home.catalogue_name, size=size, told=covered, witness="looks_checkpoint")
    if size == covered and not again:
        return False
    key = ledger_keys.signing_key(home.keys)
    ledger_keys.require_own_key(connection, key, home.keys / "ledger.key", before.key if before else "")
    try:
        frontier = _frontier(home, connection, before)
        frontier.add_all(looks.leaves(connection, frontier.size + 1, size))
        tree(connection).extend(size)
    except ValueError as error:
        raise NotIntact("looks.contradicts-checkpoint", str(size), detail=str(error), first=1, last=size) from error
    # It names none before it: only the newest is kept, and the ledger's roots join them.
    log, name = origin(home.settings.archive_id), ledger_keys.fingerprint(key.public_key())
    if isinstance(key, RemoteKey) and before is not None:
        key.shows(before.size, merkle.consistency_path(tree(connection).root, before.size, size))
    made = signed_notes.sign(key, name, log, size, frontier.root(), stamp(now()), None)
    connection.execute(delete(table))
    row = {column.name: getattr(made, column.name) for column in _COLUMNS}
    connection.execute(table.insert(), {**row, "peaks": frontier.peaks()})
    return True


def _frontier(home: Home, connection: Connection, before: Checkpoint | None) -> Frontier:
    """The tree under the newest checkpoint; its peaks are believed where they hash to the root that was signed."""
    if before is None:
        return Frontier()
    if not holds(before, home.settings.archive_id, _keys(home, connection)):
        raise NotIntact("looks.checkpoint-forged", str(before.size), size=before.size)
    kept = connection.execute(select(table.c.peaks)).scalar()
    return Frontier.under(before.root, before.size, bytes(kept or b""), looks.leaves(connection, 1, before.size))


def holds(signed: Checkpoint, archive_id: str, keys: Iterable[Ed25519PublicKey]) -> bool:
    """Whether a checkpoint is one over this archive's looks, signed by one of these keys."""
    return signed.note.partition("\n")[0] == origin(archive_id) and checkpoints.signed_by_any(signed, keys)


def _keys(home: Home, connection: Connection) -> list[Ed25519PublicKey]:
    return ledger_keys.believed_keys(connection, home.keys / "ledger.pub")


def head_file(home: Home) -> Path:
    """Where the newest checkpoint lies in the store."""
    return home.store / "ledger" / HEAD


def write_head(home: Home, connection: Connection) -> None:
    """Put the newest checkpoint into the store, while nobody else commits one. Raises StorageError."""
    made, file = newest(connection), head_file(home)
    if made is not None and file.parent.is_dir() and content(file) != made.text().encode():
        write_file(file, made.text().encode(), durable=True)
        kept_records.keep(file, changes=True)


def read_head(file: Path) -> Checkpoint | None:
    """The checkpoint in the store; None where there is none. Raises NotIntact."""
    data = content(file)
    try:
        return None if data is None else checkpoints.parse_exactly(data)
    except NotIntact as error:
        raise NotIntact("looks.checkpoint-unreadable", str(file)) from error


def hold_to_witnesses(home: Home, connection: Connection) -> None:
    """Hold the log against its checkpoint, the head in the store, and the newest root in the ledger.

    A head that is gone contradicts nothing, and is written into the ledger. Raises NotIntact where looks are gone,
    or there are some that nobody signed: nobody acts on that.
    """
    size, row, head = looks.size(connection), newest(connection), read_head(head_file(home))
    told = anchored(connection, home.settings.archive_id)
    for witness, count in (("looks_checkpoint", row.size if row else 0), ("ledger", told)):
        if count > size:
            raise NotIntact("looks.rolled-back", home.catalogue_name, size=size, told=count, witness=witness)
    if head is not None:
        if not holds(head, home.settings.archive_id, _keys(home, connection)):
            raise NotIntact("looks.checkpoint-forged", str(head_file(home)), size=head.size)
        if head.size > size:
            raise NotIntact("looks.rolled-back", str(head_file(home)), size=size, told=head.size, witness=HEAD)
        if row is not None and row.size == head.size and row.text() != head.text():
            raise NotIntact("looks.forked", str(head_file(home)), number=head.size, witness=HEAD)
    covered = row.size if row else 0
    if size > covered and not ledger_keys.has_sealer(home):
        raise NotIntact("looks.unsigned", home.catalogue_name, first=covered + 1, last=size, count=size - covered)
    # Killed before the first head was written: only the ledger's word makes a missing one remarkable.
    if head is None and told and head_file(home).parent.is_dir():
        ledger.note(home, connection, HEAD_MISSING, {"file": HEAD, "size": covered})
        write_head(home, connection)


def export_segment(home: Home, connection: Connection) -> Path | None:
    """Write the looks that were anchored since the last segment into the store; None where there are none.

    The ledger's entry is what proves the file. Raises StorageError.
    """
    folder = home.store / FOLDER
    last = max((stop for _, stop, _ in looks_segments.segments(folder)), default=0)
    size = anchored(connection, home.settings.archive_id)
    if size <= last or not home.store.is_dir():
        return None
    path = folder / looks_segments.name_of(last + 1, size)
    write_stream(path, looks.lines(connection, last + 1, size), durable=True)
    return path


def enter_loss(home: Home, connection: Connection, told: int) -> int:
    """In a catalogue made again: write down that there were `told` looks and are fewer; returns how many are lost.

    The text of the head goes into the entry: what contradicts it in others' hands is explained by it.
    """
    size = looks.size(connection)
    try:
        head = read_head(head_file(home))
    except NotIntact:
        head = None
    told = max(told, head.size if head else 0, anchored(connection, home.settings.archive_id))
    if told <= size:
        return 0
    lost = {"first": size + 1, "last": told, "count": told - size, "checkpoint": head.text() if head else ""}
    ledger.note(home, connection, TAIL_LOST, lost)
    sign(home, connection, again=True)
    return told - size
