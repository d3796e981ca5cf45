"""What a command does is counted in it and in its workers, and comes out the same twice."""

from pathlib import Path

import pytest

from benchmarks.counting import count
from benchmarks.growth import words_of
from benchmarks.imitated_home import build, number_of
from preserve.data_management import cases, checkpoints, retention_index
from preserve.data_management.database import open_catalogue
from preserve.data_management.proof import verify_ledger


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("imitated"), 60)


def test_an_imitated_home_has_so_many_cases_and_a_ledger_that_holds(home: Path) -> None:
    catalogue = open_catalogue(home / "catalogue.sqlite")
    with catalogue.read() as connection:
        assert cases.count_cases(connection) == 60
        assert cases.find_case(connection, number_of(30)) == f"aip-{30:026d}"
        assert retention_index.count_due(connection, "", "2026-11-30") == 50
        assert checkpoints.newest(connection) is not None
    proof = verify_ledger.verify_ledger(catalogue, home / "store" / "ledger", home / "keys" / "ledger.pub")
    catalogue.close()
    assert proof.entries > 7 * 60
    assert {finding.code for finding in proof.findings} == set()


def test_what_is_there_is_used_again(home: Path) -> None:
    before = (home / "catalogue.sqlite").stat().st_ino
    assert build(home.parent, 60) == home
    assert (home / "catalogue.sqlite").stat().st_ino == before


def test_the_same_command_counts_the_same(home: Path) -> None:
    first, second = (count(words_of("media list", 60), home) for _ in range(2))
    assert (first.queries, first.decodings, first.processes) == (second.queries, second.decodings, second.processes)
    assert first.queries > 10 and first.steps > 100 and first.read > 100_000 and first.memory > 20_000_000


def test_a_command_that_fails_is_no_count(home: Path) -> None:
    with pytest.raises(RuntimeError, match="no such case"):
        count(["show", "无此案"], home)
