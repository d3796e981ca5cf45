"""Nothing that the archive makes is for others to read, or for the group to write, whatever the caller's umask."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from preserve.data_management.database import create_catalogue
from storage_adapters import copying, durable
from storage_adapters.directory import prepare
from tests.support.loop import loop
from tests.support.office import make_office
from tests.support.program import Archive, found


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Within it this process, and what it starts, have that umask."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def open_ones(*tops: Path, but: tuple[str, ...] = ()) -> list[str]:
    """Everything below, and the folders themselves, that is open: with its mode."""
    return [
        f"{path} {stat.S_IMODE(path.lstat().st_mode):04o}"
        for top in tops
        for path in (top, *sorted(top.rglob("*")))
        if not path.is_symlink() and path.lstat().st_mode & 0o027 and path.name not in but
    ]


@pytest.mark.slow
@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_whatever_the_umask_nothing_is_open(mask: int, tmp_path: Path) -> None:
    elsewhere = [] if mask else ["--store", str(tmp_path / "store")]
    with umask(mask):
        office = make_office(tmp_path / "made", *elsewhere, "--test-authority")
        office.json("", "audit", "run")
        name = office.json("", "look", office.case)["files"][0]["name"]
        office.json("", "look", office.case, name)
        number = office.approved()
        given = Path(office.json("", "request", "deliver", number, "--output", str(tmp_path / "court"))["place"])
        office.json("", "audit", "report", "--output", str(tmp_path / "report"))
        office.json("", "disc", "compose", "--now")
        office.json("", "ledger", "checkpoint")
        with loop(tmp_path, size="128M") as drive:
            office.json("", "media", "add", "drive", str(drive.top), "--label", "DRV-01")
            office.run("", "replicate")
            assert (
                open_ones(
                    *(one for one in drive.top.iterdir() if one.name != "lost+found"),
                    but=("先读我-README.txt", "verify.py", "verify.ps1"),
                )
                == []
            )
            for name in ("先读我-README.txt", "verify.py", "verify.ps1"):
                assert (drive.top / name).stat().st_mode & 0o777 == 0o644, name
        assert office.archive.run("catalogue", "rebuild").returncode == 0
        office.json("", "list")
    home = office.archive.home
    assert open_ones(home, given, tmp_path / "report", *([tmp_path / "store"] if elsewhere else [])) == []
    assert list(home.glob("catalogue.sqlite.before-*")) and (home / "viewing").is_dir()
    assert {path.stat().st_mode & 0o777 for path in (home / "keys").glob("*.key")} == {0o600}
    assert (home / "keys").stat().st_mode & 0o777 == 0o700


def test_a_tighter_umask_is_kept(tmp_path: Path) -> None:
    with umask(0o077):
        archive = found(tmp_path / "home")
    assert [path for path in (archive.home, *archive.home.rglob("*")) if path.stat().st_mode & 0o077] == []


def test_another_user_reads_nothing_of_a_store_outside_the_home(tmp_path: Path) -> None:
    top = tmp_path / "srv"
    for folder in (top, tmp_path, *tmp_path.parents):
        folder.mkdir(exist_ok=True)
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    with umask(0):
        found(top / "home", "--store", str(top / "store"))
    for place in ("home/preserve.toml", "store/medium.json", "store/ledger"):
        done = subprocess.run(
            ["ls", "-l", top / place],
            user="nobody",
            group="nogroup",
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0 and "Permission denied" in done.stderr, place


def test_library_code_makes_closed_files_without_the_program(tmp_path: Path) -> None:
    with umask(0):
        (tmp_path / "a").mkdir(mode=0o755)  # made by whoever sets the machine up
        prepare(tmp_path / "a", "store-x", "x")
        durable.write_file(tmp_path / "b" / "c" / "file", b"x")
        copying.copy_file_checked(
            tmp_path / "b" / "c" / "file", tmp_path / "d" / "small", ("sha256",), lambda moved: None
        )
        (tmp_path / "large").write_bytes(bytes(3 << 20))
        copying.copy_file_checked(tmp_path / "large", tmp_path / "d" / "e" / "large", ("sha256",), lambda moved: None)
        create_catalogue(tmp_path / "d" / "catalogue.sqlite").close()
    assert open_ones(*(tmp_path / name for name in "abd")) == []


def test_doctor_finds_an_open_home_and_what_it_says_mends_it(tmp_path: Path) -> None:
    archive = found(tmp_path / "ho me", "--store", str(tmp_path / "store"))
    _checks(archive, "health.modes")
    for path, mode in (
        (tmp_path / "store", 0o755),
        (archive.home / "catalogue.sqlite", 0o664),
        (archive.home / "keys", 0o750),
        (tmp_path / "store" / "ledger" / "ledger.pub", 0o644),
    ):
        before = path.stat().st_mode
        path.chmod(mode)
        done = archive.run("doctor")
        assert done.returncode == 7 and str(path) in done.stdout and "chmod" in done.stdout, done.stdout
        subprocess.run(_checks(archive, "health.modes-open")["command"], shell=True, check=True)
        _checks(archive, "health.modes")
        assert path.stat().st_mode & 0o777 == before & 0o777 & (0o770 if path.suffix == ".pub" else 0o777)


def _checks(archive: Archive, code: str) -> dict[str, str]:
    found_there = [one for one in archive.json("doctor")["checks"] if one["code"].startswith("health.modes")]
    assert [one["code"] for one in found_there] == [code]
    values: dict[str, str] = found_there[0]["values"]
    return values
