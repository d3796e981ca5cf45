"""The text of a checkpoint: written, read again to the byte, and held against the keys that may have signed it.

It is a note as transparency logs sign it (C2SP signed-note, tlog-checkpoint): origin, size, root, then two lines that
the form leaves to us, the time and the digest of the checkpoint before; the signature begins with four bytes that name
the key. Earlier releases signed the same lines but the last, and named the key by its fingerprint: both are valid.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from preserve.data_management.remote_key import SigningKey
from preserve.errors import NotIntact

_ED25519 = b"\x01"
_ID = 4
_RAW = 64
_PREVIOUS = "previous "
_NAME = re.compile(r"[^\s+]+")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement that the ledger's first `size` entries have this Merkle root.

    `key` is the fingerprint of the key that signed; empty where it was read from a text that does not tell it.
    """

    size: int
    root: bytes
    made: str
    note: str
    signature: bytes
    key: str

    @property
    def origin(self) -> str:
        """The log's name, by which its key goes too."""
        return self.note.partition("\n")[0]

    def text(self) -> str:
        """The note, an empty line, the signature line: what is written to files and media."""
        name = self.key if len(self.signature) == _RAW else self.origin
        return f"{self.note}\n— {name} {base64.b64encode(self.signature).decode()}\n"

    def digest(self) -> str:
        """SHA-256 of the text, hex: by it the next checkpoint names this one."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    def previous(self) -> str:
        """The digest of the checkpoint before; empty in the first one, and in those of earlier releases."""
        line = self.note.removesuffix("\n").rpartition("\n")[2]
        return line.removeprefix(_PREVIOUS) if line.startswith(_PREVIOUS) else ""


def sign(
    key: SigningKey, fingerprint: str, origin: str, size: int, root: bytes, when: str, before: Checkpoint | None
) -> Checkpoint:
    """Sign what the ledger is now, after the checkpoint `before`."""
    note = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n{when}\n"
    if not _NAME.fullmatch(origin):  # no name of a key can be made of it: as earlier releases signed
        return Checkpoint(size, root, when, note, key.sign(note.encode()), fingerprint)
    if before is not None:
        note += f"{_PREVIOUS}{before.digest()}\n"
    signature = _key_id(origin, key.public_key()) + key.sign(note.encode())
    return Checkpoint(size, root, when, note, signature, fingerprint)


def verifier_key(origin: str, public: Ed25519PublicKey) -> str:
    """The public key as readers of signed notes take it: name, id, key."""
    return f"{origin}+{_key_id(origin, public).hex()}+{base64.b64encode(_ED25519 + _raw(public)).decode()}"


def _key_id(name: str, public: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + _raw(public)).digest()[:_ID]


def _raw(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def says(signed: Checkpoint) -> bool:
    """Whether the note says what the record says."""
    lines = signed.note.split("\n")
    root = base64.b64encode(signed.root).decode()
    more = lines[4:-1] if len(signed.signature) != _RAW else []
    return (
        lines[1:4] == [str(signed.size), root, signed.made]
        and len(lines) == 5 + len(more)
        and lines[-1] == ""
        and all(line.startswith(_PREVIOUS) for line in more[:1])
        and len(more) < 2
    )


def signature_holds(signed: Checkpoint, public: Ed25519PublicKey) -> bool:
    """Whether the note says what the record says and is signed by this key."""
    signature = signed.signature
    if len(signature) != _RAW:
        if signature[:_ID] != _key_id(signed.origin, public):
            return False
        signature = signature[_ID:]
    try:
        public.verify(signature, signed.note.encode())
    except InvalidSignature:
        return False
    return says(signed)


def signed_by_any(signed: Checkpoint, keys: Iterable[Ed25519PublicKey]) -> bool:
    """Whether one of these keys signed it."""
    return any(signature_holds(signed, key) for key in keys)


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that `Checkpoint.text` wrote. Raises NotIntact."""
    try:
        note, _, last = text.partition("\n\n— ")
        note += "\n"
        lines = note.split("\n")
        name, signature = last.split()
        raw = base64.b64decode(signature)
        key = name if len(raw) == _RAW else ""
        return Checkpoint(int(lines[1]), base64.b64decode(lines[2]), lines[3], note, raw, key)
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
