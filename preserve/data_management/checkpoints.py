"""Merkle roots over the ledger, signed; segments of the ledger as files.

A checkpoint is a signed note in the form that transparency logs use: origin, size, root in base64, then the time.
It goes onto every medium and certificate, so that altering the past contradicts something in someone else's hands.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, func, select, update

from preserve.clock import stamp
from preserve.data_management import ledger, ledger_keys, merkle
from preserve.data_management.ledger_keys import create_keys as create_keys
from preserve.data_management.ledger_keys import fingerprint as fingerprint
from preserve.data_management.ledger_keys import public_key_of as public_key_of
from preserve.data_management.ledger_keys import raw_public_key as raw_public_key
from preserve.data_management.ledger_keys import raw_public_key_of as raw_public_key_of
from preserve.data_management.ledger_keys import read_public_key as read_public_key
from preserve.data_management.ledger_keys import signer as signer
from preserve.data_management.merkle import Frontier
from preserve.data_management.tables import checkpoints
from preserve.data_management.tables import ledger as ledger_table
from preserve.data_management.tiles import Tiles
from preserve.errors import NotIntact
from storage_adapters.durable import write_file

LEDGER = "ledger"
"""The ledger's name among the logs of which there are tiles."""

_NAMES = ("size", "root", "made", "note", "signature", "key")
_COLUMNS = [checkpoints.c[name] for name in _NAMES]
_SEGMENT = re.compile(r"segment-(\d{10,})-(\d{10,})\.(jsonl|checkpoint)")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement that the ledger's first `size` entries have this Merkle root."""

    size: int
    root: bytes
    made: str
    note: str
    signature: bytes
    key: str

    def text(self) -> str:
        """The note, an empty line, the signature line: what is written to files and media."""
        return f"{self.note}\n— {self.key} {base64.b64encode(self.signature).decode()}\n"


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The Merkle tree hash of leaf hashes (RFC 9162 §2.1.1), in one pass and logarithmic memory."""
    return Frontier().add_all(leaves).root()


def inclusion(connection: Connection, number: int, size: int) -> dict[str, Any]:
    """That entry `number` stands among the first `size`, as hashes to the root (RFC 9162 §2.1.3), hex."""
    from preserve.data_management.ledger_tree import LedgerTree  # pymerkle: no command that only signs pays for it

    within, root = tree(connection), root_at(connection, size)
    path = merkle.inclusion_path(within.root, number - 1, size)
    leaf = next(iter(_leaves(connection, number, number)), b"")
    if not merkle.includes(leaf, number - 1, size, path, root):
        within = tree(connection, kept=False)
    proof = LedgerTree(within, size).prove_inclusion(number, size).serialize()
    return {"number": number, "size": size, "proof": proof}


def tree(connection: Connection, *, kept: bool = True) -> Tiles:
    """The tree over the ledger; with `kept` false it believes the leaves only, and reads as many as it needs."""
    return Tiles(connection, LEDGER, partial(_leaves_within, connection), kept=kept)


def index(connection: Connection) -> None:
    """Have tiles over what the newest checkpoint covers. Raises ValueError where the ledger has a hole."""
    tree(connection).extend(
        int(connection.execute(select(func.coalesce(func.max(checkpoints.c.size), 0))).scalar_one())
    )


def root_at(connection: Connection, size: int) -> bytes:
    """The Merkle root over the first `size` entries. Raises ValueError where there are fewer."""
    return roots_at(connection, [size])[size]


def roots_at(connection: Connection, sizes: Collection[int]) -> dict[int, bytes]:
    """The Merkle roots over the first entries, for several sizes. Raises ValueError beyond the end, or at a hole.

    Each is one of the kept tiles that is proved against the newest checkpoint, else it is reckoned from the leaves.
    """
    count, signed = ledger.size(connection), newest(connection)
    if sizes and max(sizes) > count:
        raise ValueError(f"the ledger has {count} entries, not {max(sizes)}")
    kept, reckoned = tree(connection), tree(connection, kept=False)
    return {size: (kept if _agrees(kept.root, size, signed) else reckoned).root(0, size) for size in set(sizes)}


def _agrees(root: merkle.Root, size: int, signed: Checkpoint | None) -> bool:
    """Whether the tree over `size` leaves is a beginning of what was signed, or has it for a beginning."""
    if signed is None or not size:
        return True
    first, second = sorted((size, signed.size))
    ends = (root(0, size), signed.root) if size < signed.size else (signed.root, root(0, size))
    return merkle.begins_with(first, second, *ends, merkle.consistency_path(root, first, second))


def _leaves_within(connection: Connection, start: int, stop: int) -> Iterator[bytes]:
    return _leaves(connection, start + 1, stop)


def _leaves(connection: Connection, start: int, stop: int) -> Iterator[bytes]:
    """The leaf hashes from number `start` to `stop`. Raises ValueError at a number that is missing."""
    query = select(ledger_table.c.number, ledger_table.c.leaf).where(ledger_table.c.number.between(start, stop))
    rows = connection.execution_options(yield_per=1000).execute(query.order_by(ledger_table.c.number))
    for expected, row in enumerate(rows, start):
        if row.number != expected:
            raise ValueError(f"entry {expected} is missing")
        yield bytes(row.leaf)


def checkpoint(connection: Connection, keys: Path, archive_id: str, moment: datetime) -> Checkpoint:
    """Sign the ledger as it stands, in the caller's transaction; the one already there when nothing was added.

    Goes on from the peaks that the newest checkpoint left, so that it reads only the entries added since. Raises
    NotIntact where that checkpoint or the key is not this archive's, or the ledger does not continue it.
    """
    size = ledger.size(connection)
    before = newest(connection)
    if before is not None and before.size == size:
        return before
    if before is not None and before.size > size:
        raise NotIntact("ledger.entry-missing", str(size + 1), number=size + 1)
    key = ledger_keys.read_private_key(keys / "ledger.key")
    ledger_keys.require_own_key(connection, key, keys / "ledger.key", before.key if before else "")
    try:
        frontier = _frontier(connection, before, keys)
        frontier.add_all(_leaves(connection, frontier.size + 1, size))
        tree(connection).extend(size)
    except ValueError as error:
        raise NotIntact("ledger.contradicts-checkpoint", str(size), detail=str(error), first=1, last=size) from error
    when, root = stamp(moment), frontier.root()
    note = f"preserve/{archive_id}\n{size}\n{base64.b64encode(root).decode()}\n{when}\n"
    made_now = Checkpoint(size, root, when, note, key.sign(note.encode()), fingerprint(key.public_key()))
    keep(connection, made_now, peaks=frontier.peaks())
    return made_now


def _frontier(connection: Connection, before: Checkpoint | None, keys: Path) -> Frontier:
    """The tree under the newest checkpoint. Its peaks are believed where they hash to the root that was signed."""
    if before is None:
        return Frontier()
    if not signed_by_any(before, ledger_keys.believed_keys(connection, keys / "ledger.pub")):
        raise NotIntact("ledger.checkpoint-forged", str(before.size), size=before.size)
    kept = connection.execute(select(checkpoints.c.peaks).where(checkpoints.c.size == before.size)).scalar()
    try:
        frontier = Frontier(before.size, bytes(kept or b""))
    except ValueError:
        frontier = Frontier()
    if frontier.size and frontier.root() == before.root:
        return frontier
    frontier = Frontier().add_all(_leaves(connection, 1, before.size))  # of an earlier release, or damaged
    if frontier.size != before.size or frontier.root() != before.root:
        raise ValueError(f"another root over {before.size} entries than was signed")
    return frontier


def keep(
    connection: Connection, signed: Checkpoint, *, peaks: bytes | None = None, first_entry: int | None = None
) -> None:
    """Enter a checkpoint; `first_entry` where it closed a segment, `peaks` where they were reckoned."""
    row = {name: getattr(signed, name) for name in _NAMES}
    connection.execute(checkpoints.insert(), {**row, "peaks": peaks, "first_entry": first_entry})


def newest(connection: Connection) -> Checkpoint | None:
    """The checkpoint over the most entries."""
    row = connection.execute(select(*_COLUMNS).order_by(checkpoints.c.size.desc()).limit(1)).first()
    return Checkpoint(**row._mapping) if row else None


def checkpoint_over(connection: Connection, size: int) -> Checkpoint | None:
    """The checkpoint over exactly so many entries."""
    row = connection.execute(select(*_COLUMNS).where(checkpoints.c.size == size)).first()
    return Checkpoint(**row._mapping) if row else None


def between(connection: Connection, start: int, stop: int) -> list[Checkpoint]:
    """The checkpoints from size `start` up to but not including `stop`, smallest first."""
    query = select(*_COLUMNS).where(checkpoints.c.size >= start, checkpoints.c.size < stop)
    return [Checkpoint(**row._mapping) for row in connection.execute(query.order_by(checkpoints.c.size))]


def read_checkpoints(connection: Connection) -> list[Checkpoint]:
    """Every checkpoint, smallest first."""
    return [Checkpoint(**row._mapping) for row in connection.execute(select(*_COLUMNS).order_by(checkpoints.c.size))]


def signature_holds(signed: Checkpoint, public: Ed25519PublicKey) -> bool:
    """Whether the note says what the record says and is signed by this key."""
    lines = signed.note.split("\n")
    if len(lines) != 5 or lines[1] != str(signed.size) or lines[2] != base64.b64encode(signed.root).decode():
        return False
    try:
        public.verify(signed.signature, signed.note.encode())
    except InvalidSignature:
        return False
    return True


def signed_by_any(signed: Checkpoint, keys: Iterable[Ed25519PublicKey]) -> bool:
    """Whether one of these keys signed it."""
    return any(signature_holds(signed, key) for key in keys)


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that `Checkpoint.text` wrote. Raises NotIntact."""
    try:
        note, _, last = text.partition("\n\n— ")
        note += "\n"
        lines = note.split("\n")
        key, signature = last.split()
        return Checkpoint(int(lines[1]), base64.b64decode(lines[2]), lines[3], note, base64.b64decode(signature), key)
    except (ValueError, IndexError) as error:
        raise NotIntact("ledger.checkpoint-unreadable", detail=str(error)) from error


def parse_exactly(data: bytes) -> Checkpoint:
    """The checkpoint in a file that this program wrote: byte for byte, the unsigned parts too. Raises NotIntact."""
    try:
        signed = parse_checkpoint(data.decode())
    except UnicodeDecodeError as error:
        raise NotIntact("ledger.checkpoint-unreadable", detail=str(error)) from error
    if signed.text().encode() != data:
        raise NotIntact("ledger.checkpoint-unreadable", detail="not as it was written")
    return signed


def export_segments(connection: Connection, folder: Path) -> list[Path]:
    """Write what was added since the last segment as `segment-<first>-<last>.jsonl` with its checkpoint beside it.

    One segment up to the newest checkpoint, however many there were between. Closed segments are never written again.
    When the files are durable, the row of the checkpoint says which segment it closed; where a kill came between, the
    next call says it.
    """
    written = []
    last = max((stop for _, stop, _ in segments(folder)), default=0)
    begun = next((stop for first, stop in unclosed(folder) if first == last + 1), 0)
    last_signed = newest(connection)
    for signed in (checkpoint_over(connection, begun) if begun else None, last_signed):
        if signed is None or signed.size <= last:
            continue
        name = f"segment-{last + 1:010d}-{signed.size:010d}"
        lines = "".join(entry.text + "\n" for entry in ledger.entries(connection, last + 1, signed.size))
        # The checkpoint goes first: a segment without one is not closed.
        write_file(folder / f"{name}.checkpoint", signed.text().encode(), durable=True)
        write_file(folder / f"{name}.jsonl", lines.encode(), durable=True)
        written.append(folder / f"{name}.jsonl")
        last = signed.size
    known = connection.execute(select(func.max(checkpoints.c.size)).where(checkpoints.c.first_entry.isnot(None)))
    closed = known.scalar() or 0
    for first, stop, _ in segments(folder):
        if stop > closed:
            connection.execute(update(checkpoints).where(checkpoints.c.size == stop).values(first_entry=first))
    return written


def segments(folder: Path) -> list[tuple[int, int, Path]]:
    """The closed segments in a folder: first number, last number, path; in order."""
    return [(first, last, folder / name) for first, last, name in _named(folder, "jsonl")]


def unclosed(folder: Path) -> list[tuple[int, int]]:
    """Segments of which only the checkpoint lies there: a kill came between the two files, or the other is gone."""
    whole = {path.stem for _, _, path in segments(folder)}
    return [(first, last) for first, last, name in _named(folder, "checkpoint") if name.partition(".")[0] not in whole]


def _named(folder: Path, kind: str) -> list[tuple[int, int, str]]:
    names = os.listdir(folder) if folder.is_dir() else []
    matches = [match for name in names if (match := _SEGMENT.fullmatch(name)) and match[3] == kind]
    return sorted((int(match[1]), int(match[2]), match[0]) for match in matches)
