"""Looks are signed with the transaction that records them, anchored each hour, and held to what was signed."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sigstore._internal.rekor.checkpoint import SignedCheckpoint
from sqlalchemy import text

from preserve.administration.founding import found as found_archive
from preserve.clock import running_on
from preserve.data_management import checkpoints, ledger, looks, looks_sealing, looks_segments, sealing
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.data_management.merkle import Frontier
from preserve.errors import NotIntact
from preserve.home import Home

MOMENT = datetime(2026, 12, 11, 8, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    with running_on(lambda: MOMENT):
        return found_archive(
            tmp_path / "home", institution="总队", policy="lossless", store=None, digests=["sha256"], language="zh"
        ).home


@pytest.fixture
def catalogue(home: Home) -> Iterator[Catalogue]:
    opened = open_catalogue(home)
    yield opened
    opened.close()


def look(catalogue: Catalogue, minutes: int = 0, count: int = 1) -> None:
    moment = MOMENT + timedelta(minutes=minutes)
    with running_on(lambda: moment), catalogue.begin() as connection:
        for _ in range(count):
            looks.append(connection, action="case.viewed", subject="s", actor="li", details={}, moment=moment)


def anchored(catalogue: Catalogue) -> list[int]:
    with catalogue.read() as connection:
        return [anchor.size for anchor in looks_sealing.anchors(connection)]


def head(home: Home, catalogue: Catalogue) -> None:
    with catalogue.locked() as connection:
        looks_sealing.write_head(home, connection)


def code_of_next_write(home: Home) -> str:
    again = open_catalogue(home)
    try:
        look(again, 5)
    except NotIntact as error:
        return error.code
    finally:
        again.close()
    return ""


def test_each_transaction_signs_its_looks_under_an_origin_of_their_own(home: Home, catalogue: Catalogue) -> None:
    for count in (1, 4, 2):
        look(catalogue, count=count)
    with catalogue.read() as connection:
        signed = looks_sealing.newest(connection)
        assert signed is not None
        assert signed.root == Frontier().add_all(entry.leaf for entry in looks.entries(connection)).root()
        assert connection.execute(text("SELECT count(*) FROM looks_checkpoint")).scalar() == 1
        public = checkpoints.read_public_key(home.keys / "ledger.pub")
        assert looks_sealing.holds(signed, home.settings.archive_id, [public])
        of_ledger = checkpoints.newest(connection)
        assert of_ledger is not None and not looks_sealing.holds(of_ledger, home.settings.archive_id, [public])
        assert ledger.size(connection) == of_ledger.size


def test_looks_alone_add_nothing_to_the_ledger_for_an_hour(catalogue: Catalogue) -> None:
    with catalogue.read() as connection:
        before = ledger.size(connection)
    for minutes in (0, 20, 59):
        look(catalogue, minutes)
    with catalogue.read() as connection:
        assert ledger.size(connection) == before
    look(catalogue, 60)
    assert anchored(catalogue) == [4]
    look(catalogue, 61)
    look(catalogue, 121)
    assert anchored(catalogue) == [4, 6]
    with catalogue.read() as connection:
        (*_, last) = ledger.of_action(connection, looks_sealing.ANCHORED)
        assert last.number == ledger.size(connection) == before + 2


def test_any_write_anchors_looks_that_waited_an_hour(catalogue: Catalogue) -> None:
    look(catalogue)
    later = MOMENT + timedelta(hours=2)
    with running_on(lambda: later), catalogue.begin() as connection:
        ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=later)
    assert anchored(catalogue) == [1]
    with running_on(lambda: later + timedelta(days=1)), catalogue.begin() as connection:
        ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=later)
    assert anchored(catalogue) == [1], "there are no new looks"


def test_a_closed_segment_holds_all_looks_and_the_ledger_their_root(home: Home, catalogue: Catalogue) -> None:
    look(catalogue, count=3)
    sealing.close_segment(home, catalogue)
    look(catalogue, count=2)
    sealing.close_segment(home, catalogue)
    sealing.close_segment(home, catalogue)
    assert anchored(catalogue) == [3, 5]
    folder = home.store / looks_sealing.FOLDER
    assert [(first, last) for first, last, _ in looks_segments.segments(folder)] == [(1, 3), (4, 5)]
    with catalogue.read() as connection:
        assert list(looks_segments.lines(folder)) == [entry.text for entry in looks.entries(connection)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("DELETE FROM looks WHERE number = 3", "looks.rolled-back"),
        ("DELETE FROM looks WHERE number > 1; DELETE FROM looks_checkpoint", "looks.rolled-back"),
        ("DELETE FROM looks_checkpoint", "looks.unsigned"),
        ("UPDATE looks_checkpoint SET made = made, signature = zeroblob(1)", "looks.forked"),
        ("INSERT INTO looks (number, entry, leaf) SELECT 4, entry, leaf FROM looks WHERE number = 3", "looks.unsigned"),
    ],
)
def test_nobody_adds_to_a_log_that_was_cut_or_added_to(
    home: Home, catalogue: Catalogue, change: str, code: str
) -> None:
    look(catalogue, count=3)
    sealing.close_segment(home, catalogue)
    sealing.seal(home)
    catalogue.close()
    with catalogue.engine.connect() as connection:
        for statement in change.split(";"):
            connection.exec_driver_sql(statement)
        connection.commit()
    assert code_of_next_write(home) == code


@pytest.mark.sqlite
def test_an_older_catalogue_contradicts_the_head_of_looks(home: Home, catalogue: Catalogue) -> None:
    look(catalogue)
    sealing.seal(home)
    catalogue.close()
    older = home.catalogue.read_bytes()
    look(catalogue, count=2)
    head(home, catalogue)
    sealing.seal(home)
    catalogue.close()
    home.catalogue.write_bytes(older)
    assert code_of_next_write(home) == "looks.rolled-back"


def test_a_head_of_somebody_else_is_refused_and_one_that_is_gone_is_noted(home: Home, catalogue: Catalogue) -> None:
    look(catalogue)
    sealing.close_segment(home, catalogue)
    sealing.seal(home)
    file = looks_sealing.head_file(home)
    right = file.read_text()
    for wrong, code in (
        (re.sub(r"\n1\n", "\n2\n", right, count=1), "looks.checkpoint-forged"),
        ((file.parent / sealing.HEAD).read_text(), "looks.checkpoint-forged"),
        ("", "looks.checkpoint-unreadable"),
    ):
        file.write_text(wrong)
        assert code_of_next_write(home) == code
    file.unlink()
    assert code_of_next_write(home) == ""
    with catalogue.read() as connection:
        (noted,) = ledger.of_action(connection, looks_sealing.HEAD_MISSING)
    assert noted.details == {"file": "looks.txt", "size": 1} and file.is_file()


def test_what_is_lost_is_written_down_and_the_log_goes_on(home: Home, catalogue: Catalogue) -> None:
    look(catalogue, count=3)
    sealing.close_segment(home, catalogue)
    sealing.seal(home)
    with catalogue.engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM looks WHERE number > 1")
        connection.exec_driver_sql("DELETE FROM looks_checkpoint")
        connection.commit()
    with catalogue.begin() as connection:
        assert looks_sealing.enter_loss(home, connection, 0) == 2
    head(home, catalogue)
    with catalogue.begin() as connection:
        assert looks_sealing.enter_loss(home, connection, 0) == 0, "what is lost is lost once"
    look(catalogue, count=4)
    sealing.close_segment(home, catalogue)
    assert anchored(catalogue) == [5]


def test_the_newest_root_is_the_last_of_all_that_stand(home: Home, catalogue: Catalogue) -> None:
    def agree() -> int | None:
        with catalogue.read() as connection:
            newest = looks_sealing.newest_anchor(connection)
            standing = looks_sealing.anchors(connection)
        assert newest == (standing[-1] if standing else None)
        return newest.size if newest else None

    assert agree() is None
    for expected in (2, 4, 6):
        look(catalogue, count=2)
        with catalogue.begin() as connection:
            looks_sealing.anchor(home, connection)
        assert agree() == expected
    for first, expected in ((6, 4), (3, 2)):  # what was lost takes the roots over it with it
        with catalogue.begin() as connection:
            ledger.note(home, connection, looks_sealing.TAIL_LOST, {"first": first, "last": 6, "count": 7 - first})
        assert agree() == expected


def test_others_tools_read_what_is_signed_over_the_looks(home: Home, catalogue: Catalogue) -> None:
    look(catalogue)
    with catalogue.read() as connection:
        signed = looks_sealing.newest(connection)
    assert signed is not None
    note = SignedCheckpoint.from_text(signed.text()).checkpoint
    assert (note.origin, note.log_size) == (looks_sealing.origin(home.settings.archive_id), 1)
    assert len(signed.signature) == 4 + 64  # the id of the key, then its signature (C2SP signed-note)
    assert checkpoints.parse_exactly(signed.text().encode()).note == signed.note


def test_roots_since_a_place_are_those_after_it_and_the_last_before(home: Home, catalogue: Catalogue) -> None:
    for _ in range(4):
        with catalogue.begin() as connection:
            looks.append(connection, action="case.viewed", subject="s", actor="li", details={}, moment=MOMENT)
        sealing.close_segment(home, catalogue)
    with catalogue.read() as connection:
        every = looks_sealing.anchors(connection)
        assert len(every) > 3
        assert looks_sealing.anchors(connection, every[-2].number) == every[-2:]
        assert looks_sealing.anchors(connection, every[-1].number + 9) == every[-1:]
        assert looks_sealing.anchors(connection, every[0].number - 1) == every
