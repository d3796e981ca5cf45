"""What is open to everybody: nothing by itself, an entry by the head's decision, and never what is classified."""

from __future__ import annotations

import pytest

from preserve.access.openness import acts
from preserve.errors import Conflict, Refused, UsageError
from tests.support.asking import Counter

pytestmark = pytest.mark.xdist_group("openness")


def everybody_reads(counter: Counter) -> list[acts.PublicEntry]:
    with counter.archive.catalogue.read() as connection:
        return list(acts.entries(connection, counter.archive.home, acts.standings(connection)))


def test_an_entry_is_opened_changed_and_closed(counter: Counter) -> None:
    head = counter.actor("head")
    assert everybody_reads(counter) == []
    with pytest.raises(UsageError):
        acts.open_entry(head, counter.case, reason=" ")
    acts.open_entry(head, counter.case, reason="满二十五年", title=" 某公司  一案 ")
    (entry,) = everybody_reads(counter)
    assert (entry.title, entry.case_number, entry.objid) == ("某公司 一案", counter.case, counter.objid)
    assert entry.fonds_name == counter.archive.home.settings.institution
    with pytest.raises(Conflict):
        acts.open_entry(head, counter.objid, reason="再开", title="某公司 一案")
    acts.open_entry(head, counter.case, reason="题名有误", title="一案")
    assert [one.title for one in everybody_reads(counter)] == ["一案"]
    acts.close_entry(head, counter.case, reason="有异议")
    assert everybody_reads(counter) == []
    with pytest.raises(Conflict):
        acts.close_entry(head, counter.case, reason="再关")
    with pytest.raises(Refused):
        acts.open_entry(head, "没有的案号", reason="x")


def test_what_is_classified_is_never_opened(classified: Counter) -> None:
    with pytest.raises(Refused) as refused:
        acts.open_entry(classified.actor("head"), classified.case, reason="x")
    assert refused.value.code == "openness.classified"
    assert everybody_reads(classified) == []
