"""What lies on a drive or a disc beside its packages is part of its audit: altered, missing or not ours, it is named."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.make_case import make_case
from tests.support.loop import Loop, loop
from tests.support.program import Archive, found

pytestmark = pytest.mark.xdist_group("beside")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Archive, Loop]]:
    """An archive with one case and a drive that holds it."""
    folder = tmp_path_factory.mktemp("beside")
    archive = found(folder / "archive")
    assert archive.run("ingest", str(make_case(folder / "案件", small=True))).returncode == 0
    with loop(folder, "drive", "128M") as drive:
        assert archive.run("media", "add", "drive", str(drive.top), "--label", "DRV-01").returncode == 0
        assert archive.run("replicate").returncode == 0
        yield archive, drive


def audit(archive: Archive) -> tuple[int, set[tuple[str, str]]]:
    """Status, and what was found: code and path on the drive."""
    done = archive.json("audit", "run", "--all")
    return done["status"], {(one["code"], one["where"].removeprefix("DRV-01: ")) for one in done["findings"]}


@pytest.fixture
def drive(kept: tuple[Archive, Loop], tmp_path: Path) -> Iterator[Path]:
    """The drive, put back afterwards as it was."""
    top = kept[1].top
    shutil.copytree(top, tmp_path / "before", ignore=shutil.ignore_patterns("lost+found", "packages"))
    yield top
    for path in top.iterdir():
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.name not in ("lost+found", "packages"):
            shutil.rmtree(path)
    for path in (top / "packages").iterdir():
        if path.is_symlink() or path.is_file():
            path.unlink()
    shutil.copytree(tmp_path / "before", top, dirs_exist_ok=True, symlinks=True)


def put(path: Path, data: bytes = b"x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_what_was_written_is_intact(kept: tuple[Archive, Loop], drive: Path) -> None:
    archive, _ = kept
    assert audit(archive) == (0, set())
    for name in ("System Volume Information/WPSettings.dat", ".Trash-1000/info", "Thumbs.db", "ledger/desktop.ini"):
        put(drive / name)
    status, seen = audit(archive)
    assert status == 0
    assert {code for code, _ in seen} == {"audit.of-system"}
    assert ("audit.of-system", "Thumbs.db") in seen


def test_everything_else_is_named(kept: tuple[Archive, Loop], drive: Path) -> None:
    archive, _ = kept
    put(drive / "verify.py", b'print("intact")\n')
    (drive / "verify.ps1").unlink()
    page = (drive / "index.html").read_bytes()
    put(drive / "index.html", page[:-10] + b"?" + page[-9:])
    for name in (
        "evil.exe",
        "autorun.inf",
        "medium.json.bak",
        ".hidden/x",
        "packages/loose",
        "ledger/evil.jsonl",
        "recovery/evil",
        "System Volume Information/tool.exe",
        "quarantine/q/evil",
        "incoming/evil",
    ):
        put(drive / name)
    put(drive / "lost+found" / "#1", b"MZ\x90\x00")
    (drive / "link").symlink_to("/etc/hostname")
    (drive / "packages" / "link").symlink_to("/etc")
    (drive / ".empty").mkdir()
    status, seen = audit(archive)
    (drive / "lost+found" / "#1").unlink()
    assert status == 4
    expected = {("audit.file-altered", name) for name in ("verify.py", "index.html")}
    expected |= {("audit.file-missing", "verify.ps1")}
    expected |= {
        ("audit.file-unexpected", name)
        for name in (
            "evil.exe",
            "autorun.inf",
            "medium.json.bak",
            ".hidden/x",
            "packages/loose",
            "ledger/evil.jsonl",
            "recovery/evil",
            "System Volume Information/tool.exe",
            "lost+found/#1",
            ".empty/",
            "quarantine/q/evil",
            "incoming/evil",
        )
    }
    expected |= {("audit.not-a-file", "link"), ("audit.not-a-file", "packages/link")}
    assert expected <= seen


def test_a_verifier_replaced_with_its_line_in_the_list_is_found(kept: tuple[Archive, Loop], drive: Path) -> None:
    archive, _ = kept
    before = hashlib.sha256((drive / "verify.py").read_bytes()).hexdigest()
    put(drive / "verify.py", b'print("intact")\n')
    listed = (drive / "manifest-sha256.txt").read_text(encoding="utf-8")
    after = hashlib.sha256((drive / "verify.py").read_bytes()).hexdigest()
    assert before in listed
    extra = f"{hashlib.sha256(b'x').hexdigest()}  evil.exe\n"
    put(drive / "evil.exe")
    (drive / "manifest-sha256.txt").write_text(listed.replace(before, after) + extra, encoding="utf-8")
    status, seen = audit(archive)
    assert status == 4
    assert {("audit.file-altered", "verify.py"), ("audit.file-altered", "manifest-sha256.txt")} <= seen


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def first(drive: Path, pattern: str) -> Path:
    return sorted((drive / "ledger").glob(pattern))[0]


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (lambda top: flip(first(top, "*.checkpoint")), "ledger.checkpoint-|ledger.contradicts"),
        (lambda top: flip(first(top, "*.jsonl")), "ledger.medium-differs"),
        (lambda top: first(top, "*.jsonl").unlink(), "ledger.medium-lacks"),
        (lambda top: first(top, "*.checkpoint").unlink(), "ledger.medium-lacks"),
        (lambda top: (top / "ledger" / "ledger.pub").unlink(), "ledger.medium-lacks"),
        (lambda top: (top / "ledger" / "checkpoint.txt").unlink(), "ledger.medium-lacks"),
        (lambda top: put(top / "ledger" / "more.txt"), "ledger.stranger"),
    ],
    ids=["checkpoint", "entry", "no entries", "no checkpoint", "no key", "no newest", "more"],
)
def test_the_ledger_on_a_drive_is_held_to_ours(
    kept: tuple[Archive, Loop], drive: Path, attack: Callable[[Path], None], code: str
) -> None:
    attack(drive)
    done = kept[0].json("ledger", "verify")
    assert done["status"] == 4
    assert any(re.match(code, one["code"]) for one in done["findings"]), done["findings"]


def test_the_next_sitting_does_not_bless_what_is_not_ours(kept: tuple[Archive, Loop], drive: Path) -> None:
    archive, _ = kept
    for name in ("ledger/evil.jsonl", "records/audits/evil.exe", "records/requests/evil.json", "recovery/x/evil.exe"):
        (drive / name).parent.mkdir(parents=True, exist_ok=True)
        put(drive / name)
    flip(first(drive, "*.checkpoint"))
    assert archive.run("audit", "run").returncode in (0, 4)  # makes a record, so that the drive is written
    assert archive.run("replicate").returncode == 0
    status, seen = audit(archive)
    assert status == 4
    named = {path for _, path in seen}
    assert {
        "ledger/evil.jsonl",
        "records/audits/evil.exe",
        "records/requests/evil.json",
        "recovery/x/evil.exe",
    } <= named
    assert not any(path.endswith(".checkpoint") for path in named), "what was altered was written anew"


def test_a_stranger_in_the_store_is_named(kept: tuple[Archive, Loop]) -> None:
    archive, _ = kept
    store = archive.home / "store"
    put(store / "evil.exe")
    (store / "packages" / "link").symlink_to("/etc")
    put(store / "packages" / "loose")
    try:
        done = archive.json("audit", "run", "--all")
    finally:
        for name in ("evil.exe", "packages/link", "packages/loose"):
            (store / name).unlink()
    assert done["status"] == 4
    paths = {one["where"].partition(": ")[2] for one in done["findings"]}
    assert {"evil.exe", "packages/link", "packages/loose"} <= paths
