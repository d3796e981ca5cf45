"""Programs of others: what they are told of us, what they leave behind, and that none outlives our patience."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage_adapters.programs import ask, environment, start, start_serving

PYTHON = sys.executable


def test_a_child_learns_nothing_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESERVE_TOKEN", "secret")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nowhere")
    monkeypatch.setenv("LC_ALL", "de_DE")
    said = ask(["env"]).said
    assert "secret" not in said and "LD_LIBRARY_PATH" not in said and "LC_ALL=C.UTF-8\n" in said
    names = {line.partition("=")[0] for line in said.splitlines()}
    assert names <= {"PATH", "TZ", "LC_ALL", "LANG", "HOME", "TMPDIR"}


def test_without_a_path_of_ours_programs_are_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PATH")
    assert "/usr/bin" in environment("/x")["PATH"].split(":")
    assert environment(Path("/x"))["HOME"] == "/x" == environment("/x")["TMPDIR"]


def test_its_home_goes_with_it() -> None:
    done = ask(["sh", "-c", 'touch "$HOME/left" && mkdir "$TMPDIR/deep" && printf %s "$HOME"'])
    assert done.status == 0 and done.said and not Path(done.said).exists()


def test_it_reads_nothing_from_us_and_what_it_says_is_kept_apart() -> None:
    done = ask(["sh", "-c", "cat; printf out; printf '\\377' >&2; exit 3"])
    assert (done.status, done.out, done.error) == (3, b"out", b"\xff")


def test_one_that_cannot_be_started_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(FileNotFoundError):
        ask(["no-such-program"])
    assert not list(tmp_path.iterdir())


def test_patience_ends_for_it_and_for_what_it_started(tmp_path: Path) -> None:
    number = tmp_path / "pid"
    with pytest.raises(subprocess.TimeoutExpired):
        ask(["sh", "-c", f"sleep 600 & echo $! > {number}; wait"], patience=0.3)
    child = Path("/proc") / number.read_text().strip() / "stat"
    # Whoever inherits it may not have taken it away yet: it is dead, or gone.
    assert not child.exists() or child.read_text().rpartition(")")[2].split()[0] == "Z"


def test_text_that_is_no_utf_8_and_a_folder_to_work_in(tmp_path: Path) -> None:
    with start(["sh", "-c", "pwd; printf '\\260'"], text=True, folder=tmp_path) as process:
        assert process.communicate()[0] == f"{tmp_path}\n\ufffd"
    with start(["sh", "-c", "ps -o sid= -p $$"], text=True, session=False) as process:
        assert int(process.communicate()[0]) == os.getsid(0)


def test_a_module_that_serves_takes_no_settings_of_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "platform.py").write_text("print('taken over')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with start_serving("platform") as process:
        assert b"taken over" not in process.communicate()[0]
    assert process.returncode == 0
