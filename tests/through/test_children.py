"""What the programs that we start are told of their caller: their path and the time zone, and nothing else."""

from __future__ import annotations

import ast
import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.make_case import make_case
from storage_adapters import programs
from tests.support.office import STAFF, staff
from tests.support.program import found

ROOT = Path(__file__).parents[2]
ROOMS = {
    "storage_adapters/programs.py",
    "metadata/digest_workers.py",
    "metadata/premis/beside.py",
    "preserve/data_management/proof/beside.py",
}
"""Where processes may be started: all name the whole environment of what they start."""

STARTERS = {
    "subprocess": {"run", "Popen", "call", "check_call", "check_output", "getoutput", "getstatusoutput"},
    "os": {"system", "popen", "fork", "forkpty", "posix_spawn", "posix_spawnp"},
    "pty": {"spawn", "fork"},
    "asyncio": {"create_subprocess_exec", "create_subprocess_shell"},
}
TOOLS = ("ffmpeg", "ffprobe", "soffice", "xorriso", "dvdisaster", "par2", "smartctl", "findmnt", "lsblk", "7z")
ALLOWED = {"PATH", "TZ", "LC_ALL", "LANG", "HOME", "TMPDIR"}
OF_THE_SHELL = {"PWD", "OLDPWD", "SHLVL", "_"}
"""What the wrapper's own shell adds before it writes down what it was given."""


def _starts(path: Path) -> list[tuple[int, bool]]:
    """Lines on which a process is started, and whether its environment is given there."""
    found_at = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module in STARTERS:
            named = {one.name for one in node.names} & STARTERS[node.module]
            found_at += [(node.lineno, False)] * len(named)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        room, name = getattr(node.func.value, "id", ""), node.func.attr
        if name in STARTERS.get(room, ()) or (room == "os" and name.startswith(("exec", "spawn"))):
            found_at.append((node.lineno, any(word.arg == "env" for word in node.keywords)))
    return found_at


def test_processes_are_started_in_few_rooms_which_name_their_environment() -> None:
    seen = set()
    for top in ("preserve", "metadata", "storage_adapters"):
        for path in sorted((ROOT / top).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if starts := _starts(path):
                seen.add(name)
                assert name in ROOMS, f"{name}:{starts[0][0]} starts a process itself"
                assert all(named for _, named in starts), f"{name}: {starts}"
    assert seen == ROOMS


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.from_regex(r"[A-Z_]{1,12}", fullmatch=True), st.text("abc/:", max_size=9), max_size=9))
def test_nothing_of_the_callers_environment_but_path_and_time_zone_goes_on(given_to_us: dict[str, str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given_to_us.items():
            patch.setenv(name, value)
        told = programs.environment("/own")
    assert set(told) <= ALLOWED
    assert {told["HOME"], told["TMPDIR"]} == {"/own"} and told["LC_ALL"] == "C.UTF-8" and told["PATH"]


def test_a_child_has_a_home_of_its_own_that_goes_with_it() -> None:
    said = dict(line.split("=", 1) for line in programs.ask(["env"]).said.splitlines())
    assert set(said) <= ALLOWED and not Path(said["HOME"]).exists()


def test_no_program_that_reads_hostile_files_sees_tokens_or_passwords(tmp_path: Path) -> None:
    bin_folder, told = tmp_path / "bin", tmp_path / "told"
    bin_folder.mkdir()
    told.mkdir()
    for name in TOOLS:
        real = shutil.which(name)
        if real is None:
            continue
        wrapper = bin_folder / name
        wrapper.write_text(f'#!/bin/sh\nenv > "{told}/{name}.$$"\nexec {real} "$@"\n', encoding="utf-8")
        wrapper.chmod(0o755)
    archive = found(tmp_path / "home")
    make_case(tmp_path / "case", small=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(STAFF, "chen", ("陈档案", "head"))  # who lets in what persons answer for
        token = staff(archive, ("chen",))["chen"]
    secrets = {
        "PRESERVE_SIGNING_PASSWORD": "hunter2",
        "AWS_SECRET_ACCESS_KEY": "s3cret",
        "LD_DEBUG_OUTPUT": "/x",
        "PYTHONSTARTUP": "/x.py",
        "FFREPORT": "file=/x.log",
        "http_proxy": "http://x",
    }
    path = f"{bin_folder}:{os.environ['PATH']}"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in secrets.items():
            patch.setenv(name, value)
        done = archive.run("--json", "ingest", str(tmp_path / "case"), path=path, token=token)
        assert done.returncode == 0, done.stdout + done.stderr
        made = archive.run("--json", "disc", "compose", "--now", path=path)
        label = json.loads(made.stdout)["discs"][0]["volume_id"] + "A"
        assert archive.run("media", "label", label, "--output", str(tmp_path / "l.pdf"), path=path).returncode == 0
        archive.run("doctor", path=path)
    started = {file.name.rpartition(".")[0] for file in told.iterdir()}
    assert {"ffmpeg", "ffprobe", "soffice", "xorriso"} <= started
    for file in sorted(told.iterdir()):
        names = {line.partition("=")[0] for line in file.read_text(encoding="utf-8").splitlines()}
        assert names - OF_THE_SHELL <= ALLOWED, file.name
