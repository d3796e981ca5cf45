"""Exports as operations: what is recorded of looking, who is refused, what a door is given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management import both_logs
from preserve.errors import Conflict, NotFound, NotPermitted
from preserve.home import acting_person
from preserve.services import exports
from preserve.services.documents import as_document
from preserve.services.session import Session, SystemUser
from preserve.services.tables import exports as tables
from tests.support.asking import Counter, opened_counter

pytestmark = pytest.mark.xdist_group("exports")


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with opened_counter(tmp_path_factory.mktemp("exports")) as whole:
        yield whole


@pytest.fixture
def session(counter: Counter) -> Session:
    """The founder's, who is the archivist of a new archive."""
    return Session(SystemUser(acting_person()), "en", opened=counter.archive, opened_home=counter.archive.home)


def actions(counter: Counter) -> list[str]:
    with counter.archive.catalogue.read() as connection:
        return [entry.action for entry in both_logs.entries(connection)]


def test_it_is_proposed_shown_and_withdrawn(counter: Counter, session: Session) -> None:
    made = exports.propose(session, [counter.case], receiver="某馆", purpose="迁移", form="ocfl")
    assert (made.state, made.cases, made.whole) == ("proposed", (counter.objid,), False)
    view = exports.show(session, made.number)
    assert actions(counter)[-1] == "export.viewed"
    assert view.offered == ("withdrawn",)
    assert as_document(view)["export"]["items"][0]["case_number"] == counter.case
    assert [cell for one in tables.export(view) for row in one.rows for cell in row].count(counter.case) == 1
    with pytest.raises(NotPermitted):
        exports.approve(session, made.number)
    assert "access.denied" in actions(counter)[-2:]
    with pytest.raises(Conflict):
        exports.write(session, made.number, Path("/nowhere"))
    assert exports.withdraw(session, made.number, reason="改期").state == "withdrawn"
    listing = exports.list_exports(session)
    assert [(one.number, one.state) for one in listing.exports] == [(made.number, "withdrawn")]
    assert tables.exports(listing).rows


def test_what_is_not_there_is_not_found(session: Session) -> None:
    for number in ("E2026-9999", "../x", "T2026-0001"):
        with pytest.raises(NotFound):
            exports.show(session, number)
    with pytest.raises(NotFound):
        exports.propose(session, ["没有的案号"], receiver="某馆", purpose="迁移", form="plain")
