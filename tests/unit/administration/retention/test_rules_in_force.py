"""Which rules hold: a changed file changes nothing until it is put in force, and every day can be computed again."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import text

from preserve.administration.retention import rules_in_force
from preserve.administration.retention.facts import facts_in, facts_of, kept_of
from preserve.administration.retention.profile import NAME
from preserve.clock import now
from preserve.data_management import retention_index
from preserve.errors import NotIntact, Refused
from preserve.profiles import locate
from tests.support.due_case import Bureau


def keep_longer(bureau: Bureau, years: int) -> None:
    before, mark, rest = locate(NAME).read_text(encoding="utf-8").partition('name = "case-10"')
    longer = before + mark + rest.replace("years = 10", f"years = {years}", 1)
    (bureau.archive.home.profiles / NAME).write_text(longer, encoding="utf-8")


def days(bureau: Bureau) -> list[str | None]:
    with bureau.archive.catalogue.read() as connection:
        return [row.due for row in retention_index.all_rows(connection)]


def test_the_first_case_puts_the_rules_in_force_and_a_changed_file_changes_nothing(bureau: Bureau) -> None:
    home = bureau.archive.home
    keep_longer(bureau, 20)
    with bureau.archive.catalogue.begin() as connection:
        in_force = rules_in_force.rules_in_force(home, connection)
        assert in_force is not None
        assert in_force.sha256 == hashlib.sha256(locate(NAME).read_bytes()).hexdigest()
        assert rules_in_force.applicable_rules(home, connection) == in_force
        assert rules_in_force.rules_now(home).sha256 != in_force.sha256
        rules_in_force.enter_case(home, connection, bureau.objids[0], actor="chen", moment=now())
    assert days(bureau) == ["2024-01-01", "2024-01-01"]


def test_put_in_force_the_new_rules_count_for_whoever_is_entered(bureau: Bureau) -> None:
    home = bureau.archive.home
    keep_longer(bureau, 20)
    with bureau.archive.catalogue.begin() as connection:
        rules = rules_in_force.put_in_force(home, connection, actor="head", moment=now())
        assert rules_in_force.applicable_rules(home, connection) == rules
        rules_in_force.enter_case(home, connection, bureau.objids[0], actor="chen", moment=now())
    assert days(bureau) == ["2034-01-01", "2024-01-01"]
    with bureau.archive.catalogue.begin() as connection:
        rules_in_force.after_rebuild(home)(connection)
    assert days(bureau) == ["2034-01-01", "2034-01-01"]


def test_of_two_rules_the_one_that_keeps_longer_counts(bureau: Bureau) -> None:
    home = bureau.archive.home
    with bureau.archive.catalogue.read() as connection:
        (row,) = retention_index.rows_of(connection, bureau.objids[0])
        assert rules_in_force.strictest_due(home, connection, row)[0] == "2024-01-01"
        keep_longer(bureau, 20)
        assert rules_in_force.strictest_due(home, connection, row)[0] == "2034-01-01"


def test_days_that_the_rules_do_not_give_are_found(bureau: Bureau) -> None:
    home, objid = bureau.archive.home, bureau.objids[0]
    with bureau.archive.catalogue.begin() as connection:
        assert list(rules_in_force.compare(home, connection)) == []
        rules_in_force.require_rows(home, connection, objid)
        connection.exec_driver_sql("UPDATE retention SET computed = '2014-01-01', due = '2014-01-01'")
        with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
            rules_in_force.require_rows(home, connection, objid)
        assert [finding.where for finding in rules_in_force.compare(home, connection)] == list(bureau.objids)
        rules_in_force.enter_case(home, connection, objid, actor="chen", moment=now())
        assert [finding.where for finding in rules_in_force.compare(home, connection)] == [bureau.objids[1]]


def test_what_is_read_for_many_cases_is_what_is_read_for_each(bureau: Bureau) -> None:
    home, profile = bureau.archive.home, rules_in_force.rules_now(bureau.archive.home).profile
    for statement in (
        "SELECT 1",
        "DELETE FROM files WHERE objid = :first",
        "DELETE FROM versions WHERE objid = :first",
    ):
        with bureau.archive.catalogue.begin() as connection:
            connection.execute(text(statement), {"first": bureau.objids[0]})
            together = {kept.case.objid: facts_in(home, profile, kept) for kept in kept_of(connection, bureau.objids)}
            assert together == {objid: facts_of(home, connection, profile, objid) for objid in bureau.objids}
    assert together[bureau.objids[0]][1] == {} != together[bureau.objids[1]][1]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cases SET description = 'no JSON' WHERE objid = :first",
        "UPDATE versions SET created = x'00' WHERE objid = :first",
        "UPDATE files SET properties = '[1' WHERE objid = :first",
    ],
)
def test_one_case_that_cannot_be_read_does_not_hide_in_others(bureau: Bureau, change: str) -> None:
    with bureau.archive.catalogue.begin() as connection:
        connection.execute(text(change), {"first": bureau.objids[0]})
        found = [(one.code, one.where) for one in rules_in_force.compare(bureau.archive.home, connection)]
    assert found == [("ledger.contradicts-index", bureau.objids[0])]


def test_cases_without_days_are_entered_once(bureau: Bureau) -> None:
    home = bureau.archive.home
    with bureau.archive.catalogue.begin() as connection:
        retention_index.replace(connection, bureau.objids[1], ())
        assert rules_in_force.enter_missing(home, connection, actor="chen", moment=now()) == 1
        assert rules_in_force.enter_missing(home, connection, actor="chen", moment=now()) == 0
    assert days(bureau) == ["2024-01-01", "2024-01-01"]


def test_rules_that_no_ledger_should_hold_are_refused(bureau: Bureau) -> None:
    long = locate(NAME).read_text(encoding="utf-8") + "#" * (1 << 18) + "\n"
    (bureau.archive.home.profiles / NAME).write_text(long, encoding="utf-8")
    with bureau.archive.catalogue.begin() as connection, pytest.raises(Refused, match=r"retention\.rules-too-long"):
        rules_in_force.put_in_force(bureau.archive.home, connection, actor="head", moment=now())


def test_what_an_upgrade_took_away_is_counted_again_once(bureau: Bureau) -> None:
    before = days(bureau)
    with bureau.archive.catalogue.begin() as connection:
        retention_index.replace(connection, bureau.objids[1], ())
    rules_in_force.count_again(bureau.archive)
    assert len(days(bureau)) == 1, "nothing is counted where no upgrade asks for it"
    with bureau.archive.catalogue.begin() as connection:
        connection.exec_driver_sql(f"PRAGMA user_version={retention_index.NOT_COUNTED}")
    rules_in_force.count_again(bureau.archive)
    assert days(bureau) == before
    with bureau.archive.catalogue.read() as connection:
        assert not retention_index.to_be_counted(connection)
        assert list(rules_in_force.compare(bureau.archive.home, connection)) == []
