"""The door for outputs itself: what it lets out, what it refuses, and that nothing half-written stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preserve import outputs
from preserve.errors import MediumProblem, Refused
from preserve.home import Home, open_home
from storage_adapters.errors import CopyExists
from storage_adapters.new_files import mounts, reach, real, spot_of
from tests.support.program import found


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with its store beside it, and a tree of folders and links around them."""
    top = tmp_path_factory.mktemp("door")
    found(top / "home", "--store", str(top / "store"))
    (top / "out" / "a").mkdir(parents=True)
    for name, target in (
        ("in", "../home"),
        ("up", ".."),
        ("a/st", "../../store/packages"),
        ("a/self", "."),
        ("far", "../x"),
    ):
        (top / "out" / name).symlink_to(target)
    return open_home(top / "home")


PARTS = st.sampled_from(
    ["..", ".", "out", "home", "store", "in", "up", "a", "st", "self", "keys", "packages", "new", "far", "ledger.key"]
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PARTS, min_size=1, max_size=7))
def test_a_path_is_let_out_only_where_it_really_lies_outside(ground: Home, parts: list[str]) -> None:
    top = ground.path.parent
    target = (top / "out").joinpath(*parts) / "made"
    really = real(target)
    inside = any(place == really or place in really.parents for place in (ground.path, ground.store))
    try:
        outputs.check_new(target, ground)
    except Refused as error:
        assert inside or error.code in ("output.exists", "output.no-folder"), (target, error.code)
    else:
        assert not inside and not os.path.lexists(target), target


def test_what_fails_leaves_nothing_not_even_the_folders_made_for_it(ground: Home) -> None:
    out = ground.path.parent / "out"
    for way in (outputs.new_file, outputs.new_folder):
        with pytest.raises(KeyError), way(out / "b" / "c" / "name", ground) as part:
            if part.is_dir():
                (part / "half").write_bytes(b"half")
            else:
                part.write_bytes(b"half")
            raise KeyError
        with pytest.raises(KeyError), outputs.into_folder(out / "b" / "c", ground):
            raise KeyError
    assert sorted(path.name for path in out.iterdir()) == ["a", "far", "in", "up"]


def test_a_killed_attempt_is_swept_by_the_next_one(ground: Home) -> None:
    place = ground.path.parent / "out" / "killed"
    place.mkdir()
    for way in ("new_file", "new_folder"):
        script = (
            "import os, sys, pathlib; from preserve import outputs\n"
            f"with outputs.{way}(pathlib.Path(sys.argv[1]), None): print('there', flush=True); sys.stdin.read()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", script, str(place / "x")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None and process.stdout.readline() == b"there\n"
            (left,) = place.iterdir()
            with outputs.new_file(place / "x", None):  # one that lives is left alone
                assert left.exists()
            (place / "x").unlink()
            process.send_signal(signal.SIGKILL)
        assert left.exists()
        outputs.write_new(place / "x", b"whole", None)
        assert [path.name for path in place.iterdir()] == ["x"]
        (place / "x").unlink()
    place.rmdir()


def test_a_folder_that_is_exchanged_for_a_link_meanwhile_leads_nowhere(ground: Home) -> None:
    out, aside = ground.path.parent / "out" / "b", ground.path.parent / "aside"
    for number, way in enumerate((outputs.new_file, outputs.new_folder)):
        out.mkdir()
        with way(out / "name", ground) as part:
            out.rename(aside)
            out.symlink_to(ground.keys)
            (part / "x" if part.is_dir() else part).write_bytes(b"x")
        assert (aside / "name").exists() and not (ground.keys / "name").exists(), number
        out.unlink()
        (aside / "name" / "x" if number else aside / "name").unlink()
        if number:
            (aside / "name").rmdir()
        aside.rmdir()


def test_what_appears_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    for way in (outputs.new_file, outputs.new_folder):
        with pytest.raises(Refused) as caught, way(tmp_path / "x", None):
            (tmp_path / "x").write_bytes(b"theirs")
        assert caught.value.code == "output.exists"
        assert (tmp_path / "x").read_bytes() == b"theirs" and len(list(tmp_path.iterdir())) == 1
        (tmp_path / "x").unlink()


def test_of_several_files_none_is_written_where_one_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"theirs")
    with pytest.raises(Refused):
        outputs.write_all([(tmp_path / "a", b"1"), (tmp_path / "b", b"2")], None)
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_replacing_leaves_a_second_name_of_the_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"old")
    os.link(tmp_path / "kept", tmp_path / "report")
    outputs.write_new(tmp_path / "report", b"new", None, replace=True)
    assert ((tmp_path / "kept").read_bytes(), (tmp_path / "report").read_bytes()) == (b"old", b"new")


def test_errors_name_the_place_as_the_person_knows_it(tmp_path: Path) -> None:
    with pytest.raises(CopyExists) as caught, outputs.into_folder(tmp_path / "x", None) as held:
        raise CopyExists(str(held / "y"))
    assert caught.value.where == str(tmp_path / "x" / "y")
    (tmp_path / "round").symlink_to("round")
    with pytest.raises(MediumProblem):
        outputs.check_new(tmp_path / "round" / "x", None)
    with pytest.raises(Refused):
        outputs.check_new(tmp_path / "round", None)


def test_where_a_folder_lies_is_the_same_by_each_of_its_mounts(tmp_path: Path) -> None:
    (tmp_path / "a" / "in ner").mkdir(parents=True)
    (tmp_path / "b c").mkdir()
    subprocess.run(["mount", "--bind", tmp_path / "a" / "in ner", tmp_path / "b c"], check=True)
    try:
        with reach(tmp_path / "a" / "in ner") as one, reach(tmp_path / "b c") as other:
            assert spot_of(one.handle) == spot_of(other.handle) and spot_of(one.handle)[0]
        assert any(point == tmp_path / "b c" for _, _, _, point in mounts())
    finally:
        subprocess.run(["umount", tmp_path / "b c"], check=True)


def test_a_part_of_a_medium_that_is_mounted_elsewhere_is_still_the_medium(tmp_path: Path) -> None:
    drive, part = tmp_path / "drive", tmp_path / "part"
    for folder in (drive, part):
        folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", drive], check=True)
    try:
        (drive / "medium.json").write_bytes(b"{}")
        (drive / "packages").mkdir()
        subprocess.run(["mount", "--bind", drive / "packages", part], check=True)
        try:
            for target in (part / "x", part / "new" / "x", drive / "x"):
                with pytest.raises(Refused) as caught:
                    outputs.check_new(target, None)
                assert caught.value.code == "output.inside"
        finally:
            subprocess.run(["umount", part], check=True)
        outputs.check_new(part / "x", None)
    finally:
        subprocess.run(["umount", drive], check=True)
