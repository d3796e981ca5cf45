"""Looks come back from the old catalogue or from the segments; what nobody can prove is not taken, and named."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from preserve.administration.founding import found as found_archive
from preserve.archival_storage.media import server_store
from preserve.data_management import ledger, looks, looks_sealing, sealing
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.data_management.proof.verify_ledger import verify_ledger
from preserve.data_management.rebuild import rebuild
from preserve.home import Home

MOMENT = datetime(2026, 12, 11, 8, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return found_archive(
        tmp_path / "home", institution="总队", policy="lossless", store=None, digests=["sha256"], language="zh"
    ).home


@pytest.fixture
def catalogue(home: Home) -> Iterator[Catalogue]:
    """Five looks: three in a segment under a root, two since."""
    opened = open_catalogue(home)
    for count in (3, 2):
        with opened.begin() as connection:
            for _ in range(count):
                looks.append(connection, action="case.viewed", subject="s", actor="li", details={}, moment=MOMENT)
        if count == 3:
            sealing.close_segment(home, opened)
    with opened.locked() as connection:
        looks_sealing.write_head(home, connection)
    sealing.seal(home)
    yield opened
    opened.close()


def texts(home: Home) -> list[str]:
    opened = open_catalogue(home)
    with opened.read() as connection:
        found = [look.text for look in looks.entries(connection)]
    opened.close()
    return found


def again(home: Home) -> list[str]:
    """The codes of the findings about looks when the catalogue is made again; afterwards it holds, and is written to."""
    report = rebuild(home, [server_store(home)])
    opened = open_catalogue(home)
    with opened.begin() as connection:
        looks.append(connection, action="case.viewed", subject="s", actor="li", details={}, moment=MOMENT)
    with opened.locked() as connection:
        looks_sealing.write_head(home, connection)
    sealing.close_segment(home, opened)
    sealing.seal(home)
    proven = verify_ledger(opened, home.store / "ledger", home.keys / "ledger.pub")
    opened.close()
    assert proven.intact, proven.findings
    return [finding.code for finding in report.findings if finding.code.startswith("looks.")]


def change(catalogue: Catalogue, statement: str) -> None:
    with catalogue.engine.connect() as connection:
        connection.exec_driver_sql(statement)
        connection.commit()
    catalogue.close()


def test_a_sound_log_is_taken_as_it_is(home: Home, catalogue: Catalogue) -> None:
    catalogue.close()
    before = texts(home)
    assert again(home) == []
    assert texts(home)[:5] == before


def test_a_false_segment_within_another_makes_nobody_give_up_looks(home: Home, catalogue: Catalogue) -> None:
    catalogue.close()
    (segment,) = (home.store / looks_sealing.FOLDER).iterdir()
    inner = segment.with_name("looks-0000000002-0000000002.jsonl")
    inner.write_text("{}\n", encoding="utf-8")
    rebuild(home, [server_store(home)])
    assert len(texts(home)) == 5


def test_a_log_that_was_taken_over_has_its_tiles(home: Home, catalogue: Catalogue) -> None:
    catalogue.close()
    rebuild(home, [server_store(home)])
    opened = open_catalogue(home)
    with opened.read() as connection:
        assert looks_sealing.tree(connection).size() == 5
    opened.close()


@pytest.mark.sqlite
def test_without_the_old_catalogue_the_segments_are_what_there_is(home: Home, catalogue: Catalogue) -> None:
    catalogue.close()
    before = texts(home)
    home.catalogue.unlink()
    assert again(home) == ["looks.from-segments", "looks.lost"]
    assert texts(home)[:3] == before[:3] and len(texts(home)) == 4
    opened = open_catalogue(home)
    with opened.read() as connection:
        (lost,) = ledger.of_action(connection, looks_sealing.TAIL_LOST)
        assert (lost.details["first"], lost.details["last"], lost.details["count"]) == (4, 5, 2)
        assert "preserve/" in lost.details["checkpoint"]
    opened.close()


def test_a_look_changed_within_a_segment_is_put_right_and_nothing_is_lost(home: Home, catalogue: Catalogue) -> None:
    before = texts(home)
    change(catalogue, "UPDATE looks SET entry = replace(entry, 'li', 'wu') WHERE number = 2")
    assert again(home) == ["looks.from-segments"]
    assert texts(home)[:5] == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE looks SET entry = replace(entry, 'li', 'wu') WHERE number = 5",
        "DELETE FROM looks WHERE number = 4",
        "DELETE FROM looks_checkpoint",
    ],
)
def test_what_is_in_no_segment_and_not_proven_is_lost_and_named(
    home: Home, catalogue: Catalogue, statement: str
) -> None:
    before = texts(home)
    change(catalogue, statement)
    assert again(home) == ["looks.from-segments", "looks.lost"]
    assert texts(home)[:3] == before[:3] and len(texts(home)) == 4


@pytest.mark.sqlite
def test_looks_lost_altogether_are_named_and_the_log_begins_again(home: Home, catalogue: Catalogue) -> None:
    catalogue.close()
    home.catalogue.unlink()
    for file in (home.store / looks_sealing.FOLDER).iterdir():
        file.unlink()
    assert again(home) == ["looks.lost"]
    assert len(texts(home)) == 1
