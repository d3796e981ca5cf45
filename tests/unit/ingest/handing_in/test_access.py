"""Who may know of a deposit that waits, and who may change it, in each of its states."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.errors import NotFound
from preserve.home import Home
from preserve.ingest.handing_in import inboxes
from preserve.ingest.handing_in.access import known, may_change, own, takes_in
from preserve.ingest.handing_in.rooms import Record, State, room_of
from preserve.settings import Settings, Web

ID = "up-01arz3ndektsv4rrffq69g5fav"
OWNER, ARCHIVIST, HEAD, AUDITOR = (
    Person(role.value, "某", frozenset({role})) for role in (Role.DEPOSITOR, Role.ARCHIVIST, Role.HEAD, Role.AUDITOR)
)
OTHER = Person("other", "某", frozenset({Role.DEPOSITOR}))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "inbox" / "一件").mkdir(parents=True)
    return Home(tmp_path, Settings(archive_id="x", institution="某局", web=Web(inbox=("inbox",))))


def sent(home: Home, state: State) -> None:
    record = Record(id=ID, kind="upload", name="案", owner="depositor", state=state, opened="2026-01-01T00:00:00Z")
    room_of(home, ID).write(record)


@pytest.mark.parametrize("state", get_args(State))
def test_an_upload_is_its_senders_and_then_theirs_who_take_it_in(home: Home, state: State) -> None:
    sent(home, state)
    assert own(home, OWNER, ID).record.state == state
    for person in (OTHER, AUDITOR):
        with pytest.raises(NotFound):
            known(home, person, ID)
    for person in (ARCHIVIST, HEAD):
        assert takes_in(person)
        with pytest.raises(NotFound):
            own(home, person, ID)
        if state == "uploading":
            with pytest.raises(NotFound):
                known(home, person, ID)
        else:
            assert may_change(known(home, person, ID), person) is (state != "taken-in")
    assert may_change(known(home, OWNER, ID), OWNER) is (state in ("draft", "returned"))


def test_a_folder_of_an_inbox_is_theirs_who_take_it_in(home: Home) -> None:
    (waiting,) = inboxes.listed(home)
    for person in (ARCHIVIST, HEAD):
        assert known(home, person, waiting.id).folder == home.path / "inbox" / "一件"
    for person in (OWNER, OTHER, AUDITOR):
        with pytest.raises(NotFound):
            known(home, person, waiting.id)
    with pytest.raises(NotFound):
        known(home, ARCHIVIST, "in-" + "0" * 24)
