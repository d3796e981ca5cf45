"""Looks that are one entry for some minutes: never once less than was looked."""

from __future__ import annotations

import threading

import pytest

from preserve.services import recent_looks
from preserve.services.recent_looks import RecentLooks, of_session
from tests.support.bureau import Bureau


def test_the_same_look_is_recorded_once_and_again_after_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    recent, recorded = RecentLooks(), list[str]()
    for key in (("a",), ("a",), ("b",), ("a",)):
        recent.record(key, lambda key=key: recorded.append(key[0]))
    assert recorded == ["a", "b"]
    monkeypatch.setattr(recent_looks, "SECONDS", 0.0)
    recent.record(("a",), lambda: recorded.append("a"))
    assert recorded == ["a", "b", "a"]


def test_what_could_not_be_recorded_is_tried_again() -> None:
    recent, recorded = RecentLooks(), list[str]()

    def fails() -> None:
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        recent.record(("a",), fails)
    recent.record(("a",), lambda: recorded.append("a"))
    assert recorded == ["a"]


def test_who_comes_while_it_is_recorded_waits_until_it_is() -> None:
    recent, recorded, seen = RecentLooks(), list[str](), list[int]()
    begun, go = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        assert go.wait(10)
        recorded.append("a")

    def follow() -> None:
        recent.record(("a",), lambda: recorded.append("twice"))
        seen.append(len(recorded))

    first = threading.Thread(target=recent.record, args=(("a",), slow))
    first.start()
    assert begun.wait(10)
    second = threading.Thread(target=follow)
    second.start()
    assert not seen
    go.set()
    first.join(10)
    second.join(10)
    assert recorded == ["a"] and seen == [1]


def test_a_key_tells_sessions_apart_and_holds_no_token(bureau: Bureau) -> None:
    archivist, founder = (bureau.session(bureau.askers[name]) for name in ("archivist", "founder"))
    keys = []
    for session in (archivist, founder):
        from dataclasses import replace

        from preserve.services.session import sign_in

        with bureau.archive.catalogue.read() as connection:
            person = sign_in(connection, session.credentials, bureau.archive.now())
        keys.append(of_session(replace(session, acting=person), "object.viewed", "i"))
    assert keys[0] != keys[1]
    token = bureau.askers["archivist"].credentials
    assert getattr(token, "text", "?") not in "".join(keys[0])
