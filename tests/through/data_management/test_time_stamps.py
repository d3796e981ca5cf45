"""Time stamps from a real authority (OpenSSL's, behind HTTP): asked for each night, believed only when they hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.make_case import make_case
from tests.support.program import Archive, found
from tests.support.time_server import Authority, answering, make_authority, openssl


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with answering(make_authority(tmp_path_factory.mktemp("tsa") / "one")) as authority:
        yield authority


@pytest.fixture(scope="module")
def stamped(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("stamped")
    archive = found(folder / "archive")
    settings = f'[time_stamps]\nserver = "{authority.address}"\nroots = "tsa-root.pem"\n'
    (archive.home / "profiles" / "audit.toml").write_text(settings)
    (archive.home / "tsa-root.pem").write_bytes(authority.root.read_bytes())
    assert archive.run("ingest", str(make_case(folder / "案件", small=True))).returncode == 0
    done = archive.run("audit", "run")
    assert done.returncode == 0, done.stderr
    return archive


def test_a_checkpoint_is_stamped_and_others_read_the_token(
    stamped: Archive, authority: Authority, tmp_path: Path
) -> None:
    (token,) = (stamped.home / "store" / "ledger").glob("*.tsr")
    told = stamped.json("ledger", "verify")
    assert [one["size"] for one in told["time_stamps"]] == [int(token.stem)]
    (checkpoint,) = (stamped.home / "store" / "ledger").glob(f"*-{token.stem}.checkpoint")
    done = openssl("ts", "-verify", "-in", token, "-data", checkpoint, "-CAfile", authority.root, folder=tmp_path)
    assert b"OK" in done


def test_a_token_that_does_not_hold_is_told(stamped: Archive, tmp_path: Path) -> None:
    (token,) = (stamped.home / "store" / "ledger").glob("*.tsr")
    good = token.read_bytes()
    try:
        token.write_bytes(good[:-5] + bytes([good[-5] ^ 1]) + good[-4:])
        assert stamped.run("ledger", "verify").returncode == 4
        token.write_bytes(b"nothing")
        assert stamped.run("ledger", "verify").returncode == 4
        token.write_bytes(good)
        other = make_authority(tmp_path / "other") / "ca.pem"
        kept = (stamped.home / "tsa-root.pem").read_bytes()
        (stamped.home / "tsa-root.pem").write_bytes(other.read_bytes())
        assert stamped.run("ledger", "verify").returncode == 4
        (stamped.home / "tsa-root.pem").write_bytes(kept)
        first = sorted((stamped.home / "store" / "ledger").glob("*.checkpoint"))[0]
        moved = token.with_name(f"{int(first.stem.split('-')[2]):010d}.tsr")
        token.rename(moved)
        assert stamped.run("ledger", "verify").returncode == 4, "the token of another checkpoint was believed"
        moved.rename(token)
    finally:
        token.write_bytes(good)
    assert stamped.run("ledger", "verify").returncode == 0


def test_a_server_that_does_not_answer_is_told_and_nothing_fails(stamped: Archive) -> None:
    settings = (stamped.home / "profiles" / "audit.toml").read_text()
    try:
        (stamped.home / "profiles" / "audit.toml").write_text(
            '[time_stamps]\nserver = "http://127.0.0.1:9/"\nroots = "tsa-root.pem"\n'
        )
        done = stamped.json("audit", "run")
        assert done["ok"]
        assert [finding["code"] for finding in done["findings"]] == ["ledger.time-server"]
    finally:
        (stamped.home / "profiles" / "audit.toml").write_text(settings)
