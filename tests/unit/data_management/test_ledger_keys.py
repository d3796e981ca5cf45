"""The signing key is the one that the ledger tells of."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.data_management import ledger, ledger_keys
from preserve.errors import NotIntact

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def _tell(connection: Connection, action: str, **details: str) -> None:
    ledger.append(connection, action=action, subject="a", actor="z", details=details, moment=MOMENT)


def test_keys_are_private_and_their_print_is_that_of_the_public_one(tmp_path: Path) -> None:
    fingerprint = ledger_keys.create_keys(tmp_path / "keys")
    assert (tmp_path / "keys" / "ledger.key").stat().st_mode & 0o077 == 0
    public = ledger_keys.read_public_key(tmp_path / "keys" / "ledger.pub")
    assert ledger_keys.fingerprint(public) == fingerprint
    public.verify(ledger_keys.signer(tmp_path / "keys")(b"text"), b"text")
    assert len(ledger_keys.raw_public_key(tmp_path / "keys" / "ledger.pub")) == 32


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ledger.pub").write_bytes(content)
    for path in (tmp_path / "ledger.pub", tmp_path / "nothing"):
        with pytest.raises(NotIntact, match=r"ledger\.key-unreadable"):
            ledger_keys.read_public_key(path)


def test_an_archive_that_was_restored_believes_its_former_key(connection: Connection, tmp_path: Path) -> None:
    first, second = (ledger_keys.create_keys(tmp_path / name) for name in ("first", "second"))
    (tmp_path / "second" / "former").mkdir()
    (tmp_path / "second" / "former" / "x.pub").write_bytes((tmp_path / "first" / "ledger.pub").read_bytes())
    stranger = ledger_keys.create_keys(tmp_path / "third")
    (tmp_path / "second" / "former" / "y.pub").write_bytes((tmp_path / "third" / "ledger.pub").read_bytes())
    _tell(connection, ledger_keys.FOUNDED, public_key_sha256=first)
    assert ledger_keys.told_keys(connection) == (first, frozenset())
    _tell(connection, ledger_keys.RESTORED, former_key_sha256=first, public_key_sha256=second)
    assert ledger_keys.told_keys(connection) == (second, frozenset({first}))
    believed = ledger_keys.believed_keys(connection, tmp_path / "second" / "ledger.pub")
    assert [ledger_keys.fingerprint(key) for key in believed] == [second, first]
    assert stranger not in [ledger_keys.fingerprint(key) for key in believed]


def test_only_the_own_key_signs(connection: Connection, tmp_path: Path) -> None:
    own = ledger_keys.create_keys(tmp_path / "own")
    ledger_keys.create_keys(tmp_path / "other")
    key, other = (ledger_keys.read_private_key(tmp_path / name / "ledger.key") for name in ("own", "other"))
    ledger_keys.require_own_key(connection, other, tmp_path)  # nothing was told yet
    with pytest.raises(NotIntact, match=r"ledger\.key-swapped"):
        ledger_keys.require_own_key(connection, other, tmp_path, before=own)
    _tell(connection, ledger_keys.FOUNDED, public_key_sha256=own)
    ledger_keys.require_own_key(connection, key, tmp_path)
    with pytest.raises(NotIntact, match=r"ledger\.key-swapped"):
        ledger_keys.require_own_key(connection, other, tmp_path)
