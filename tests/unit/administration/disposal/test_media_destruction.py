"""A disc that only people can destroy: two of them say so, while nothing else lies on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from preserve.administration.disposal.executing import execute
from preserve.administration.disposal.media_destruction import confirm
from preserve.archival_storage.media import store_identity
from preserve.clock import now
from preserve.data_management import holdings
from preserve.data_management.holdings import CopyRow
from preserve.errors import PreserveError
from tests.support.due_case import Bureau

LATER = timedelta(days=31)
DISC = "optical-1"


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(PreserveError) as caught:
        act()
    return caught.value.code


def add_disc(bureau: Bureau, *states: str) -> None:
    """A disc with copies of the cases, in these states."""
    with bureau.archive.catalogue.begin() as connection:
        holdings.add_medium(
            connection, DISC, kind="optical", actor="chen", moment=now(), label="LJ-0001", location="", place="库房"
        )
        for objid, state in zip(bureau.objids, states, strict=False):
            row = CopyRow(f"{objid}_v0001", DISC, objid, 1, state, "2026-01-01T00:00:00Z", None)
            holdings.set_copy(connection, row, actor="chen", moment=now())


def executing(bureau: Bureau, *rows: int) -> str:
    number = bureau.decided(*rows).number
    report = execute(bureau.as_("chen", LATER), number)
    assert not report.done
    assert {task.why for outcome in report.outcomes for task in outcome.tasks} == {"destroy"}
    return number


def test_with_the_second_person_its_copies_are_gone(bureau: Bureau) -> None:
    add_disc(bureau, "verified")
    number = executing(bureau, 1)
    first, done = confirm(bureau.as_("wang", LATER), number, "LJ-0001", how=" 粉碎 ")
    assert (done, first.state, first.confirmations[0].how) == (False, "executing", "粉碎")
    assert refused(lambda: confirm(bureau.as_("wang", LATER), number, DISC, how="粉碎")) == "disposal.same-hands"
    _, done = confirm(bureau.as_("zhao", LATER), number, DISC, how="粉碎")
    assert done
    with bureau.archive.catalogue.read() as connection:
        disc = holdings.read_medium(connection, DISC)
        assert disc is not None
        assert disc.state == "retired"
    assert execute(bureau.as_("chen", LATER), number).done


def test_it_must_be_said_how_and_by_who_may(bureau: Bureau) -> None:
    add_disc(bureau, "verified")
    number = executing(bureau, 1)
    assert refused(lambda: confirm(bureau.as_("wang", LATER), number, DISC, how=" ")) == "disposal.how"
    assert refused(lambda: confirm(bureau.as_("head", LATER), number, DISC, how="粉碎")) == "people.may-not"
    store = store_identity(bureau.archive.home)
    assert refused(lambda: confirm(bureau.as_("wang", LATER), number, store, how="粉碎")) == "disposal.not-physical"


def test_a_disc_with_anything_that_stays_is_not_destroyed(bureau: Bureau) -> None:
    add_disc(bureau, "verified", "verified")
    number = executing(bureau, 1)
    code = refused(lambda: confirm(bureau.as_("wang", LATER), number, DISC, how="粉碎"))
    assert code == "disposal.medium-holds-others"


def test_what_was_retired_there_goes_with_it(bureau: Bureau) -> None:
    add_disc(bureau, "verified", "retired")
    number = executing(bureau, 1)
    for who in ("wang", "zhao"):
        _, done = confirm(bureau.as_(who, LATER), number, DISC, how="粉碎")
    assert done


def test_before_it_is_carried_out_nobody_destroys_anything(bureau: Bureau) -> None:
    add_disc(bureau, "verified")
    number = bureau.decided(1).number
    assert refused(lambda: confirm(bureau.as_("wang", LATER), number, DISC, how="粉碎")) == "disposal.step-wrong"
