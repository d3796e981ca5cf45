"""A package handed out as it is kept: for an approval of all of it, once, and whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.access.dip import handing
from preserve.access.requests.entering import Asked
from preserve.access.requests.steps import Opinion
from preserve.access.requests.whole_package import hand_out
from preserve.archival_storage.discs.sources import Source, open_source
from preserve.data_management import ledger
from preserve.errors import Conflict, MediumProblem, NotPermitted
from preserve.progress import Silent
from tests.support.asking import PAPER, Counter


@pytest.fixture
def sources(counter: Counter) -> list[Source]:
    """The server store itself, as a medium."""
    return [open_source(counter.archive.home.store)]


def whole(counter: Counter) -> str:
    return counter.approved(Asked(counter.case, form="package")).number


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_leaves_is_the_package_and_the_ledger_says_so(
    counter: Counter, sources: list[Source], tmp_path: Path
) -> None:
    number = whole(counter)
    restored = hand_out(counter.actor(), counter.case, sources, to=tmp_path, number=number, progress=Silent())
    kept = counter.archive.home.store / "packages" / restored.name
    assert restored.place == tmp_path / restored.name and files(restored.place) == files(kept)
    request = counter.request(number)
    assert request.delivery is not None
    assert (request.state, request.delivery.form, request.delivery.dip) == ("delivered", "package", restored.name)
    assert request.delivery.files == len(files(kept))
    with counter.archive.catalogue.read() as connection:
        entry = ledger.about(connection, counter.objid, "package.restored")[-1]
    assert (entry.details["request"], entry.details["to"]) == (number, str(restored.place))
    assert handing.noted(counter.archive.home, number) is None
    assert [path.name for path in tmp_path.iterdir()] == [restored.name]
    with pytest.raises(Conflict, match=r"request\.step-wrong"):
        hand_out(counter.actor(), counter.case, sources, to=tmp_path / "2", number=number, progress=Silent())


def test_an_approval_of_less_is_none_for_all(counter: Counter, sources: list[Source], tmp_path: Path) -> None:
    part = counter.approved(Asked(counter.case, object=PAPER)).number
    without = counter.approved(Asked(counter.case, form="package"), opinion=Opinion(left_out=(PAPER,))).number
    for number in (part, without):
        with pytest.raises(NotPermitted, match=r"request\.approval-does-not-cover"):
            hand_out(counter.actor(), counter.case, sources, to=tmp_path / "out", number=number, progress=Silent())
    with pytest.raises(NotPermitted, match=r"request\.approval-missing"):
        hand_out(counter.actor(), counter.case, sources, to=tmp_path / "out", number="", progress=Silent())
    with pytest.raises(NotPermitted, match=r"people\.may-not"):
        hand_out(counter.actor("wang"), counter.case, sources, to=tmp_path, number=whole(counter), progress=Silent())
    assert list(tmp_path.iterdir()) == []


def test_what_lies_there_stays_and_nothing_is_entered(counter: Counter, sources: list[Source], tmp_path: Path) -> None:
    number = whole(counter)
    there = tmp_path / f"{counter.objid}_v0001"
    there.mkdir()
    (there / "own.txt").write_text("x")
    with pytest.raises(Conflict, match=r"storage\.exists-already"):
        hand_out(counter.actor(), counter.case, sources, to=tmp_path, number=number, progress=Silent())
    assert files(tmp_path) == {f"{there.name}/own.txt": b"x"}
    assert counter.request(number).state == "approved"


def test_from_a_medium_without_it_nothing_leaves(counter: Counter, tmp_path: Path) -> None:
    number, empty, target = whole(counter), tmp_path / "medium", tmp_path / "out"
    empty.mkdir()
    with pytest.raises(MediumProblem, match=r"storage\.parts-missing"):
        hand_out(counter.actor(), counter.case, [open_source(empty)], to=target, number=number, progress=Silent())
    assert not target.exists() or list(target.iterdir()) == []
    assert counter.request(number).state == "approved"
    assert handing.noted(counter.archive.home, number) is None
