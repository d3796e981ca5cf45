"""Answers that are kept: by account and key, for a week, and never one with a secret."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.clock import now
from preserve.data_management import answers
from preserve.errors import Conflict, NotPermitted, Refused, Throttled
from preserve.services import sessions
from preserve.services.kept_answers import KEPT, NOT_KEPT, Answer, begin_once, end_once
from preserve.services.session import Session, Token
from tests.support.bureau import Bureau
from tests.support.office import PASSWORD

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


def test_whoever_may_do_less_than_the_first_asker_gets_no_answer_of_theirs(bureau: Bureau) -> None:
    whole = _session(bureau)
    given = sessions.make(whole, "narrow", scopes=["find"], days=1, password=PASSWORD)
    narrow = replace(whole, credentials=Token(given.token))
    end_once(whole, begin_once(whole, "n", "digest"), DONE)
    with pytest.raises(NotPermitted, match=r"api\.answer-of-wider"):
        begin_once(narrow, "n", "digest")
    assert begin_once(_session(bureau), "n", "digest").before == DONE
    end_once(narrow, begin_once(narrow, "m", "digest"), DONE)
    assert begin_once(narrow, "m", "digest").before == begin_once(whole, "m", "digest").before == DONE


def test_of_one_account_as_many_are_kept_as_the_profile_says(bureau: Bureau) -> None:
    own = bureau.archive.home.profiles / "people.toml"
    text = (Path("profiles") / "people.toml").read_text(encoding="utf-8")
    own.parent.mkdir(exist_ok=True)
    own.write_text(text.replace("kept_answers = 10000", "kept_answers = 100"), encoding="utf-8")
    try:
        founder = _session(bureau, "founder")
        with bureau.archive.catalogue.read() as connection:
            there, _ = answers.kept_of(connection, bureau.askers["founder"].account)
        for number in range(100 - there):
            end_once(founder, begin_once(founder, f"q{number}", "digest"), DONE)
        with pytest.raises(Throttled, match=r"api\.answers-many") as raised:
            begin_once(founder, "one more", "digest")
        assert 0 < raised.value.values["seconds"] <= KEPT.total_seconds() + 1
        assert begin_once(founder, "q7", "digest").before == DONE, "what was done is told all the same"
        other = _session(bureau, "depositor")
        end_once(other, begin_once(other, "q", "digest"), None)
        later = _session(bureau, "founder", KEPT.days + 1)
        end_once(later, begin_once(later, "one more", "digest"), None)
    finally:
        own.unlink()


def test_nobody_has_keys(bureau: Bureau) -> None:
    for who in ("nobody", "suspended"):
        with pytest.raises(NotPermitted):
            begin_once(_session(bureau, who), "e", "digest")
