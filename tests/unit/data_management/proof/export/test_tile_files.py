"""Others' tools read our log: Sigstore's verifier takes checkpoint and proofs, pymerkle the leaves of the files."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pymerkle import InmemoryTree
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedCheckpoint
from sigstore._internal.trust import Keyring, RekorKeyring
from sigstore._utils import KeyID
from sigstore.errors import VerificationError
from sigstore_models.common import v1 as common
from sqlalchemy import Connection, insert

from preserve.data_management import checkpoints, ledger
from preserve.data_management.proof.export.tile_files import LONGEST, tile_path, write_tiles
from preserve.data_management.tables import ledger as table
from preserve.data_management.tables import tiles
from preserve.errors import NotIntact, Refused
from tests.support.catalogues import new_catalogue

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    checkpoints.create_keys(tmp_path / "keys")
    catalogue = new_catalogue(tmp_path / "c.sqlite")
    with catalogue.begin() as opened:
        yield opened
    catalogue.close()


def _sign(connection: Connection, keys: Path, size: int, padding: int = 0) -> None:
    numbers = range(ledger.size(connection) + 1, size + 1)
    texts = (
        f'{{"action":"a","actor":"z","details":{{"w":"{"案" * padding}"}},"number":{number},"subject":"s","time":""}}'
        for number in numbers
    )
    connection.execute(insert(table), [ledger.row_of(text) for text in texts])
    checkpoints.checkpoint(connection, keys, "01jd0000000000000000000000", MOMENT)


class Stranger:
    """Reads the files as C2SP describes them, with nothing of ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.text = (folder / "checkpoint").read_text(encoding="utf-8")
        self.signed = SignedCheckpoint.from_text(self.text)
        self.size = self.signed.checkpoint.log_size

    def verify(self) -> None:
        """The signature, by the key in the vkey. Raises VerificationError."""
        name, number, key = (self.folder / "ledger.vkey").read_text(encoding="ascii").strip().split("+", 2)
        raw = base64.b64decode(key)
        assert (name, raw[0]) == (self.signed.checkpoint.origin, 1)
        der = Ed25519PublicKey.from_public_bytes(raw[1:]).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        details = common.PublicKeyDetails.PKIX_ED25519
        known = Keyring([common.PublicKey(raw_bytes=base64.b64encode(der), key_details=details)])
        self.signed.signed_note.verify(RekorKeyring(known), KeyID(bytes.fromhex(number)))

    def leaves(self) -> list[bytes]:
        """The hashes in the tiles of level 0."""
        return self._hashes("0", self.size)

    def entries(self) -> list[bytes]:
        """What is in the bundles."""
        found = []
        for place in range(-(-self.size // 256)):
            data = self._read("entries", place, self.size)
            while data:
                length = int.from_bytes(data[:2], "big")
                found.append(data[2 : 2 + length])
                data = data[2 + length :]
        return found

    def node(self, level: int, index: int) -> bytes:
        """A hash in a tile of a higher level."""
        return self._hashes(str(level), self.size >> 8 * level)[index]

    def _hashes(self, level: str, count: int) -> list[bytes]:
        data = b"".join(self._read(level, place, count) for place in range(-(-count // 256)))
        return [data[at : at + 32] for at in range(0, len(data), 32)]

    def _read(self, level: str, place: int, count: int) -> bytes:
        width = min(256, count - place * 256)
        return (self.folder / f"tile/{level}/{place:03d}{'' if width == 256 else f'.p/{width}'}").read_bytes()


@pytest.mark.parametrize("size", [1, 256, 257, 700])
def test_a_stranger_reads_the_log(connection: Connection, tmp_path: Path, size: int) -> None:
    first = min(size, 250)
    _sign(connection, tmp_path / "keys", first)
    old = checkpoints.newest(connection)
    if size > first:
        _sign(connection, tmp_path / "keys", size)
    assert write_tiles(connection, tmp_path / "keys" / "ledger.pub", tmp_path / "log") == size
    stranger = Stranger(tmp_path / "log")
    stranger.verify()
    assert stranger.leaves() == [hashlib.sha256(b"\0" + entry).digest() for entry in stranger.entries()]
    theirs = InmemoryTree(algorithm="sha256")
    for entry in stranger.entries():
        theirs.append_entry(entry)
    assert theirs.get_root().hex() == stranger.signed.checkpoint.log_hash
    assert old is not None and theirs.get_root(first) == old.root, "the earlier checkpoint is a beginning of this log"
    if size >= 256:
        assert stranger.node(1, 0) == theirs.get_root(256)
    for index in {0, size // 2, size - 1}:
        path = theirs.prove_inclusion(index + 1, size).serialize()["path"][1:]
        proof = SimpleNamespace(
            log_index=index,
            tree_size=size,
            hashes=[bytes.fromhex(step) for step in path],
            root_hash=bytes.fromhex(stranger.signed.checkpoint.log_hash),
        )
        entry = SimpleNamespace(inclusion_proof=proof, canonicalized_body=stranger.entries()[index])
        verify_merkle_inclusion(SimpleNamespace(_inner=entry))  # type: ignore[arg-type]
        ours = ledger.Entry(index + 1, stranger.entries()[index].decode(), b"")
        proof.hashes = _ours(connection, ours)
        verify_merkle_inclusion(SimpleNamespace(_inner=entry))  # type: ignore[arg-type]


def _ours(connection: Connection, entry: ledger.Entry) -> list[bytes]:
    from preserve.data_management.proof.inclusion import Proofs

    signed = checkpoints.newest(connection)
    assert signed is not None
    return Proofs(connection, signed).path(entry)


def test_a_stranger_refuses_what_was_altered(connection: Connection, tmp_path: Path) -> None:
    _sign(connection, tmp_path / "keys", 5)
    write_tiles(connection, tmp_path / "keys" / "ledger.pub", tmp_path / "log")
    file = tmp_path / "log" / "checkpoint"
    file.write_text(file.read_text(encoding="utf-8").replace("\n5\n", "\n6\n"), encoding="utf-8")
    with pytest.raises(VerificationError):
        Stranger(tmp_path / "log").verify()


@pytest.mark.parametrize(
    ("place", "count", "path"),
    [
        (0, 256, "tile/0/000"),
        (1, 5, "tile/0/001.p/5"),
        (999, 256, "tile/0/999"),
        (1000, 256, "tile/0/x001/000"),
        (1234067, 3, "tile/0/x001/x234/067.p/3"),
    ],
)
def test_paths_are_those_of_the_form(place: int, count: int, path: str) -> None:
    assert tile_path("0", place, count) == path


def test_an_entry_that_no_bundle_holds_is_named(connection: Connection, tmp_path: Path) -> None:
    _sign(connection, tmp_path / "keys", 1, padding=LONGEST // 3)
    with pytest.raises(Refused, match=r"ledger\.entry-too-long"):
        write_tiles(connection, tmp_path / "keys" / "ledger.pub", tmp_path / "log")


def test_tiles_of_another_log_are_not_given_away(connection: Connection, tmp_path: Path) -> None:
    _sign(connection, tmp_path / "keys", 300)
    connection.execute(tiles.update().values(hashes=bytes(8192)))
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-checkpoint"):
        write_tiles(connection, tmp_path / "keys" / "ledger.pub", tmp_path / "log")
