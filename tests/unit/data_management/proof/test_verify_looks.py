"""A look that was changed, moved, taken out or put in is named, and so is a root that was changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from preserve.administration.founding import found as found_archive
from preserve.data_management import checkpoints, ledger, looks, looks_sealing, sealing
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.data_management.proof.verify_ledger import Start, verify_ledger
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


def findings(home: Home) -> list[tuple[str, str]]:
    opened = open_catalogue(home)
    try:
        report = verify_ledger(opened, home.store / "ledger", home.keys / "ledger.pub")
    finally:
        opened.close()
    return [(finding.code, finding.where) for finding in report.findings]


def change(catalogue: Catalogue, *statements: str) -> None:
    with catalogue.engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()


def forge(catalogue: Catalogue, number: int) -> None:
    """Another actor in a look, with the hash that goes with it."""
    with catalogue.read() as connection:
        text = next(looks.entries(connection, number)).text.replace('"li"', '"wu"')
    row = looks.row_of(text)
    with catalogue.engine.connect() as connection:
        altered = sql("UPDATE looks SET entry = :entry, leaf = :leaf WHERE number = :number")
        connection.execute(altered, {"entry": text, "leaf": row["leaf"], "number": number})
        connection.commit()


def test_sound(home: Home, catalogue: Catalogue) -> None:
    assert findings(home) == []
    report = verify_ledger(catalogue, home.store / "ledger", home.keys / "ledger.pub")
    assert report.intact and report.looks == 5


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE looks SET entry = replace(entry, 'li', 'wu') WHERE number = 2", ("looks.changed", "looks/2")),
        ("DELETE FROM looks WHERE number = 2", ("looks.missing", "looks/2")),
        ("DELETE FROM looks WHERE number = 5", ("looks.missing", "looks/5")),
        ("DELETE FROM looks", ("looks.missing", "looks/1")),
    ],
)
def test_the_first_bad_look_is_named(
    home: Home, catalogue: Catalogue, statement: str, expected: tuple[str, str]
) -> None:
    change(catalogue, statement)
    assert expected in findings(home)


def test_a_look_forged_with_its_hash_contradicts_segment_root_or_checkpoint(home: Home, catalogue: Catalogue) -> None:
    forge(catalogue, 2)
    assert ("looks.contradicts-segment", "looks/2") in findings(home)
    (segment,) = (home.store / looks_sealing.FOLDER).iterdir()
    segment.unlink()
    assert ("looks.contradicts-root", "looks/3") in findings(home)


def test_a_look_forged_since_the_last_root_contradicts_the_checkpoint(home: Home, catalogue: Catalogue) -> None:
    forge(catalogue, 5)
    assert ("looks.contradicts-root", "looks/5") in findings(home)
    change(catalogue, "DELETE FROM looks_checkpoint")
    codes = findings(home)
    assert ("looks.contradicts-root", "looks/5") in codes and ("looks.unsigned", "looks/5") in codes


def test_a_root_that_was_changed_is_the_ledgers_to_name(home: Home, catalogue: Catalogue) -> None:
    with catalogue.read() as connection:
        (anchor,) = ledger.of_action(connection, looks_sealing.ANCHORED)
    change(
        catalogue,
        f"UPDATE ledger SET entry = replace(entry, '\"size\":3', '\"size\":2') WHERE number = {anchor.number}",
    )
    assert ("ledger.entry-changed", str(anchor.number)) in findings(home)


def test_evidence_that_is_gone_or_altered_is_named(home: Home, catalogue: Catalogue) -> None:
    (segment,) = (home.store / looks_sealing.FOLDER).iterdir()
    lines = segment.read_bytes()
    segment.write_bytes(lines[: len(lines) // 2])
    file = looks_sealing.head_file(home)
    file.unlink()
    codes = dict(findings(home))
    assert "looks.segment-broken" in codes and codes["looks.head-missing"] == "looks.txt"
    segment.write_bytes(lines)
    file.write_bytes((file.parent / sealing.HEAD).read_bytes())
    assert findings(home) == [("looks.checkpoint-forged", "looks.txt")]


def test_tiles_that_are_not_those_of_the_looks_are_named(home: Home, catalogue: Catalogue) -> None:
    change(catalogue, "UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE log = 'looks'")
    assert findings(home) == [("looks.tile-differs", "tile/0/0")]
    change(catalogue, "DELETE FROM tiles WHERE log = 'looks'")
    assert findings(home) == [], "an index that is not there yet is made with the next look"


def test_a_segment_that_is_gone_from_the_end_is_named(home: Home, catalogue: Catalogue) -> None:
    sealing.close_segment(home, catalogue)
    folder = home.store / looks_sealing.FOLDER
    *_, last = sorted(folder.iterdir())
    assert findings(home) == []
    last.unlink()
    assert findings(home) == [("looks.segment-broken", str(folder))]
    sealing.close_segment(home, catalogue)
    assert last.exists() and findings(home) == []


def test_a_segment_within_another_that_says_otherwise_is_named(home: Home, catalogue: Catalogue) -> None:
    (segment,) = (home.store / looks_sealing.FOLDER).iterdir()
    inner = segment.with_name("looks-0000000002-0000000002.jsonl")
    second = segment.read_text(encoding="utf-8").splitlines(keepends=True)[1]
    inner.write_text(second, encoding="utf-8")
    assert findings(home) == [], "as a kill leaves it when segments are joined"
    inner.write_text(second.replace('"li"', '"wu"'), encoding="utf-8")
    assert findings(home) == [("looks.segment-broken", inner.name)]


def since_now(home: Home, catalogue: Catalogue) -> list[tuple[str, str]]:
    """What is found after everything up to the newest checkpoint was proved, and nothing before it is read."""
    with catalogue.read() as connection:
        newest = checkpoints.newest(connection)
        assert newest is not None
    report = verify_ledger(
        catalogue, home.store / "ledger", home.keys / "ledger.pub", since=Start(newest.size, newest.root)
    )
    return [(finding.code, finding.where) for finding in report.findings]


def test_since_a_proof_only_looks_after_the_last_root_are_read(home: Home, catalogue: Catalogue) -> None:
    assert since_now(home, catalogue) == []
    forge(catalogue, 2)
    assert since_now(home, catalogue) == []
    assert ("looks.contradicts-segment", "looks/2") in findings(home)
    forge(catalogue, 5)
    assert since_now(home, catalogue) == [("looks.contradicts-root", "looks/5")]


@pytest.mark.parametrize("number", [4, 5])
def test_since_a_proof_a_look_that_is_gone_is_missed(home: Home, catalogue: Catalogue, number: int) -> None:
    change(catalogue, f"DELETE FROM looks WHERE number = {number}")
    assert ("looks.missing", f"looks/{number}") in since_now(home, catalogue)


def test_since_a_proof_tiles_that_are_not_the_root_make_all_be_read(home: Home, catalogue: Catalogue) -> None:
    change(catalogue, "UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE log = 'looks'")
    forge(catalogue, 2)
    assert ("looks.contradicts-segment", "looks/2") in since_now(home, catalogue)
