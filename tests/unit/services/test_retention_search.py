"""What is kept, searched by span, rule, kind and what stands against it; in pages that follow one another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.errors import UsageError
from preserve.services import holds
from preserve.services.pages import Page
from preserve.services.retention_search import RetentionWish, find
from tests.support.desk import Desk, opened_desk
from tests.support.disposing import aged_office

pytestmark = pytest.mark.xdist_group("appraisals")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened_desk(aged_office(tmp_path_factory.mktemp("retention-search"), "30-years")) as desk:
        yield desk


def test_recordings_are_due_and_their_case_is_not(desk: Desk) -> None:
    due = find(desk.session(), RetentionWish("due"))
    assert due.rows and all(row.item and row.due and row.due <= due.today for row in due.rows)
    assert due.count == len(due.rows) and due.next == "" and due.months == 6
    archive_id = desk.archive.home.settings.archive_id
    assert desk.last_look() == ("retention.listed", archive_id, {"rows": len(due.rows)})
    objid = due.rows[0].objid
    assert due.titles[objid] and due.rules[due.rows[0].rule] == due.rows[0].rule_name

    assert find(desk.session(), RetentionWish("due", item="case")).rows == ()
    dated = find(desk.session(), RetentionWish("dated"))
    assert {row.item == "" for row in dated.rows} == {True, False}
    assert [row.due for row in dated.rows] == sorted(row.due or "" for row in dated.rows)
    assert find(desk.session(), RetentionWish("dated", rule=due.rows[0].rule)).count == len(due.rows)
    for span in ("permanent", "unknown"):
        assert find(desk.session(), RetentionWish(span)).rows == ()
    assert find(desk.session(), RetentionWish("all")).count == dated.count


def test_pages_follow_one_another(desk: Desk) -> None:
    whole = find(desk.session(), RetentionWish("dated")).rows
    for span in ("dated", "all"):
        after, seen = "", []
        while True:
            part = find(desk.session(), RetentionWish(span), Page(after, 1))
            seen += part.rows
            after = part.next
            if not after:
                break
        assert len(seen) == len(set(seen)) == len(whole)


def test_what_is_held_is_found(desk: Desk) -> None:
    assert find(desk.session(), RetentionWish("all", held=True)).rows == ()
    objid = find(desk.session(), RetentionWish("all")).rows[0].objid
    held = holds.add(desk.session(), [objid], kind="litigation", reason="诉讼").hold
    found = find(desk.session(), RetentionWish("all", held=True)).rows
    assert found and {(block.kind, block.number) for row in found for block in row.blocks} == {
        ("litigation", held.number)
    }
    listed = holds.list_holds(desk.session("head"))
    assert listed.releasable == (held.number,) and objid in listed.case_numbers
    assert holds.list_holds(desk.session()).releasable == ()
    holds.release(desk.session("head"), held.number, reason="结案")
    assert find(desk.session(), RetentionWish("all", held=True)).rows == ()


def test_months_that_are_none_are_refused(desk: Desk) -> None:
    with pytest.raises(UsageError, match=r"retention\.months-wrong"):
        find(desk.session(), RetentionWish("soon", months=-1))
