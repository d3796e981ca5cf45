"""The list of what is due: the facts to decide by, and the signs of value in a description."""

from __future__ import annotations

import json

import pytest

from preserve.administration.appraisal.gathering import gather, signals
from preserve.administration.holds.steps import add_hold
from preserve.administration.retention.profile import read_retention
from preserve.data_management import retention_index
from preserve.data_management.retention_index import RetentionRow
from tests.support.due_case import Bureau

SHIPPED = read_retention(None)


def test_an_item_says_what_the_case_and_its_rule_are(bureau: Bureau) -> None:
    hold = add_hold(bureau.as_("chen"), [bureau.objids[1]], kind="litigation", reason="涉诉")
    with bureau.archive.catalogue.read() as connection:
        items = gather(connection, SHIPPED, "2030-01-01")
    first, second = items
    assert [(item.row, item.objid) for item in items] == list(enumerate(bureau.objids, 1))
    assert (first.case_number, first.closed, first.rule) == ("临文综罚〔2013〕1号", "2013-05-20", "case-10")
    assert (first.declared, first.start, first.years, first.due) == ("10-years", "2013-05-20", 10, "2024-01-01")
    assert first.files == 2
    assert first.size > 0
    assert len(first.copies) == 1
    assert first.blocks == ()
    assert second.blocks == (f"litigation {hold.number}",)
    assert (len(first.signals), second.signals) == (1, ())


def test_the_day_and_the_limit_bound_the_list(bureau: Bureau) -> None:
    with bureau.archive.catalogue.read() as connection:
        assert gather(connection, SHIPPED, "2023-12-31") == []
        assert len(gather(connection, SHIPPED, "2024-01-01")) == 2
        assert [item.objid for item in gather(connection, SHIPPED, "2024-01-01", limit=1)] == [bureau.objids[0]]


@pytest.mark.parametrize("whole", [True, False])
def test_a_recording_is_listed_unless_its_case_is(bureau: Bureau, whole: bool) -> None:
    objid = bureau.objids[0]
    with bureau.archive.catalogue.begin() as connection:
        (case,) = retention_index.rows_of(connection, objid)
        due = case.due if whole else "2044-01-01"
        rows = [
            RetentionRow(objid, "", case.facts, case.rule, str(due), "", due),
            RetentionRow(objid, "object-1", case.facts, "recording-not-filed", "2020-01-01", "", "2020-01-01"),
        ]
        retention_index.replace(connection, objid, rows)
        items = [item for item in gather(connection, SHIPPED, "2030-01-01") if item.objid == objid]
    assert [(item.item, item.path) for item in items] == [("", "") if whole else ("object-1", "object-1")]
    if not whole:
        assert (items[0].files, items[0].size) == (1, 0)


def test_signs_of_value_come_from_incidents_words_and_notes() -> None:
    (signal, *_) = SHIPPED.signal
    word = signal.words[0]
    assert list(signals(SHIPPED, json.dumps({"title": "普通案件"}))) == []
    assert list(signals(SHIPPED, json.dumps({"objects": [{"note": f"经{word}后"}]}))) == [signal.name]
    description = {"incidents": [{"incident": "assault", "note": ""}], "title": word, "cause": word}
    assert list(signals(SHIPPED, json.dumps(description))) == ["incident:assault", signal.name]
