"""The program in every delivery: what it says of a whole one, and of each way in which one can be damaged."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from preserve.access.verifier.program import WORDS, grouped, verify
from tests.support.dips import DIP, Ledger, make_dip, make_ledger

TEXT = f"data/{DIP}/representations/original/data/笔录/询问笔录.txt"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return make_ledger(tmp_path_factory.mktemp("ledger"))


@pytest.fixture(scope="module")
def whole(log: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_dip(log, tmp_path_factory.mktemp("whole"))


@pytest.fixture
def dip(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / DIP)
    return tmp_path / DIP


def kinds(root: Path, key: str = "") -> set[tuple[str, str]]:
    result = verify(str(root), key)
    assert result["intact"] == (not result["problems"])
    return {(problem["kind"], problem["path"]) for problem in result["problems"]}


def test_a_whole_one_is_intact_by_the_key_that_the_certificate_prints(whole: Path, log: Ledger) -> None:
    result = verify(str(whole))
    assert result["intact"] and result["problems"] == [] and result["dip"] == DIP
    assert result["files_intact"] == result["listed"] > 7
    assert result["fingerprint"] == log.fingerprint
    assert kinds(whole, log.fingerprint) == set()
    assert ("key", "proof/proof.json") in kinds(whole, "0" * 64)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda root: (root / TEXT).write_bytes((root / TEXT).read_bytes()[:-1] + b"?"), ("altered", TEXT)),
        (lambda root: (root / TEXT).write_bytes(b""), ("altered", TEXT)),
        (lambda root: (root / TEXT).unlink(), ("missing", TEXT)),
        (lambda root: (root / "data" / DIP / "more.txt").write_text("x"), ("extra", f"data/{DIP}/more.txt")),
        (lambda root: (root / "certificate.pdf").write_bytes(b"%PDF-1.7 forged"), ("certificate", "certificate.pdf")),
        (lambda root: (root / "certificate.pdf").unlink(), ("missing", "certificate.pdf")),
        (lambda root: (root / "proof/evidence.json").write_text("{}"), ("malformed", "proof/evidence.json")),
        (lambda root: (root / "proof/proof.json").write_text("[]"), ("malformed", "proof/proof.json")),
    ],
)
def test_every_damage_is_told_with_its_file(
    dip: Path, damage: Callable[[Path], object], problem: tuple[str, str]
) -> None:
    damage(dip)
    found = kinds(dip)
    assert problem in found
    assert {kind for kind, _ in found} <= WORDS.keys()


def test_links_are_not_followed_and_what_systems_leave_is_not_counted(dip: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_bytes((dip / TEXT).read_bytes())
    (dip / TEXT).unlink()
    (dip / TEXT).symlink_to(secret)
    assert ("link", TEXT) in kinds(dip)
    (dip / TEXT).unlink()
    shutil.copyfile(secret, dip / TEXT)
    (dip / ".DS_Store").write_text("x")
    result = verify(str(dip))
    assert result["intact"] and result["ignored"] == [".DS_Store"]


def test_what_is_no_delivery_is_said_to_be_none(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ValueError, match=r"no (such folder|delivery here)"):
            verify(str(folder))


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The file that lies in the delivery, by a Python that knows nothing else."""
    command = [sys.executable, "-I", "-S", str(root / "verify.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


def test_the_file_in_the_delivery_says_the_same_and_ends_with_its_status(dip: Path, log: Ledger) -> None:
    good = run(dip, "--json", "--key", grouped(log.fingerprint).upper())
    assert good.returncode == 0 and json.loads(good.stdout) == json.loads(json.dumps(verify(str(dip), log.fingerprint)))
    (dip / TEXT).unlink()
    bad = run(dip)
    assert bad.returncode == 4 and TEXT in bad.stdout and "NOT intact" in bad.stdout
    assert run(dip, "--key", "short").returncode == 2
