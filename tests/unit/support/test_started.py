"""A command forked from the warm process is what the console script would be: same words, status, umask, signals."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from tests.support.program import PROGRAM, Archive, found, kill
from tests.support.started import Started, start


def executed(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PRESERVE_HOME": str(home)}
    return subprocess.run(
        [str(PROGRAM), *arguments], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return found(tmp_path_factory.mktemp("started") / "home")


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["--json", "show", "nothing"], ["ingest"], ["nonsense"]])
def test_it_says_what_the_console_script_says(archive: Archive, arguments: list[str]) -> None:
    forked = archive.run(*arguments)
    other = executed("--lang", "en", *arguments, home=archive.home)
    assert (forked.returncode, forked.stdout, forked.stderr) == (other.returncode, other.stdout, other.stderr)


def test_it_leaves_the_catalogue_closed(archive: Archive) -> None:
    archive.run("list")
    assert not list(archive.home.glob("catalogue.sqlite-*"))


def test_it_has_the_umask_and_the_folder_of_the_test(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o077)
    try:
        assert archive.run("ledger", "export", "--output", "here.jsonl").returncode == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "here.jsonl").stat().st_mode) & 0o077 == 0


def test_it_can_be_killed_as_soon_as_it_is_there(archive: Archive) -> None:
    process = archive.start("doctor")
    assert isinstance(process, Started)
    assert os.getpgid(process.pid) == os.getsid(process.pid) == process.pid
    kill(process)
    assert process.returncode == -signal.SIGKILL


def test_waiting_can_be_taken_up_again(archive: Archive) -> None:
    process = archive.start("list")
    with pytest.raises(subprocess.TimeoutExpired):
        process.communicate(timeout=0)
    out, _ = process.communicate(timeout=60)
    assert "Identifier" in out and process.poll() == process.wait() == 0


def test_what_speaks_to_the_interpreter_starts_a_true_one(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    process = archive.start("--help")
    assert isinstance(process, subprocess.Popen)
    kill(process)


def test_a_language_that_another_test_left_does_not_matter(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    process = archive.start("list")
    assert isinstance(process, Started)
    assert "Identifier" in process.communicate(timeout=60)[0]


def test_nothing_stays_of_a_command_that_is_over(archive: Archive) -> None:
    before = set(os.listdir("/proc/self/fd"))
    process = start(PROGRAM, ["--help"], {**os.environ, "LC_ALL": "C.UTF-8"})
    process.communicate(timeout=60)
    assert set(os.listdir("/proc/self/fd")) == before
    assert not Path(f"/proc/{process.pid}").exists()
