"""How many uploads may be open: by the profile, for each account, and no more by asking at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from preserve.errors import Busy, Conflict, PreserveError
from preserve.home import Home
from preserve.ingest.handing_in import limits
from preserve.ingest.handing_in.rooms import Record, room_of
from preserve.settings import Settings

PROFILE = (Path("profiles") / "deposit.toml").read_text(encoding="utf-8")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path, Settings(archive_id="x", institution="某局"))
    made.profiles.mkdir()
    few = PROFILE.replace("open_uploads = 100", "open_uploads = 3")
    (made.profiles / "deposit.toml").write_text(few, encoding="utf-8")
    return made


def _begin(home: Home, number: int, account: str = "chen", state: str = "uploading", kind: str = "upload") -> None:
    with limits.beginning(home, account) as mine:
        limits.require_few(home, mine)
        room = room_of(home, f"up-01arz3ndektsv4rrffq69g5f{number:02}")
        record = {"id": room.id, "kind": kind, "name": "案", "owner": account, "state": state}
        room.write(Record.model_validate(record | {"opened": "2026-01-01T00:00:00Z"}))


def test_the_fourth_is_refused_and_another_account_is_not(home: Home) -> None:
    for number in range(3):
        _begin(home, number, state="draft" if number else "uploading")
    with pytest.raises(Conflict) as raised:
        _begin(home, 3)
    assert raised.value.code == "deposit.uploads-many" and raised.value.values == {"count": 3, "most": 3}
    _begin(home, 4, account="zhou")


def test_what_was_handed_in_or_lies_in_an_inbox_does_not_count(home: Home) -> None:
    for number, state in enumerate(("handed-in", "taken-in", "returned")):
        _begin(home, number, state=state)
    _begin(home, 3, kind="inbox", state="draft")
    for number in range(4, 7):
        _begin(home, number)


def test_eight_at_once_are_no_more_than_three(home: Home) -> None:
    begin, told = threading.Barrier(8), list[str]()

    def attempt(number: int) -> None:
        begin.wait(30)
        try:
            _begin(home, number)
            told.append("")
        except PreserveError as error:
            told.append(error.code)

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [""] * 3 + ["deposit.uploads-many"] * 5


def test_who_cannot_begin_for_long_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_WAIT", 0.0)
    with limits.beginning(home, "chen"), pytest.raises(Busy, match=r"uploads-at-once"):
        _begin(home, 1)
    _begin(home, 1)
