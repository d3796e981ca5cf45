"""The keys that sign checkpoints and markers of media (Ed25519): made, read, and held against what the ledger tells."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection

from preserve.data_management import ledger
from preserve.data_management.remote_key import SOCKET, RemoteKey, SigningKey
from preserve.errors import NotIntact
from preserve.home import Home
from storage_adapters.durable import write_file

FOUNDED = "archive.founded"
RESTORED = "archive.restored"

_sealed_here: set[Path] = set()


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
        raise NotIntact("ledger.key-unreadable", str(path), detail=str(error)) from error


def public_key_of(pem: bytes, where: str = "ledger.pub") -> Ed25519PublicKey:
    """The public key in PEM text. Raises PreserveError."""
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError as error:
        raise NotIntact("ledger.key-unreadable", where, detail=str(error)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise NotIntact("ledger.key-unreadable", where)
    return key


def signing_key(keys: Path) -> SigningKey:
    """The archive's private key; to a process that may not read it, the one behind its socket. Raises PreserveError."""
    path = keys / "ledger.key"
    if path.exists() and not os.access(path, os.R_OK):
        return RemoteKey(keys / SOCKET, read_public_key(keys / "ledger.pub"))
    return read_private_key(path)


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """The private key in a PEM file. Raises PreserveError."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise NotIntact("ledger.key-unreadable", str(path), detail=str(error)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NotIntact("ledger.key-unreadable", str(path))
    return key


def signer(keys: Path) -> Callable[[bytes], bytes]:
    """Signs with the archive's private key (Ed25519): markers of media, checkpoints. Raises PreserveError."""
    return read_private_key(keys / "ledger.key").sign


def raw_public_key(path: Path) -> bytes:
    """The 32 bytes of the public key in a PEM file. Raises PreserveError."""
    return _raw(read_public_key(path))


def raw_public_key_of(pem: bytes) -> bytes:
    """The 32 bytes of the public key in PEM text. Raises PreserveError."""
    return _raw(public_key_of(pem))


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def trusted_keys(public_key: Path) -> list[Ed25519PublicKey]:
    """The archive's public key, and those it had before it was restored (`former/` beside it). Raises PreserveError."""
    return [read_public_key(path) for path in key_files(public_key)]


def key_files(public_key: Path) -> list[Path]:
    """Where those keys lie, the present one first."""
    return [public_key, *sorted((public_key.parent / "former").glob("*.pub"))]


def told_keys(connection: Connection) -> tuple[str, frozenset[str]]:
    """The fingerprint of the key that the ledger says is in use, and those that were before.

    The first is empty where the ledger does not say: the archive was restored by an earlier release.
    """
    present, former = "", set()
    for entry in ledger.of_action(connection, FOUNDED, RESTORED):
        details = entry.details
        former |= {present, str(details.get("former_key_sha256", ""))}
        present = str(details.get("public_key_sha256", ""))
    return present, frozenset(former - {present, ""})


def believed_keys(connection: Connection, public_key: Path) -> list[Ed25519PublicKey]:
    """The archive's public key, and those beside it that the ledger tells of. Raises PreserveError."""
    present, former = told_keys(connection)
    own, *others = trusted_keys(public_key)
    return [own, *(key for key in others if fingerprint(key) in {present, *former})]


def require_own_key(connection: Connection, key: SigningKey, where: Path, before: str = "") -> None:
    """Raises NotIntact where the signing key is not the one that the ledger says is in use.

    Where it does not say, the key counts that signed the checkpoint `before`.
    """
    wanted = told_keys(connection)[0] or before
    own = fingerprint(key.public_key())
    if wanted and wanted != own:
        raise NotIntact("ledger.key-swapped", str(where), wanted=wanted, found=own)


def has_sealer(home: Home) -> bool:
    """Whether one process signs the entries of this archive, after they were committed."""
    settings = home.settings.catalogue
    return settings is not None and settings.sealer


def another_signs(home: Home) -> bool:
    """Whether that is another process than this one."""
    return has_sealer(home) and home.path not in _sealed_here


@contextmanager
def sealing_here(home: Home) -> Iterator[None]:
    """Within it this process is the sealer: it has the key, and signs."""
    _sealed_here.add(home.path)
    try:
        yield
    finally:
        _sealed_here.discard(home.path)
