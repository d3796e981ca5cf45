"""What other rules would change is shown before it holds; put in force, every day is computed by them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from preserve.administration.founding import found
from preserve.administration.retention import rule_changes, rules_in_force
from preserve.administration.retention.facts import facts_text
from preserve.administration.retention.periods import CaseFacts, due_of_case
from preserve.administration.retention.profile import NAME
from preserve.clock import now
from preserve.data_management import retention_index
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.retention_index import RetentionRow
from preserve.errors import Refused
from preserve.profiles import locate

CLOSED = [date(2013, 5, 20), date(2013, 5, 20), date(2050, 1, 5)]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Three cases with ten years each, under the rules as they are shipped."""
    home = found(
        tmp_path / "home", institution="总队", policy="lossless", store=None, digests=["sha256"], language="zh"
    ).home
    opened = open_archive(home.path)
    with opened.catalogue.begin() as connection:
        rules = rules_in_force.put_in_force(home, connection, actor="li", moment=now())
        for number, closed in enumerate(CLOSED, 1):
            facts = CaseFacts(closed, closed, "penalty", "10-years", False)
            due = due_of_case(rules.profile, facts, ())
            row = RetentionRow(f"aip-{number}", "", facts_text(facts, ()), due.rule, str(due.day), "", str(due.day))
            retention_index.replace(connection, row.objid, [row])
    yield opened
    opened.close()


def keep_longer(archive: Archive) -> None:
    """The bureau keeps cases of ten years for twenty from now on."""
    before, mark, rest = locate(NAME, archive.home.profiles).read_text(encoding="utf-8").partition('name = "case-10"')
    changed = before + mark + rest.replace("years = 10", "years = 20", 1)
    (archive.home.profiles / NAME).write_text(changed, encoding="utf-8")


def days(archive: Archive) -> list[str]:
    with archive.catalogue.read() as connection:
        return [row.computed for row in retention_index.all_rows(connection)]


def test_the_same_rules_change_nothing_and_are_not_put_in_force_again(archive: Archive) -> None:
    with archive.catalogue.read() as connection:
        changes = rule_changes.preview(archive.home, connection)
    assert (changes.rows, changes.counts, changes.listed) == (3, {}, ())
    with archive.catalogue.begin() as connection, pytest.raises(Refused, match=r"retention\.rules-same"):
        rule_changes.apply(archive.home, connection, actor="li", moment=now())


def test_a_preview_shows_and_writes_nothing(archive: Archive) -> None:
    before = days(archive)
    keep_longer(archive)
    with archive.catalogue.read() as connection:
        changes = rule_changes.preview(archive.home, connection, limit=2)
    assert changes.counts == {"longer": 3} and len(changes.listed) == 2
    assert changes.listed[0].rule_after == "case-10" and changes.listed[0].after > changes.listed[0].before
    assert days(archive) == before


def test_applied_every_day_is_by_the_new_rules(archive: Archive) -> None:
    keep_longer(archive)
    with archive.catalogue.begin() as connection:
        changes = rule_changes.apply(archive.home, connection, actor="li", moment=now())
    assert days(archive) == ["2034-01-01", "2034-01-01", "2071-01-01"]
    with archive.catalogue.read() as connection:
        known = retention_index.rules_in_force(connection)
        assert [rules.sha256 for rules in known] == [changes.before_sha256, changes.after_sha256]
        assert rules_in_force.applicable_rules(archive.home, connection).sha256 == changes.after_sha256
