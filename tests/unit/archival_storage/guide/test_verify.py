"""The verifier that lies on every medium, as a module: paths that stay inside, lists that make no sense, its words."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.archival_storage.guide import verify
from tests.support.packages import plain_bag


@given(st.text(max_size=30))
def test_a_safe_path_stays_below_the_folder_on_every_system(path: str) -> None:
    if verify.is_safe(path):
        assert os.path.normpath(os.path.join("/top", path)).startswith("/top/")
        assert "\\" not in path and not path.startswith("/") and path[1:2] != ":"


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "..", "a/../b", "a//b", "a/", "C:x", "c:/x", "0:", "号:x", "a\\b", "a\0b", "./a"]
)
def test_unsafe_ones(path: str) -> None:
    assert not verify.is_safe(path)


def kinds(folder: Path) -> set[tuple[str, str]]:
    return {(problem["kind"], problem["path"]) for problem in verify.verify(str(folder))["problems"]}


def test_a_bag_that_is_whole_and_each_thing_that_may_be_wrong(tmp_path: Path) -> None:
    bag = plain_bag(tmp_path, [("甲.txt", b"a"), ("b/乙.txt", b"b")])
    whole = verify.verify(str(bag))
    assert (whole["intact"], whole["kind"], whole["files"]) == (True, "bag", 5)
    (bag / "data" / "甲.txt").write_bytes(b"x")
    (bag / "data" / "b" / "乙.txt").unlink()
    (bag / "data" / "extra").write_bytes(b"")
    (bag / "data" / "link").symlink_to("/etc/passwd")
    assert kinds(bag) == {
        ("damaged", "data/甲.txt"),
        ("missing", "data/b/乙.txt"),
        ("extra", "data/extra"),
        ("link", "data/link"),
        ("oxum", "bag-info.txt"),
    }


def test_a_list_that_leads_out_opens_nothing(tmp_path: Path) -> None:
    bag = plain_bag(tmp_path, [("a", b"a")])
    (tmp_path / "secret").write_bytes(b"a")
    with (bag / "manifest-sha256.txt").open("a") as manifest:
        manifest.write("0" * 64 + "  data/../../secret\n")
    assert ("unsafe", "data/../../secret") in kinds(bag)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"x": 1}', '{"x": {"volume": "?"}}', "[" * 100_000], ids=lambda text: text[:9]
)
def test_a_list_of_parts_that_makes_no_sense_is_a_problem_and_no_crash(text: str, tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    plain_bag(tmp_path / "packages", [("a", b"a")])
    (tmp_path / "parts.json").write_text(text)
    assert ("malformed", "parts.json") in kinds(tmp_path)


def test_what_would_steer_a_terminal_is_not_printed() -> None:
    problem = {"kind": "damaged", "path": "a\x1b[2Jb\u202egpj.exe", "detail": ""}
    result = {"bags": [], "problems": [problem], "files": 1, "bytes": 1, "intact": False}
    out = io.StringIO()
    verify.show(result, out)
    assert (
        "\x1b" not in out.getvalue() and "\u202e" not in out.getvalue() and "NOT intact, problems: 1" in out.getvalue()
    )


def test_its_exit_status(tmp_path: Path) -> None:
    bag = plain_bag(tmp_path, [("a", b"a")])

    def run(folder: Path) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", str(verify.__file__), str(folder), "--json"],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    status, out = run(bag)
    assert status == 0 and json.loads(out)["intact"]
    (bag / "data" / "a").write_bytes(b"b")
    assert run(bag)[0] == 4
    assert run(tmp_path / "none")[0] == 2 == run(tmp_path)[0]
