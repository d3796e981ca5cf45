"""Answers that are kept: by account and key, for a week, and never one with a secret."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from preserve.clock import now
from preserve.errors import Conflict, NotPermitted, Refused
from preserve.services.kept_answers import KEPT, NOT_KEPT, Answer, begin_once, end_once
from preserve.services.session import Session
from tests.support.bureau import Bureau

DONE = Answer(201, {"location": "/x"}, {"number": "冻-1"})


def _session(bureau: Bureau, who: str = "archivist", days: int = 0) -> Session:
    moment = now() + timedelta(days=days)
    archive = replace(bureau.archive, now=lambda: moment)
    return replace(bureau.session(bureau.askers[who]), opened=archive)


def test_an_answer_is_given_again_to_its_account(bureau: Bureau) -> None:
    end_once(_session(bureau), begin_once(_session(bureau), "a", "digest"), DONE)
    assert begin_once(_session(bureau), "a", "digest").before == DONE
    assert begin_once(_session(bureau, "head"), "a", "digest").before is None
    with pytest.raises(Refused, match=r"api\.key-of-another"):
        begin_once(_session(bureau), "a", "another digest")


def test_while_it_is_under_way_nobody_does_it_again(bureau: Bureau) -> None:
    begun = begin_once(_session(bureau), "b", "digest")
    with pytest.raises(Conflict, match=r"api\.key-under-way"):
        begin_once(_session(bureau), "b", "digest")
    end_once(_session(bureau), begun, None)
    assert begin_once(_session(bureau), "b", "digest").before is None


def test_a_secret_is_not_given_again(bureau: Bureau) -> None:
    end_once(_session(bureau), begin_once(_session(bureau), "c", "digest"), NOT_KEPT)
    with pytest.raises(Conflict, match=r"api\.answer-not-kept"):
        begin_once(_session(bureau), "c", "digest")


def test_after_a_week_the_key_is_free(bureau: Bureau) -> None:
    founder = _session(bureau, "founder")
    end_once(founder, begin_once(founder, "d", "digest"), DONE)
    assert begin_once(_session(bureau, "founder", KEPT.days - 1), "d", "digest").before == DONE
    assert begin_once(_session(bureau, "founder", KEPT.days + 1), "d", "digest").before is None


def test_nobody_has_keys(bureau: Bureau) -> None:
    for who in ("nobody", "suspended"):
        with pytest.raises(NotPermitted):
            begin_once(_session(bureau, who), "e", "digest")
