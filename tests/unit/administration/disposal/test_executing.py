"""A disposal is carried out after its day, under the decision, whatever comes between; interrupted, it goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from preserve.administration.disposal import tombstones
from preserve.administration.disposal.executing import execute
from preserve.administration.disposal.model import Disposal
from preserve.administration.disposal.steps import DISPOSALS, register_file, witness
from preserve.administration.holds.steps import add_hold
from preserve.data_management import (
    cases,
    destroyed,
    ledger,
    machine_search,
    object_index,
    reading_records,
    readings,
    search,
    versions,
)
from preserve.errors import NotFound, PreserveError, Stopped
from tests.support.due_case import Bureau
from tests.support.machine_reading import STATEMENT, looked, page, publish

LATER = timedelta(days=31)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(PreserveError) as caught:
        act()
    return caught.value.code


def packages(bureau: Bureau) -> list[str]:
    return sorted(path.name for path in (bureau.archive.home.store / "packages").iterdir())


def test_what_machines_read_in_it_goes_with_it(bureau: Bureau) -> None:
    gone, kept = bureau.objids
    archive, words = bureau.archive, page(STATEMENT, 1, "河堤")
    reading, _ = (publish(archive, objid, looked(), words) for objid in (gone, kept))
    disposal = bureau.decided(1)
    with reading_records.lock(archive.home, gone):
        report = execute(bureau.as_("chen", LATER), disposal.number)
    (task,) = report.outcomes[0].tasks
    assert (report.done, task.why, task.detail) == (False, "failed", "reading.busy")
    assert execute(bureau.as_("chen", LATER), disposal.number).done
    assert reading_records.left(archive.home, gone) == []
    assert reading_records.left(archive.home, kept) != []
    with archive.catalogue.read() as connection:
        (row,) = destroyed.of_case(connection, gone)
        (told,) = tombstones.read_draft(archive.home, row).readings
        (entry,) = ledger.about(connection, gone, readings.FORGOTTEN)
        assert machine_search.passages(connection, gone) == []
        assert [found.objid for found in search.match(connection, "河堤")] == [kept]
    assert (told.number, told.sha256) == (reading.number, reading.sha256)
    assert entry.details == {"readings": [reading.number], "disposal": disposal.number}
    with pytest.raises(NotFound):
        publish(archive, gone, looked(), words)


def test_nothing_of_it_is_left_but_its_tombstone(bureau: Bureau) -> None:
    disposal = bureau.decided(1)
    gone, kept = bureau.objids
    steps: list[str] = []
    report = execute(bureau.as_("chen", LATER), disposal.number, watch=steps.append)
    assert report.done
    assert report.disposal.state == "executed"
    assert packages(bureau) == [f"{kept}_v0001"]
    with bureau.archive.catalogue.read() as connection:
        assert [row.state for row in destroyed.of_case(connection, gone)] == ["destroyed"]
        assert (versions.of_case(connection, gone), object_index.of_case(connection, gone)) == ([], [])
        assert cases.read(connection, gone).description.parties == ()
        actions = [entry.action for entry in ledger.about(connection, gone)]
    assert actions.index(destroyed.BEGUN) < actions.index("copy.destroyed") < actions.index(destroyed.DESTROYED)
    order = [next(step for step in steps if step.startswith(name)) for name in ("begin", "copy", "search", "tombstone")]
    assert sorted(order, key=steps.index) == order
    assert register_file(bureau.archive.home, disposal.number, "executed").stat().st_size


def test_two_supervisors_sign_what_was_destroyed_before_their_eyes(bureau: Bureau) -> None:
    number = bureau.decided(1).number
    assert refused(lambda: witness(bureau.as_("wang", LATER), number)) == "disposal.step-wrong"
    execute(bureau.as_("chen", LATER), number)
    assert refused(lambda: witness(bureau.as_("chen", LATER), number)) == "disposal.same-hands", "who carried it out"
    assert refused(lambda: witness(bureau.as_("head", LATER), number)) == "people.may-not"
    first = witness(bureau.as_("wang", LATER), number, note=" 在场 ")
    assert (first.state, first.witnesses[0].note) == ("executed", "在场")
    assert refused(lambda: witness(bureau.as_("wang", LATER), number)) == "disposal.same-hands"
    second = witness(bureau.as_("zhao", LATER), number)
    assert second.state == "witnessed"
    register = register_file(bureau.archive.home, number, "signed").read_bytes()
    assert second.signed_sha256 == hashlib.sha256(register).hexdigest()
    assert refused(lambda: witness(bureau.as_("li", LATER), number)) == "disposal.step-wrong"
    with bureau.archive.catalogue.read() as connection:
        assert [entry.actor for entry in ledger.about(connection, number, "disposal.witnessed")] == ["wang", "zhao"]
        assert DISPOSALS.read(connection, bureau.archive.home, number) == second


def test_records_of_earlier_releases_are_read(bureau: Bureau) -> None:
    number = bureau.decided(1).number
    execute(bureau.as_("chen", LATER), number)
    with bureau.archive.catalogue.read() as connection:
        known = DISPOSALS.read(connection, bureau.archive.home, number).model_dump(mode="json")
    for field in ("witnesses", "signed_sha256"):
        del known[field]
    assert Disposal.model_validate(known).state == "executed"


def test_it_waits_for_its_day_and_its_hands(bureau: Bureau) -> None:
    disposal = bureau.decided()
    assert refused(lambda: execute(bureau.as_("chen"), disposal.number)) == "disposal.not-yet"
    assert refused(lambda: execute(bureau.as_("chen", timedelta(days=29)), disposal.number)) == "disposal.not-yet"
    assert refused(lambda: execute(bureau.as_("wang", LATER), disposal.number)) == "people.may-not"
    assert refused(lambda: execute(bureau.as_("chen", LATER), "D2020-0001")) == "disposal.unknown"
    assert len(packages(bureau)) == 2


def test_what_was_only_proposed_is_not_carried_out(bureau: Bureau) -> None:
    number = bureau.proposed().number
    assert refused(lambda: execute(bureau.as_("chen", LATER), number)) == "disposal.step-wrong"
    assert len(packages(bureau)) == 2


def test_a_hold_that_came_in_the_pause_keeps_its_case_and_no_other(bureau: Bureau) -> None:
    disposal = bureau.decided()
    add_hold(bureau.as_("wang"), [bureau.objids[0]], kind="litigation", reason="涉诉")
    report = execute(bureau.as_("chen", LATER), disposal.number)
    assert not report.done
    assert [outcome.gone for outcome in report.outcomes] == [False, True]
    assert [finding.code for finding in report.outcomes[0].obstacles] == ["disposal.blocked"]
    assert packages(bureau) == [f"{bureau.objids[0]}_v0001"]


@pytest.mark.parametrize("edge", ["begin", "begun", "copy", "images", "search", "tombstone", "bury", "export", "close"])
def test_stopped_at_any_step_the_next_run_goes_on(bureau: Bureau, edge: str) -> None:
    disposal = bureau.decided()

    def stop(step: str) -> None:
        if step.partition(" ")[0] == edge:
            raise Stopped("work.stopped")

    with pytest.raises(Stopped):
        execute(bureau.as_("chen", LATER), disposal.number, watch=stop)
    report = execute(bureau.as_("chen", LATER), disposal.number)
    assert report.done
    assert packages(bureau) == []
    assert refused(lambda: execute(bureau.as_("chen", LATER), disposal.number)) == "disposal.step-wrong"
