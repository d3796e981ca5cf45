"""What nobody claimed within five years is told, gathered by a person, and appraised as every case is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from preserve.administration.actor import Actor
from preserve.administration.disposal.pooled import forget_pooled
from preserve.administration.disposal.removal import Going
from preserve.clock import running_on
from preserve.data_management.archive import Archive
from preserve.data_management.pool import PoolRow
from preserve.errors import Refused
from preserve.services.appraisals import draw
from preserve.services.pool import PoolWish, list_pool, overdue
from preserve.services.pool_collecting import collect, verify, watch
from preserve.services.pool_gathering import LIST, gather
from preserve.services.waiting_deeds import examine, take_in
from tests.support.due_home import person
from tests.support.people import session, staffed
from tests.support.stations import NAMES, write_station

BEFORE, AFTER = datetime(2031, 3, 1, 4, tzinfo=UTC), datetime(2031, 3, 5, 4, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive with recordings of March 2026 in its pool."""
    opened = staffed(tmp_path / "home")
    with running_on(lambda: datetime(2026, 4, 1, tzinfo=UTC)):
        collect(session(opened), write_station(tmp_path / "station", NAMES[0], NAMES[1], NAMES[3]), settled=0)
    yield opened
    opened.close()


def test_the_term_of_the_regulation_ends_a_day_after_five_years(archive: Archive) -> None:
    with running_on(lambda: BEFORE):
        assert overdue(session(archive)).count == 0
        with pytest.raises(Refused):
            gather(session(archive), reason="期满")
    with running_on(lambda: AFTER):
        found = overdue(session(archive))
        assert ([row.name for row in found.recordings], found.years) == ([NAMES[0], NAMES[1]], 5)
        assert watch(session(archive), settled=0).overdue == 2
        assert list_pool(session(archive)).count == 3  # told, and nothing is gone


def test_the_unclaimed_become_a_case_that_appraisal_lists(archive: Archive) -> None:
    with running_on(lambda: AFTER):
        with pytest.raises(Refused):
            gather(session(archive), reason=" ")
        done = gather(session(archive), reason="规定第十九条")
        assert (done.recordings, done.more) == (2, 0)
        checked = examine(session(archive), done.deposit)
        assert checked.ok, checked.findings
        taken = take_in(session(archive), done.deposit)
        assert taken.originals == 3
        assert overdue(session(archive)).count == 0
        held = list_pool(session(archive), PoolWish(state="in-case")).recordings
        assert {row.objid for row in held} == {taken.objid}
        listed = draw(session(archive)).review.items
        assert sorted(item.path.rpartition("/")[2] for item in listed) == [NAMES[0], NAMES[1]]
        assert LIST not in {item.path for item in listed}


def test_of_what_is_destroyed_the_pool_keeps_no_byte(archive: Archive) -> None:
    with running_on(lambda: AFTER):
        taken = take_in(session(archive), gather(session(archive), reason="规定第十九条").deposit)
        held = {row.name: archive.home.store / row.file for row in _in_case(archive)}
        (going, stays) = sorted(held)
        item = next(one.item for one in draw(session(archive)).review.items if one.path.endswith(going))
        actor = Actor(archive, person("head"))
        names, moment = (f"{taken.objid}_v0001",), date(2031, 3, 5)
        assert forget_pooled(actor, Going("D2031-0001", taken.objid, item, moment, 60, names, "案")) is None
        assert (held[going].exists(), held[stays].exists()) == (False, True)
        assert forget_pooled(actor, Going("D2031-0001", taken.objid, "", moment, 60, names, "案")) is None
        assert not held[stays].exists() and not _in_case(archive)
        assert verify(session(archive)).damaged == ()


def _in_case(archive: Archive) -> tuple[PoolRow, ...]:
    return list_pool(session(archive), PoolWish(state="in-case")).recordings
