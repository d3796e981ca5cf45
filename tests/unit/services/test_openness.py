"""What is open as operations: who may open, what a look at it leaves, and what nobody gets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from preserve.access.openness import acts
from preserve.access.openness.harvesting import Asked
from preserve.data_management import both_logs
from preserve.errors import Conflict, NotPermitted
from preserve.home import acting_person
from preserve.services import openness
from preserve.services.session import Session, SystemUser
from preserve.services.tables import openness as tables
from tests.support.asking import Counter, opened_counter

pytestmark = pytest.mark.xdist_group("openness")


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with opened_counter(tmp_path_factory.mktemp("openness")) as whole:
        yield whole


def session_of(counter: Counter, *, nobody: bool = False) -> Session:
    who = None if nobody else SystemUser(acting_person())
    return Session(who, "en", opened=counter.archive, opened_home=counter.archive.home)


def test_who_does_not_decide_does_not_open(counter: Counter) -> None:
    with pytest.raises(NotPermitted):
        openness.open_entry(session_of(counter), counter.case, reason="x")
    with pytest.raises(NotPermitted):
        openness.list_entries(session_of(counter, nobody=True))


def test_nobody_harvests_and_learns_nothing_but_what_is_open(counter: Counter, tmp_path: Path) -> None:
    asked = Asked("ListRecords", prefix="oai_dc")
    nobody = session_of(counter, nobody=True)
    assert b"noRecordsMatch" in openness.harvest(nobody, asked).data
    acts.open_entry(counter.actor("head"), counter.case, reason="可以", title="一案")
    given = openness.harvest(nobody, asked).data.decode()
    assert "一案" in given
    for hidden in ("笔录.txt", "临江星光文化传播有限公司", "可以"):
        assert hidden not in given
    session = session_of(counter)
    shown = openness.list_entries(session)
    with counter.archive.catalogue.read() as connection:
        assert list(both_logs.entries(connection))[-1].action == "openness.viewed"
    assert [row[1] for row in tables.public_entries(shown).rows] == ["一案"]
    written = openness.finding_aid(session, tmp_path / "aid.xml")
    assert written.cases == 1
    assert etree.parse(str(written.path)).getroot().tag.endswith("ead")
    with pytest.raises(Conflict):
        openness.finding_aid(session, tmp_path / "aid.xml")
