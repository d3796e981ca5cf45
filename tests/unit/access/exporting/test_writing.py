"""Writing an export: nothing into the archive, nothing altered, and what was cut off is gone on with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from preserve.access.exporting import steps
from preserve.access.exporting.model import Form
from preserve.errors import Conflict, MediumProblem, NotIntact, Refused, Stopped
from preserve.progress import Silent
from tests.support.asking import Counter, opened_counter
from tests.support.exported import approved, package_of, written

pytestmark = pytest.mark.xdist_group("exporting-steps")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """An archive of this module, whose package may be altered."""
    with opened_counter(tmp_path_factory.mktemp("exported")) as whole:
        yield whole


def test_the_whole_archive_goes_without_naming_cases(counter: Counter, tmp_path: Path) -> None:
    export = written(counter, "eark-aip", tmp_path, whole=True)
    assert export.written is not None
    assert export.written.cases == 1
    about = json.loads((tmp_path / export.number / "export.json").read_text(encoding="utf-8"))
    assert (about["cases"], about["left_out"]) == (1, [])


@pytest.mark.parametrize("form", ["plain", "ocfl"])
def test_what_waits_in_the_outbox_leaves_the_reserve_free(counter: Counter, form: Form) -> None:
    archive = counter.archive
    outbox = archive.home.outbox / form / "files"
    outbox.parent.mkdir(parents=True, exist_ok=True)
    settings = archive.home.settings.model_copy(update={"reserve": shutil.disk_usage(outbox.parent).free})
    full = replace(archive, home=replace(archive.home, settings=settings))
    number = approved(counter, form, whole=True)
    with pytest.raises(MediumProblem, match=r"work\.no-space"):
        steps.write_out(replace(counter.actor(), archive=full), number, outbox, progress=Silent())
    assert not list(outbox.rglob("*.*"))
    assert steps.write_out(counter.actor(), number, outbox, progress=Silent()).state == "written"


@pytest.mark.parametrize("form", ["plain", "ocfl", "eark-dip"])
def test_nothing_is_written_into_the_archive(counter: Counter, form: Form) -> None:
    number = approved(counter, form)
    with pytest.raises(Refused):
        steps.write_out(counter.actor(), number, counter.archive.home.store / "out", progress=Silent())
    assert not (counter.archive.home.store / "out").exists()


@pytest.mark.parametrize("form", ["plain", "ocfl", "eark-aip"])
def test_an_altered_original_is_not_given_away(own: Counter, tmp_path: Path, form: Form) -> None:
    counter = own
    number = approved(counter, form)
    victim = package_of(counter) / "data" / counter.objid / "representations" / "original" / "data" / "笔录.txt"
    kept, mode = victim.read_bytes(), victim.stat().st_mode
    victim.chmod(0o640)
    victim.write_bytes(kept.replace("笔".encode(), "毛".encode(), 1))
    try:
        with pytest.raises(NotIntact):
            steps.write_out(counter.actor(), number, tmp_path, progress=Silent())
    finally:
        victim.write_bytes(kept)
        victim.chmod(mode)
    assert not (tmp_path / number).exists()
    assert not list((tmp_path / "ocfl").glob("???")) if form == "ocfl" else True
    assert steps.write_out(counter.actor(), number, tmp_path, progress=Silent()).state == "written"


class Stopping(Silent):
    """Somebody stops it after so many calls."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def __call__(self, moved: int, files: int = 0) -> None:
        self.left -= 1
        if self.left < 0:
            raise Stopped("work.stopped")
        super().__call__(moved, files)


@pytest.mark.parametrize("form", ["plain", "ocfl", "eark-dip"])
def test_what_was_stopped_anywhere_is_gone_on_with(counter: Counter, tmp_path: Path, form: Form) -> None:
    number, runs = approved(counter, form), 0
    while True:
        try:
            done = steps.write_out(counter.actor(), number, tmp_path, progress=Stopping(runs * 3))
        except Stopped:
            runs += 1
            assert not (tmp_path / number).exists()
            continue
        break
    assert runs > 2
    assert done.state == "written"
    assert [one.to for one in done.begun] == [str(tmp_path)]
    other = tmp_path / "undisturbed"
    written(counter, form, other)
    place = "ocfl" if form == "ocfl" else number
    twin = next(other.iterdir())
    assert {
        path.relative_to(tmp_path / place) for path in (tmp_path / place).rglob("*") if "dip-" not in str(path)
    } == {path.relative_to(twin) for path in twin.rglob("*") if "dip-" not in str(path)}
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_another_place_after_a_stop_is_written_down_too(counter: Counter, tmp_path: Path) -> None:
    number = approved(counter, "plain")
    with pytest.raises(Stopped):
        steps.write_out(counter.actor(), number, tmp_path / "one", progress=Stopping(0))
    done = steps.write_out(counter.actor(), number, tmp_path / "two", progress=Silent())
    assert [Path(one.to).name for one in done.begun] == ["one", "two"]


def test_what_another_put_there_is_not_taken_for_it(counter: Counter, tmp_path: Path) -> None:
    number = approved(counter, "plain")
    (tmp_path / number).mkdir()
    with pytest.raises(Conflict):
        steps.write_out(counter.actor(), number, tmp_path, progress=Silent())
    (tmp_path / number).rmdir()
    (tmp_path / f".{number}.part").mkdir()
    (tmp_path / f".{number}.part" / "2026").symlink_to(counter.archive.home.store)
    with pytest.raises(Refused):
        steps.write_out(counter.actor(), number, tmp_path, progress=Silent())


def test_what_lies_there_half_changed_is_not_believed(counter: Counter, tmp_path: Path) -> None:
    number = approved(counter, "plain")
    steps.write_out(counter.actor(), number, tmp_path / "whole", progress=Silent())
    number = approved(counter, "plain")
    stopped = 40
    while not list(tmp_path.glob(f".{number}.*.part/2026/*/*")):
        try:
            steps.write_out(counter.actor(), number, tmp_path, progress=Stopping(stopped))
        except Stopped:
            stopped += 1
            continue
        return  # it was written in one go: nothing was left to change
    (victim,) = tmp_path.glob(f".{number}.*.part/2026/*/原件/笔录.txt")
    victim.write_bytes(b"another")
    with pytest.raises(NotIntact):
        steps.write_out(counter.actor(), number, tmp_path, progress=Silent())
