"""Files and folders that were not there before: never over another's, never through a link, whole or not at all."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from storage_adapters.new_files import kind_of, making_file, making_folder, mounts, reach, real, spot_of


def test_a_file_comes_whole_and_into_folders_that_are_made_for_it(tmp_path: Path) -> None:
    with reach(tmp_path / "a" / "b") as place:
        place.make()
        with making_file(place, "x.pdf") as part:
            part.write_bytes(b"whole")
            assert not (tmp_path / "a/b/x.pdf").exists()
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == ["a", "a/b", "a/b/x.pdf"]
    assert (tmp_path / "a/b/x.pdf").read_bytes() == b"whole"


@pytest.mark.parametrize("making", [making_file, making_folder])
def test_after_an_error_nothing_is_left_not_even_the_folders(making: object, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), reach(tmp_path / "a" / "b") as place:
        place.make()
        with making(place, "x") as part:  # type: ignore[operator]
            (part if part.is_file() else part / "y").write_bytes(b"half")
            raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_a_folder_that_another_holds_too_is_not_taken_away_again(tmp_path: Path) -> None:
    """Both were given a folder that is not there yet: the first to fail must not take it from the other."""
    target = tmp_path / "deep" / "target"
    with ExitStack() as second:
        with pytest.raises(KeyError), reach(target) as first:
            first.make()
            other = second.enter_context(reach(target))
            other.make()
            raise KeyError
        with making_file(other, "file") as part:
            part.write_text("x")
    assert (target / "file").read_text() == "x"


def test_one_that_went_while_it_was_reached_for_is_made_again(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with ExitStack() as second:
        with pytest.raises(KeyError), reach(target) as first:
            other = second.enter_context(reach(target))
            first.make()
            raise KeyError
        assert not target.exists()
        other.make()
        with making_file(other, "file") as part:
            part.write_text("x")
    assert (target / "file").read_text() == "x"


@pytest.mark.parametrize("making", [making_file, making_folder])
def test_what_came_in_between_is_never_written_over(making: object, tmp_path: Path) -> None:
    with reach(tmp_path) as place, pytest.raises(FileExistsError), making(place, "x"):  # type: ignore[operator]
        (tmp_path / "x").write_bytes(b"another's")
    assert [path.name for path in tmp_path.iterdir()] == ["x"] and (tmp_path / "x").read_bytes() == b"another's"


def test_only_a_plain_file_is_replaced_and_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"old")
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "link").symlink_to("precious")
    with reach(tmp_path) as place:
        with making_file(place, "x", replace=True) as part:
            part.write_bytes(b"new")
        with pytest.raises(FileExistsError), making_file(place, "link", replace=True) as part:
            part.write_bytes(b"new")
        assert [kind_of(place, name) for name in ("x", "link", "none")] == ["file", "other", ""]
    assert (tmp_path / "x").read_bytes() == b"new" and (tmp_path / "precious").read_bytes() == b"precious"


def test_a_folder_exchanged_for_a_link_after_the_look_gets_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "theirs").mkdir()
    with reach(tmp_path / "mine") as place:
        (tmp_path / "mine").rename(tmp_path / "moved")
        (tmp_path / "mine").symlink_to("theirs")
        with making_file(place, "x") as part:
            part.write_bytes(b"x")
    assert [path.name for path in (tmp_path / "moved").iterdir()] == ["x"] and not list((tmp_path / "theirs").iterdir())


def test_a_link_on_the_way_that_comes_after_the_look_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    with pytest.raises(OSError), reach(tmp_path / "mine") as place:
        (tmp_path / "mine").symlink_to("theirs")
        place.make()
    assert not list((tmp_path / "theirs").iterdir())


def test_what_a_killed_process_left_is_swept_and_what_one_at_work_has_is_not(tmp_path: Path) -> None:
    with reach(tmp_path) as place:
        with making_file(place, "x") as first:
            with pytest.raises(FileExistsError), making_file(place, "x") as second:
                assert first.exists() and first.name != second.name
                (tmp_path / "x").write_bytes(b"another's")
            (tmp_path / "x").unlink()
            left = tmp_path / first.name.replace(first.name.split("-")[-1], "0" * 12 + first.suffix)
            left.write_bytes(b"of a process that was killed")
            folder = left.with_name(left.name.replace("0" * 12, "1" * 12))
            (folder / "deep").mkdir(parents=True)
            with making_file(place, "y"):
                assert left.exists()  # of another name
            (tmp_path / "y").unlink()
            with pytest.raises(ZeroDivisionError), making_folder(place, "x"):
                assert first.exists() and not left.exists() and not folder.exists()
                raise ZeroDivisionError
            first.write_bytes(b"x")
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", b"x")]


def test_the_lowest_folder_that_is_marked_is_told(tmp_path: Path) -> None:
    (tmp_path / "home" / "store" / "deep").mkdir(parents=True)
    (tmp_path / "home" / "preserve.toml").symlink_to("nowhere")
    with reach(tmp_path / "home" / "store" / "deep" / "more", ["preserve.toml"]) as place:
        assert (place.marked, place.missing, place.blocked) == (tmp_path / "home", ("more",), False)
    (tmp_path / "file").write_bytes(b"")
    with reach(tmp_path / "file" / "below") as place:
        assert place.blocked and place.missing == ("file", "below")


def test_links_in_a_circle_are_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        real(tmp_path / "a" / "x")


def test_where_a_folder_lies_is_told_by_its_file_system(tmp_path: Path) -> None:
    handle = os.open(tmp_path, os.O_RDONLY)
    try:
        device, path = spot_of(handle)
    finally:
        os.close(handle)
    status = os.stat(tmp_path)
    assert device in {number for _, number, _, _ in mounts()} and tmp_path.name == path.name
    assert os.stat(tmp_path).st_ino == status.st_ino
