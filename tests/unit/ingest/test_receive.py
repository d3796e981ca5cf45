"""Deposits are looked over without being touched: every trick gets its own word, every awkward name comes through."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.errors import Refused
from preserve.ingest.receive import DepositProfile, receive
from preserve.messages import known, say, speaking
from preserve.profiles import read_profile
from tests.support.sips import accept, reject

PROFILE = read_profile("deposit.toml", DepositProfile)


def tree(at: Path) -> list[tuple[str, int, int]]:
    """Everything below a folder, with times: to see that nothing was written."""
    return sorted((str(p), p.lstat().st_size, p.lstat().st_mtime_ns) for p in at.rglob("*"))


@pytest.mark.parametrize("trick", sorted(reject.TRICKS))
def test_refused_with_exactly_its_code(trick: str, tmp_path: Path) -> None:
    code, make = reject.TRICKS[trick]
    deposit = make(tmp_path)
    before = tree(tmp_path)
    with pytest.raises(Refused) as refusal:
        receive(deposit, PROFILE)
    findings = refusal.value.findings
    assert ({finding.code for finding in findings} or {refusal.value.code}) == {code}
    assert tree(tmp_path) == before
    values = dict(findings[0].values) if findings else dict(refusal.value.values)
    for language in ("zh", "en"):
        assert known(code, language)
        with speaking(language):
            assert "{" not in say(code, **values)


@pytest.mark.parametrize("trick", sorted(accept.TRICKS))
def test_awkward_deposits_come_through(trick: str, tmp_path: Path) -> None:
    path, paths = accept.TRICKS[trick](tmp_path)
    deposit = receive(path, PROFILE)
    assert {entry.path for entry in deposit.files} == paths
    read = {entry.path: stream.read() for entry, stream in deposit.source.stream(lambda entry: entry.path in paths)}
    assert read.keys() == paths
    assert {entry.path: entry.size for entry in deposit.files} == {name: len(data) for name, data in read.items()}
    assert receive(path, PROFILE).fingerprint == deposit.fingerprint


def test_every_reason_is_said_at_once(tmp_path: Path) -> None:
    path = reject.folder_symlink(tmp_path)
    (path / "A.txt").write_bytes(b"")
    (path / "a.txt").write_bytes(b"")
    with pytest.raises(Refused) as refusal:
        receive(path, PROFILE)
    assert {finding.code for finding in refusal.value.findings} == {"sip.symlink", "sip.names-alike"}


def test_hard_links_within_the_deposit_are_taken(tmp_path: Path) -> None:
    path, _ = accept.litter_left_out(tmp_path)
    (path / "又一名称.txt").hardlink_to(path / "笔录.txt")
    assert len(receive(path, PROFILE).files) == 3


def test_a_folder_swapped_for_a_link_leads_nowhere(tmp_path: Path) -> None:
    path, _ = accept.names_odd(tmp_path)
    deposit = receive(path, PROFILE)
    (tmp_path / "外面").mkdir()
    (tmp_path / "外面" / "同名").write_bytes(b"not ours")
    (path / "甲" / "同名").unlink()
    (path / "甲").rmdir()
    (path / "甲").symlink_to(tmp_path / "外面")
    with pytest.raises(Refused) as refusal:
        deposit.source.read("甲/同名", 100)
    assert refusal.value.code == "sip.unreadable"


def test_a_changed_deposit_has_another_fingerprint(tmp_path: Path) -> None:
    path, _ = accept.litter_left_out(tmp_path)
    before = receive(path, PROFILE).fingerprint
    (path / "笔录.txt").write_bytes(b"changed")
    assert receive(path, PROFILE).fingerprint != before
