"""The ledger as it lies on a medium: written there, read from there, and held to ours.

A drive is only added to: it has segments of its own, each as long as what was new when it was at hand, joined as the
store's are. A disc has all of it in one. So any medium that is left tells the whole history, however many are lost.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.archival_storage.discs.sources import Source
from preserve.data_management import checkpoints, ledger, ledger_keys, segment_cover
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.merkle import Frontier
from preserve.data_management.proof import anchors
from preserve.data_management.segment_joining import join
from preserve.data_management.witnesses import OF_DESKTOP
from preserve.errors import NotIntact, PreserveError
from preserve.home import Home
from storage_adapters.durable import write_file, write_stream
from storage_adapters.errors import StorageError

_AT_ONCE = 1000  # entries
_OWN = re.compile(r"segment-(?P<first>\d{10,})-(?P<last>\d{10,})\.(?P<kind>jsonl|checkpoint)|former/[0-9a-f]{64}\.pub")


def write_ledger(
    home: Home, connection: Connection, folder: Path, size: int, names: Sequence[str], signed: str = ""
) -> None:
    """Write what proves the first `size` entries, and that the packages `names` were registered among them.

    What lies there already is read and stays. `signed` is the text of their checkpoint where it was noted. Raises
    NotIntact where the entries are not those that were signed.
    """
    checkpoint = checkpoints.checkpoint_over(connection, size)
    if checkpoint is None and signed:
        checkpoint = checkpoints.parse_exactly(signed.encode())
    _write_segments(connection, folder, size, checkpoint)
    join(folder)  # a drive that is at hand each week would have a thousand of them
    write_file(folder / "ledger.pub", (home.keys / "ledger.pub").read_bytes())
    for path in sorted((home.keys / "former").glob("*.pub")):
        # Older entries and media were signed with these, before the archive was restored.
        write_file(folder / "former" / path.name, path.read_bytes())
    if checkpoint is not None:
        write_file(folder / "checkpoint.txt", checkpoint.text().encode())
    proofs = {}
    for name in sorted(names):
        objid = name.rpartition("_v")[0]
        for entry in ledger.about(connection, objid, *anchors.ANCHORING):
            anchor = anchors.anchor_in(entry.data)
            if anchor is not None and anchor.name == name and entry.number <= size:
                proofs[name] = {"entry": entry.text, **checkpoints.inclusion(connection, entry.number, size)}
    write_file(folder / "proofs.json", (json.dumps(proofs, ensure_ascii=False, indent=1) + "\n").encode())


def _write_segments(connection: Connection, folder: Path, size: int, checkpoint: Checkpoint | None) -> None:
    """Add what is new as one segment; what lies there and is not ours any more is written again."""
    tree = Frontier()
    entries = _added_to(tree, ledger.entries(connection, 1, size))
    for piece in segment_cover.cover_of(folder):
        if piece.start != tree.size + 1 or piece.last > size or not _is_signed(connection, folder, piece):
            break
        if not _is_same(folder / piece.name, piece, entries):
            again = ledger.entries(connection, piece.first, piece.last)
            write_stream(folder / piece.name, _blocks(entry.text for entry in again))
    first = tree.size + 1
    rest = folder / f"segment-{first:010d}-{size:010d}.jsonl"
    if checkpoint is not None and first <= size:
        write_file(rest.with_suffix(".checkpoint"), checkpoint.text().encode())
    if first <= size:
        write_stream(rest, _until_signed(_blocks(entries), tree, checkpoint))
    else:
        deque(_until_signed((), tree, checkpoint), 0)


def _added_to(tree: Frontier, entries: Iterable[ledger.Entry]) -> Iterator[str]:
    for entry in entries:
        tree.add(ledger.leaf_hash(entry.text))
        yield entry.text


def _until_signed(blocks: Iterable[bytes], tree: Frontier, checkpoint: Checkpoint | None) -> Iterator[bytes]:
    """The blocks; at their end the tree that they made must be the signed one. Raises NotIntact."""
    yield from blocks
    if checkpoint is not None and (tree.size, tree.root()) != (checkpoint.size, checkpoint.root):
        raise NotIntact("ledger.contradicts-checkpoint", str(checkpoint.size), first=1, last=checkpoint.size)


def _blocks(texts: Iterable[str]) -> Iterator[bytes]:
    texts = iter(texts)
    while block := "".join(f"{text}\n" for text in islice(texts, _AT_ONCE)):
        yield block.encode()


def _is_signed(connection: Connection, folder: Path, piece: segment_cover.Piece) -> bool:
    """Whether a checkpoint lies beside a segment; one that is not ours any more is written again."""
    beside = (folder / piece.name).with_suffix(".checkpoint")
    row = checkpoints.checkpoint_over(connection, piece.last)
    if row is not None and not (beside.is_file() and beside.read_bytes() == row.text().encode()):
        write_file(beside, row.text().encode())
    return beside.is_file()


def _is_same(path: Path, piece: segment_cover.Piece, entries: Iterator[str]) -> bool:
    """Whether a segment tells what the ledger tells from `piece.start` on; takes all of these entries."""
    same = True
    ours = islice(entries, piece.last - piece.start + 1)
    try:
        with path.open("rb") as stream:
            theirs = islice(segment_lines(stream), piece.start - piece.first, None)
            same = all(line == mine for line, mine in zip_longest(theirs, ours))
    except (OSError, UnicodeDecodeError):
        same = False
    deque(ours, 0)
    return same


def entry_texts(source: Source) -> Iterator[str]:
    """The text of each entry of the ledger on a medium, once. Raises UnicodeDecodeError, StorageError."""
    names = (name.removeprefix("ledger/") for name in source.sizes("ledger/"))
    for piece in segment_cover.cover(_segment_names(names)):
        with source.open(f"ledger/{piece.name}") as stream:
            yield from islice(segment_lines(stream), piece.start - piece.first, None)


def compare_ledger(home: Home, connection: Connection, source: Source, label: str) -> list[Finding]:
    """The ledger's files on a medium against the ledger as it is now, both ways.

    Each segment line by line, each checkpoint by signature and root; what should be there and is not; what is none of
    ours. Nothing where the medium has no ledger yet.
    """
    names = sorted(name.removeprefix("ledger/") for name in source.sizes("ledger/"))
    strange = [name for name in names if not (is_own(name) or OF_DESKTOP.fullmatch(name))]
    findings = [Finding("ledger.stranger", f"{label}: ledger/{name}", "error") for name in strange]
    believed = ledger_keys.believed_keys(connection, home.keys / "ledger.pub")
    read = {}
    for name in names:
        where = f"{label}: ledger/{name}"
        if name.endswith(".pub") and is_own(name):
            findings += _key(source, name, where, believed)
        elif name == "checkpoint.txt" or name.endswith(".checkpoint"):
            checkpoint = _checkpoint(source, name, where, believed, findings)
            if checkpoint is not None:
                read[name] = checkpoint
    size = ledger.size(connection)
    try:
        roots = checkpoints.roots_at(
            connection, [checkpoint.size for checkpoint in read.values() if checkpoint.size <= size]
        )
    except ValueError:
        roots = {}  # our own ledger has a hole
    for name, checkpoint in read.items():
        row = checkpoints.checkpoint_over(connection, checkpoint.size)
        if row is not None and row.text() != checkpoint.text() and row.root == checkpoint.root:
            where = f"{label}: ledger/{name}"
            findings.append(Finding("ledger.checkpoint-differs", where, "error", {"size": checkpoint.size}))
        if roots.get(checkpoint.size) != checkpoint.root:
            values = {"first": 1, "last": checkpoint.size}
            findings.append(Finding("ledger.contradicts-checkpoint", f"{label}: ledger/{name}", "error", values))
    findings += _segment_findings(connection, source, names, label)
    return findings + _lacking(names, read.get("checkpoint.txt"), label)


def is_own(name: str) -> bool:
    """Whether a name below `ledger/` on a medium is one that is written there."""
    return name in ("ledger.pub", "checkpoint.txt", "proofs.json") or bool(_OWN.fullmatch(name))


def _key(source: Source, name: str, where: str, believed: Sequence[Ed25519PublicKey]) -> list[Finding]:
    try:
        fingerprint = ledger_keys.fingerprint(ledger_keys.public_key_of(source.read(f"ledger/{name}", 1 << 16), where))
    except (PreserveError, StorageError) as error:
        return [Finding(error.code, where, "error")]
    known = fingerprint in {ledger_keys.fingerprint(key) for key in believed}
    return [] if known else [Finding("ledger.key-unknown", where, "error", {"found": fingerprint})]


def _checkpoint(
    source: Source, name: str, where: str, believed: Sequence[Ed25519PublicKey], findings: list[Finding]
) -> Checkpoint | None:
    try:
        checkpoint = checkpoints.parse_exactly(source.read(f"ledger/{name}", 1 << 20))
    except (NotIntact, StorageError):
        findings.append(Finding("ledger.checkpoint-unreadable", where))
        return None
    if checkpoints.signed_by_any(checkpoint, believed):
        return checkpoint
    findings.append(Finding("ledger.checkpoint-forged", where, "error", {"size": checkpoint.size}))
    return None


def _segment_findings(connection: Connection, source: Source, names: Sequence[str], label: str) -> list[Finding]:
    """Each segment, line by line against the entries; those that lie over each other too."""
    findings = []
    for first, last, name in _segment_names(names):
        ours = (entry.text for entry in ledger.entries(connection, first, last))
        count = first - 1
        bad = 0
        try:
            with source.open(f"ledger/{name}") as stream:
                for count, (line, mine) in enumerate(zip_longest(segment_lines(stream), ours), first):
                    if line != mine:
                        bad = count
                        break
        except (UnicodeDecodeError, StorageError, OSError):
            bad = count + 1
        if bad or count != last:
            values = {"number": bad or first}
            findings.append(Finding("ledger.medium-differs", f"{label}: ledger/{name}", "error", values))
    return findings


def segment_lines(stream: BinaryIO) -> Iterator[str]:
    """Each entry's text in a segment: lines end with a line feed and nothing else. Raises UnicodeDecodeError."""
    for line in stream:
        yield line.removesuffix(b"\n").decode()


def _segment_names(names: Iterable[str]) -> list[tuple[int, int, str]]:
    """First and last entry of each segment among the names."""
    parted = [match for match in map(_OWN.fullmatch, names) if match is not None and match["kind"] == "jsonl"]
    return [(int(match["first"]), int(match["last"]), match[0]) for match in parted]


def _lacking(names: Sequence[str], checkpoint: Checkpoint | None, label: str) -> list[Finding]:
    """What a medium with any of the ledger should have and has not: all entries up to its checkpoint, and the key."""
    if not names:
        return []
    lacking = [name for name in ("checkpoint.txt", "ledger.pub", "proofs.json") if name not in names]
    segments = _segment_names(names)
    expected = 1
    for piece in segment_cover.cover(segments):
        if piece.start != expected:
            lacking.append(f"segment-{expected:010d}-{piece.start - 1:010d}.jsonl")
        expected = piece.last + 1
    signed = [f"{name.removesuffix('.jsonl')}.checkpoint" for _, _, name in segments]
    lacking += [name for name in signed if name not in names]
    if checkpoint is not None and expected <= checkpoint.size:
        lacking.append(f"segment-{expected:010d}-{checkpoint.size:010d}.jsonl")
    return [Finding("ledger.medium-lacks", f"{label}: ledger/{name}", "error") for name in lacking]
