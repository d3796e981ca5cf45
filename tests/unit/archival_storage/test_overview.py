"""The next thing to do for each copy that is missing."""

from __future__ import annotations

from preserve.archival_storage.overview import _tasks
from preserve.archival_storage.policy import PLACE, Standing
from preserve.data_management.holdings import CopyRow, MediumRow

NAME = f"aip-{'0' * 26}_v0001"


def medium(kind: str, identity: str, state: str = "in use") -> MediumRow:
    return MediumRow(identity, kind, identity.upper(), "", state, "2026-01-01T00:00:00Z", "一号楼", "", 0, None, {})


def acts(
    missing: tuple[tuple[str, int], ...],
    inventory: list[MediumRow],
    reachable: set[str],
    copies: tuple[tuple[str, str], ...] = (),
) -> list[tuple[str, str]]:
    rows = [CopyRow(NAME, identity, NAME[:30], 1, state, None, None) for identity, state in copies]
    return [(task.act, task.medium) for task in _tasks(NAME, Standing(False, missing), rows, inventory, reachable)]


def test_what_is_reachable_is_written_and_comes_first() -> None:
    shelf = [medium("drive", "d-1"), medium("drive", "d-2"), medium("s3", "s-1")]
    assert acts((("drive", 1), ("s3", 1)), shelf, {"d-2", "s-1"}) == [("write", "D-2"), ("write", "S-1")]
    assert acts((("drive", 2),), shelf, {"d-2"}) == [("write", "D-2"), ("insert", "D-1")]


def test_the_server_store_is_never_written_from_itself() -> None:
    assert acts((("directory", 1),), [medium("directory", "store-1")], set()) == [("insert", "STORE-1")]


def test_what_there_is_no_medium_for_is_registered_or_composed() -> None:
    assert acts((("drive", 2),), [medium("drive", "d-1", "replaced")], set()) == [("register", ""), ("register", "")]
    disc = medium("optical", "o-1", "planned")
    assert acts((("optical", 2),), [disc], set(), (("o-1", "planned"),)) == [("burn", "O-1"), ("compose", "")]
    assert acts(((PLACE, 1),), [], set()) == [("place", "")]


def test_a_medium_that_has_the_copy_gets_no_second_one() -> None:
    shelf = [medium("drive", "d-1"), medium("drive", "d-2")]
    assert acts((("drive", 1),), shelf, {"d-1"}, (("d-1", "suspect"),)) == [("insert", "D-2")]
    assert acts((("drive", 1),), shelf, {"d-1"}, (("d-1", "lost"),)) == [("write", "D-1")]
