"""Merkle roots over the ledger, signed; segments of the ledger as files.

A checkpoint is a signed note in the form that transparency logs use (C2SP tlog-checkpoint).
It goes onto every medium and certificate, so that altering the past contradicts something in someone else's hands.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

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
from preserve.data_management.remote_key import RemoteKey
from preserve.data_management.signed_notes import Checkpoint as Checkpoint
from preserve.data_management.signed_notes import parse_checkpoint as parse_checkpoint
from preserve.data_management.signed_notes import parse_exactly as parse_exactly
from preserve.data_management.signed_notes import sign
from preserve.data_management.signed_notes import signature_holds as signature_holds
from preserve.data_management.signed_notes import signed_by_any as signed_by_any
from preserve.data_management.tables import checkpoints
from preserve.data_management.tiles import Tiles
from preserve.errors import NotIntact
from storage_adapters.durable import write_file, write_stream

LEDGER = "ledger"
"""The ledger's name among the logs of which there are tiles."""

_NAMES = ("size", "root", "made", "note", "signature", "key")
_COLUMNS = [checkpoints.c[name] for name in _NAMES]
_SEGMENT = re.compile(r"segment-(\d{10,})-(\d{10,})\.(jsonl|checkpoint)")


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The Merkle tree hash of leaf hashes (RFC 9162 §2.1.1), in one pass and logarithmic memory."""
    return Frontier().add_all(leaves).root()


def inclusion(connection: Connection, number: int, size: int) -> dict[str, Any]:
    """That entry `number` stands among the first `size`, as hashes to the root (RFC 9162 §2.1.3), hex."""
    from preserve.data_management.ledger_tree import LedgerTree  # pymerkle: no command that only signs pays for it

    within, root = tree(connection), root_at(connection, size)
    path = merkle.inclusion_path(within.root, number - 1, size)
    leaf = next(iter(ledger.leaves(connection, number, number)), b"")
    if not merkle.includes(leaf, number - 1, size, path, root):
        within = tree(connection, kept=False)
    proof = LedgerTree(within, size).prove_inclusion(number, size).serialize()
    return {"number": number, "size": size, "proof": proof}


def tree(connection: Connection, *, kept: bool = True) -> Tiles:
    """The tree over the ledger; with `kept` false it believes the leaves only, and reads as many as it needs."""
    return Tiles(connection, LEDGER, lambda start, stop: ledger.leaves(connection, start + 1, stop), kept=kept)


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
    key = ledger_keys.signing_key(keys)
    ledger_keys.require_own_key(connection, key, keys / "ledger.key", before.key if before else "")
    try:
        frontier = _frontier(connection, before, keys)
        frontier.add_all(ledger.leaves(connection, frontier.size + 1, size))
        tree(connection).extend(size)
    except ValueError as error:
        raise NotIntact("ledger.contradicts-checkpoint", str(size), detail=str(error), first=1, last=size) from error
    origin, root = f"preserve/{archive_id}", frontier.root()
    if isinstance(key, RemoteKey) and before is not None:
        key.shows(before.size, merkle.consistency_path(tree(connection).root, before.size, size))
    made_now = sign(key, fingerprint(key.public_key()), origin, size, root, stamp(moment), before)
    keep(connection, made_now, peaks=frontier.peaks())
    return made_now


def _frontier(connection: Connection, before: Checkpoint | None, keys: Path) -> Frontier:
    """The tree under the newest checkpoint. Its peaks are believed where they hash to the root that was signed."""
    if before is None:
        return Frontier()
    if not signed_by_any(before, ledger_keys.believed_keys(connection, keys / "ledger.pub")):
        raise NotIntact("ledger.checkpoint-forged", str(before.size), size=before.size)
    kept = connection.execute(select(checkpoints.c.peaks).where(checkpoints.c.size == before.size)).scalar()
    leaves = ledger.leaves(connection, 1, before.size)
    return Frontier.under(before.root, before.size, bytes(kept or b""), leaves)


def keep(
    connection: Connection, signed: Checkpoint, *, peaks: bytes | None = None, first_entry: int | None = None
) -> None:
    """Enter a checkpoint; `first_entry` where it closed a segment, `peaks` where they were reckoned."""
    row = {name: getattr(signed, name) for name in _NAMES}
    connection.execute(checkpoints.insert(), {**row, "peaks": peaks, "first_entry": first_entry})


def name_keys(connection: Connection, keys: Collection[Ed25519PublicKey]) -> None:
    """Say of checkpoints that were read from files which key signed them; their text does not tell."""
    for row in connection.execute(select(*_COLUMNS).where(checkpoints.c.key == "")).all():
        signed = Checkpoint(**row._mapping)
        signer = next((fingerprint(key) for key in keys if signature_holds(signed, key)), "")
        connection.execute(update(checkpoints).where(checkpoints.c.size == signed.size).values(key=signer))


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


def newest_first(connection: Connection) -> Iterator[Checkpoint]:
    """Every checkpoint, the one over the most entries first, read as somebody asks."""
    query = select(*_COLUMNS).order_by(checkpoints.c.size.desc())
    for row in connection.execute(query, execution_options={"yield_per": 1000}):
        yield Checkpoint(*row)


def roots_after(connection: Connection, start: int) -> Iterator[tuple[int, bytes]]:
    """Size and root of each checkpoint over more than `start` entries, or of all, smallest first."""
    query = select(checkpoints.c.size, checkpoints.c.root).where(checkpoints.c.size > (start or -1))
    for size, root in connection.execute(query.order_by(checkpoints.c.size), execution_options={"yield_per": 1000}):
        yield size, bytes(root)


def text_over(connection: Connection, size: int) -> str:
    """The text of the checkpoint over exactly so many entries; empty where there is none."""
    signed = checkpoint_over(connection, size)
    return signed.text() if signed else ""


def read_checkpoints(connection: Connection) -> list[Checkpoint]:
    """Every checkpoint, smallest first."""
    return [Checkpoint(**row._mapping) for row in connection.execute(select(*_COLUMNS).order_by(checkpoints.c.size))]


def write_segments(connection: Connection, folder: Path) -> list[Path]:
    """Write what was added since the last segment as `segment-<first>-<last>.jsonl` with its checkpoint beside it.

    One segment up to the newest checkpoint, however many there were between; where a kill left one of which only the
    checkpoint was written, it is finished first. Nobody else may do so meanwhile.
    """
    written = []
    last = max((stop for _, stop, _ in segments(folder)), default=0)
    begun = next((stop for first, stop in unclosed(folder) if first == last + 1), 0)
    last_signed = newest(connection)
    for signed in (checkpoint_over(connection, begun) if begun else None, last_signed):
        if signed is None or signed.size <= last:
            continue
        name = f"segment-{last + 1:010d}-{signed.size:010d}"
        # The checkpoint goes first: a segment without one is not closed.
        write_file(folder / f"{name}.checkpoint", signed.text().encode(), durable=True)
        write_stream(folder / f"{name}.jsonl", ledger.lines(connection, last + 1, signed.size), durable=True)
        written.append(folder / f"{name}.jsonl")
        last = signed.size
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
