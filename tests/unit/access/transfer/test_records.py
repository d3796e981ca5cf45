"""What goes into the encapsulations of a case: every file of its package once, each with its own history."""

from __future__ import annotations

import pytest

from preserve.access.transfer.exporting import _expected
from preserve.access.transfer.profile import read_transfer_profile
from preserve.access.transfer.records import Piece, pieces
from preserve.access.transfer.steps import cancel, prepare
from preserve.messages import speaking
from tests.support.asking import PAPER, Counter

pytestmark = pytest.mark.xdist_group("transfer-steps")


@pytest.fixture(scope="module")
def made(counter: Counter) -> list[Piece]:
    archive = counter.archive
    transfer = prepare(counter.actor(), [counter.case], receiver="馆", basis="计划", form="eep")
    cancel(counter.actor(), transfer.number, reason="试验完毕")
    (item,) = transfer.items
    expected = _expected(archive, item)
    base = archive.home.store / "packages" / item.package
    inside = f"data/{item.objid}/"
    sizes = {
        file.path.removeprefix(inside): (base / file.path).stat().st_size
        for file in expected
        if file.path.startswith(inside)
    }
    with archive.catalogue.read() as connection, speaking("zh"):
        return list(pieces(archive.home, connection, read_transfer_profile(None), item, expected, sizes))


def test_every_file_of_the_package_is_in_exactly_one(counter: Counter, made: list[Piece]) -> None:
    paths = [document.path for piece in made for document in piece.documents]
    root = counter.archive.home.store / "packages" / f"{counter.objid}_v0001" / "data" / counter.objid
    assert sorted(paths) == sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    assert [piece.name for piece in made] == [f"{number:04}.eep" for number in range(1, len(made) + 1)]


def test_a_deposited_file_comes_first_and_what_was_made_of_it_after(made: list[Piece]) -> None:
    (piece,) = [piece for piece in made if piece.documents[0].path.endswith("决定书.txt") and len(piece.documents) > 1]
    first, copy = piece.documents
    assert first.path.startswith("representations/original/") and copy.path.startswith("representations/preservation/")
    assert first.title.startswith("行政处罚决定书") and first.format
    for piece in made[:-1]:
        assert piece.documents[0].path.startswith("representations/original/")


def test_each_tells_what_happened_to_its_own_file_and_to_all(made: list[Piece]) -> None:
    rest = {action.identifier for action in made[-1].actions}
    own = [{action.identifier for action in piece.actions} for piece in made[:-1]]
    assert rest and all(rest <= actions for actions in own)
    assert any(rest < actions for actions in own)
    assert set.intersection(*own) == rest
    assert all(action.what and action.when and action.agent == "机构1" for piece in made for action in piece.actions)


def test_a_record_says_what_the_description_says_of_its_file(made: list[Piece]) -> None:
    (piece,) = [piece for piece in made if piece.documents[0].path.endswith(PAPER)]
    description, numbered = dict(piece.record.description), dict(piece.record.numbered)
    assert description["title"] == "测试案 鉴定意见" and description["genre"] == "鉴定意见"
    assert (description["date"], numbered["year"]) == ("2026-04-01", "2026")
    assert piece.record.archival_number == "临文综罚〔2026〕77号", "where it has none, its case's number"
    assert piece.record.control == description["secrecy"] == read_transfer_profile(None).secrecy["internal"]
