"""Rules as operations: proposed by who appraises, shown with their effect, put in force by the head alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.errors import Changed, Conflict, NotPermitted, Refused, UsageError
from preserve.services import retention_rules
from tests.support.desk import Desk, opened_desk
from tests.support.disposing import aged_office

pytestmark = pytest.mark.xdist_group("appraisals")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened_desk(aged_office(tmp_path_factory.mktemp("retention-rules"), "10-years")) as desk:
        yield desk


def test_rules_are_proposed_looked_at_and_put_in_force(desk: Desk) -> None:
    before = retention_rules.changes(desk.session("head"))
    assert before.before_sha256 == before.after_sha256 and before.counts == {}
    assert {rule.name: rule.after for rule in before.classes}["case-10"] == "10"
    assert {rule.name: rule.after for rule in before.classes}["case-permanent"] == "permanent"
    assert (before.notice_months, before.group, before.cooling_days) == (6, 2, 30)

    for refused, years, reason in ((UsageError, {"case-10": 12}, " "), (Refused, {"case-10": 9}, "x")):
        with pytest.raises(refused):
            retention_rules.propose(desk.session(), years=years, reason=reason)
    with pytest.raises(Conflict):
        retention_rules.propose(desk.session(), years={"case-10": 10}, reason="x")
    with pytest.raises(Changed):
        retention_rules.propose(desk.session(), years={"case-10": 12}, reason="x", seen="0" * 64)
    with pytest.raises(NotPermitted):
        retention_rules.propose(desk.session("head"), years={"case-10": 12}, reason="x")
    assert not (desk.archive.home.profiles / "retention.toml").exists()

    made = retention_rules.propose(desk.session(), years={"case-10": 20}, reason="本机关规定", seen=before.after_sha256)
    assert desk.last()[0] == "retention.rules-proposed" and desk.last()[2]["sha256"] == made.sha256
    shown = retention_rules.changes(desk.session("head"))
    assert shown.after_sha256 == made.sha256 and shown.counts and not shown.applied
    rule = next(rule for rule in shown.classes if rule.name == "case-10")
    assert (rule.before, rule.after) == ("10", "20")
    change = shown.listed[0]
    assert shown.proposal is not None and shown.proposal.reason == "本机关规定" and before.proposal is None
    assert shown.case_numbers[change.objid] and shown.rule_names[change.rule_after]

    with pytest.raises(Changed):
        retention_rules.put_in_force(desk.session("head"), seen=before.after_sha256)
    with pytest.raises(NotPermitted):
        retention_rules.put_in_force(desk.session(), seen=made.sha256)
    applied = retention_rules.put_in_force(desk.session("head"), seen=made.sha256)
    assert applied.applied and [one.sha256 for one in applied.in_force][-1] == made.sha256
    assert retention_rules.changes(desk.session("head")).counts == {}
