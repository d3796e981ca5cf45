"""Merkle roots over the ledger, signed; segments of the ledger as files; and the proof that nothing was altered.

A checkpoint is a signed note in the form that transparency logs use: origin, size, root in base64, then the time.
It goes onto every medium and certificate, so that altering the past contradicts something in someone else's hands.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pymerkle.core import BaseMerkleTree
from sqlalchemy import Connection, select

from preserve.clock import stamp
from preserve.data_management import ledger
from preserve.data_management.tables import checkpoints
from preserve.data_management.tables import ledger as ledger_table
from preserve.errors import NotIntact, PreserveError
from storage_adapters.durable import write_file


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


class _Tree(BaseMerkleTree):  # type: ignore[misc]
    """The tree over our table; it only reads, since entries come in with what they record."""

    def __init__(self, connection: Connection) -> None:
        super().__init__("sha256", disable_cache=True)
        self._connection = connection

    def _encode_entry(self, data: Any) -> bytes:
        raise NotImplementedError("entries are appended by preserve.data_management.ledger")

    def _store_leaf(self, data: Any, digest: bytes) -> int:
        raise NotImplementedError("entries are appended by preserve.data_management.ledger")

    def _get_leaf(self, index: int) -> bytes:
        query = select(ledger_table.c.leaf).where(ledger_table.c.number == index)
        return bytes(self._connection.execute(query).scalar_one())

    def _get_leaves(self, offset: int, width: int) -> list[bytes]:
        query = (
            select(ledger_table.c.leaf)
            .where(ledger_table.c.number > offset, ledger_table.c.number <= offset + width)
            .order_by(ledger_table.c.number)
        )
        return [bytes(leaf) for (leaf,) in self._connection.execute(query)]

    def _get_size(self) -> int:
        return ledger.size(self._connection)


def root_of(leaves: Iterator[bytes] | list[bytes]) -> bytes:
    """The Merkle tree hash of leaf hashes (RFC 9162 §2.1.1), in one pass and logarithmic memory."""
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        height, node = 0, leaf
        while stack and stack[-1][0] == height:
            node = hashlib.sha256(b"\x01" + stack.pop()[1] + node).digest()
            height += 1
        stack.append((height, node))
    if not stack:
        return hashlib.sha256(b"").digest()
    node = stack.pop()[1]
    while stack:
        node = hashlib.sha256(b"\x01" + stack.pop()[1] + node).digest()
    return node


def create_keys(folder: Path) -> str:
    """Make the signing key pair; return the fingerprint (SHA-256 of the raw public key, hex)."""
    key = Ed25519PrivateKey.generate()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_file(folder / "ledger.key", private, durable=True, mode=0o600)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    write_file(folder / "ledger.pub", public, durable=True)
    return fingerprint(key.public_key())


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the raw public key, hex."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()


def read_public_key(path: Path) -> Ed25519PublicKey:
    """The public key in a PEM file. Raises PreserveError."""
    try:
        return public_key_of(path.read_bytes(), str(path))
    except OSError as error:
        raise PreserveError("ledger.key-unreadable", str(path), detail=str(error)) from error


def public_key_of(pem: bytes, where: str = "ledger.pub") -> Ed25519PublicKey:
    """The public key in PEM text. Raises PreserveError."""
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError as error:
        raise PreserveError("ledger.key-unreadable", where, detail=str(error)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise PreserveError("ledger.key-unreadable", where)
    return key


def _read_private_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise PreserveError("ledger.key-unreadable", str(path), detail=str(error)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise PreserveError("ledger.key-unreadable", str(path))
    return key


def signer(keys: Path) -> Callable[[bytes], bytes]:
    """Signs with the archive's private key (Ed25519): markers of media, checkpoints. Raises PreserveError."""
    return _read_private_key(keys / "ledger.key").sign


def raw_public_key(path: Path) -> bytes:
    """The 32 bytes of the public key in a PEM file. Raises PreserveError."""
    return _raw(read_public_key(path))


def raw_public_key_of(pem: bytes) -> bytes:
    """The 32 bytes of the public key in PEM text. Raises PreserveError."""
    return _raw(public_key_of(pem))


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def inclusion(connection: Connection, number: int, size: int) -> dict[str, Any]:
    """That entry `number` stands among the first `size`, as hashes to the root (RFC 9162 §2.1.3), hex."""
    proof = _Tree(connection).prove_inclusion(number, size).serialize()
    return {"number": number, "size": size, "proof": proof}


def root_at(connection: Connection, size: int) -> bytes:
    """The Merkle root over the first `size` entries."""
    return bytes(_Tree(connection).get_root(size)) if size else root_of([])


def consistency(connection: Connection, first: int, second: int) -> dict[str, Any]:
    """That the first `first` entries are the beginning of the first `second` ones (RFC 9162 §2.1.4), as hashes, hex."""
    proof = _Tree(connection).prove_consistency(first, second).serialize()
    return {"first": first, "second": second, "proof": proof}


def checkpoint(connection: Connection, keys: Path, archive_id: str, moment: datetime) -> Checkpoint:
    """Sign the ledger as it stands, in the caller's transaction; the one already there when nothing was added."""
    size = ledger.size(connection)
    known = connection.execute(select(checkpoints).where(checkpoints.c.size == size)).first()
    if known:
        return Checkpoint(**known._mapping)
    key = _read_private_key(keys / "ledger.key")
    root = root_at(connection, size)
    made = stamp(moment)
    note = f"preserve/{archive_id}\n{size}\n{base64.b64encode(root).decode()}\n{made}\n"
    made_now = Checkpoint(size, root, made, note, key.sign(note.encode()), fingerprint(key.public_key()))
    connection.execute(
        checkpoints.insert(),
        {name: getattr(made_now, name) for name in ("size", "root", "made", "note", "signature", "key")},
    )
    return made_now


def read_checkpoints(connection: Connection) -> list[Checkpoint]:
    """Every checkpoint, smallest first."""
    return [Checkpoint(**row._mapping) for row in connection.execute(select(checkpoints).order_by(checkpoints.c.size))]


def signature_holds(made: Checkpoint, public: Ed25519PublicKey) -> bool:
    """Whether the note says what the record says and is signed by this key."""
    lines = made.note.split("\n")
    if len(lines) != 5 or lines[1] != str(made.size) or lines[2] != base64.b64encode(made.root).decode():
        return False
    try:
        public.verify(made.signature, made.note.encode())
    except InvalidSignature:
        return False
    return True


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


def export_segments(connection: Connection, folder: Path) -> list[Path]:
    """Write what was added since the last segment as `segment-<first>-<last>.jsonl` with its checkpoint beside it.

    Closed segments are never written again. Needs a checkpoint over the whole ledger (`checkpoint`).
    """
    written = []
    last = max((stop for _, stop, _ in segments(folder)), default=0)
    for made in read_checkpoints(connection):
        if made.size <= last:
            continue
        name = f"segment-{last + 1:010d}-{made.size:010d}"
        lines = "".join(entry.text + "\n" for entry in ledger.entries(connection, last + 1, made.size))
        # The checkpoint goes first: a segment without one is not closed.
        write_file(folder / f"{name}.checkpoint", made.text().encode(), durable=True)
        write_file(folder / f"{name}.jsonl", lines.encode(), durable=True)
        written.append(folder / f"{name}.jsonl")
        last = made.size
    return written


def segments(folder: Path) -> list[tuple[int, int, Path]]:
    """The closed segments in a folder: first number, last number, path; in order."""
    found = []
    if folder.is_dir():
        for name in os.listdir(folder):
            parts = name.removesuffix(".jsonl").split("-")
            if name.endswith(".jsonl") and len(parts) == 3 and parts[0] == "segment":
                found.append((int(parts[1]), int(parts[2]), folder / name))
    return sorted(found)
