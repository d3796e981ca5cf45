"""The text of a checkpoint: written, read again to the byte, and held against the keys that may have signed it."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from preserve.errors import NotIntact


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
