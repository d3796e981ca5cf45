"""Logging in: tries at once count, one answer for every refusal, and nothing that happened meanwhile is undone."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import argon2
import pytest

from preserve.administration import passwords, proving
from preserve.administration.appointing import change_person
from preserve.administration.passwords import log_in, reset_password, set_password
from preserve.administration.people import Person, recognise
from preserve.clock import now
from preserve.data_management import ledger, logins
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.errors import NotPermitted
from preserve.home import acting_person, open_home
from tests.support.office import PASSWORD, staff
from tests.support.program import Archive, found

NAMES = ("security", "head", "wang", "zhao", "auditor")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    made = found(tmp_path_factory.mktemp("logins") / "home")
    staff(made, NAMES)
    return made


@pytest.fixture
def catalogue(archive: Archive) -> Iterator[Catalogue]:
    opened = open_catalogue(open_home(archive.home))
    yield opened
    opened.close()


def answer(catalogue: Catalogue, name: str, password: str, moment: datetime) -> str:
    """The code of the answer, or `in`."""
    try:
        log_in(catalogue, name, password, moment)
    except NotPermitted as error:
        return error.code
    return "in"


def security(catalogue: Catalogue, moment: datetime) -> Person:
    token, _ = log_in(catalogue, "security", PASSWORD, moment)
    with catalogue.read() as connection:
        return recognise(connection, acting_person(), token, moment)


def try_once(path: Path, name: str, password: str, moment: datetime) -> str:
    """A login in a process of its own."""
    opened = open_catalogue(path)
    try:
        return answer(opened, name, password, moment)
    finally:
        opened.close()


@pytest.mark.parametrize("at_once", [2, 24])
def test_tries_at_once_count(archive: Archive, catalogue: Catalogue, at_once: int) -> None:
    moment = (now() + timedelta(days=at_once)).replace(hour=8)  # what comes a quarter of an hour later is the same day
    for number in range(4):
        assert answer(catalogue, "head", f"wrong-{number}", moment) == "people.password-wrong"
    catalogue.close()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["preserve.administration.passwords", "preserve.data_management.database"])
    with ProcessPoolExecutor(at_once, context) as pool:
        waiting = [
            pool.submit(try_once, open_home(archive.home).catalogue, "head", f"wrong-{n}", moment)
            for n in range(at_once)
        ]
        assert {one.result() for one in waiting} == {"people.password-wrong"}
    assert answer(catalogue, "head", PASSWORD, moment) == "people.password-wrong"
    assert answer(catalogue, "head", PASSWORD, moment + timedelta(minutes=14)) == "people.password-wrong"
    with catalogue.read() as connection:
        entries = [json.loads(one.text) for one in ledger.about(connection, "head", logins.LOGIN_REFUSED)]
    told = [one["details"]["locked"] for one in entries if one["time"].startswith(moment.date().isoformat())]
    assert sorted(told) == [False] * (4 + at_once + 1) + [True], "one try locks, and every try is told of"
    assert answer(catalogue, "head", PASSWORD, moment + timedelta(minutes=16)) == "in"


def test_the_right_password_among_wrong_ones_ends_the_count_before_it(catalogue: Catalogue) -> None:
    moment = now() + timedelta(days=100)
    for _ in range(2):
        for number in range(4):
            assert answer(catalogue, "wang", f"wrong-{number}", moment) == "people.password-wrong"
        assert answer(catalogue, "wang", PASSWORD, moment) == "in", "the fifth try was the right one"


def test_every_refusal_is_the_same(archive: Archive, catalogue: Catalogue, tmp_path: Path) -> None:
    moment = now()
    by = security(catalogue, moment)
    reset_password(catalogue, "zhao", actor=by, moment=moment)  # must be changed
    change_person(catalogue, "auditor", roles=None, os_user=None, state="suspended", actor=by, moment=moment)
    for _ in range(5):
        answer(catalogue, "wang", "wrong", moment)  # locked
    catalogue.close()
    told = []
    lines = tmp_path / "lines"
    for name, given in (
        ("nobody-here", "wrong"),
        ("Not A Name", "wrong"),
        ("", "wrong"),
        ("head", "wrong"),
        ("zhao", "wrong"),
        ("auditor", PASSWORD),
        ("auditor", "wrong"),
        ("wang", "wrong"),
        ("wang", PASSWORD),
    ):
        lines.write_text(given + "\n")
        before = entries(catalogue)
        done = archive.run("--json", "user", "login", name, stdin=lines)
        document = json.loads(done.stdout)
        assert document["error"].pop("where") == name
        # Tries at accounts that are none are told of together, once in a quarter of an hour.
        told_of = {before + 1} if name in ACCOUNTS else {before, before + 1}
        assert entries(catalogue) in told_of, "each refusal costs one entry"
        told.append((done.returncode, document))
    assert all(one == told[0] for one in told) and told[0][0] == 6, told


ACCOUNTS = ("head", "zhao", "auditor", "wang")


def entries(catalogue: Catalogue) -> int:
    with catalogue.read() as connection:
        return ledger.size(connection)


def test_a_name_that_no_account_has_never_enters_the_ledger(catalogue: Catalogue) -> None:
    # It may be a password, typed into the wrong place.
    assert answer(catalogue, "my-secret-by-mistake", "x", now()) == "people.password-wrong"
    with catalogue.read() as connection:
        assert not ledger.naming(connection, "my-secret-by-mistake")


def test_who_has_no_account_is_tried_against_a_hash_of_the_same_cost() -> None:
    assert argon2.extract_parameters(proving.NOBODYS) == argon2.extract_parameters(passwords.hash_password("x"))


def test_a_password_of_another_encoding_is_wrong_and_no_defect(archive: Archive, tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    lines.write_bytes("密码".encode("gbk") + b"\n")
    assert archive.run("user", "login", "nobody", stdin=lines).returncode == 6


def test_what_was_verified_before_a_reset_or_a_suspension_lets_nobody_in(catalogue: Catalogue) -> None:
    moment = now() + timedelta(days=200)
    by = security(catalogue, moment)
    claim = proving.Claim("head", PASSWORD)
    tried = proving._count(catalogue, claim, moment)
    with catalogue.read() as connection:
        assert proving._still_right(connection, tried, claim, moment)
    change_person(catalogue, "head", roles=None, os_user=None, state="suspended", actor=by, moment=moment)
    with catalogue.read() as connection:
        assert proving._still_right(connection, tried, claim, moment) is None
    change_person(catalogue, "head", roles=None, os_user=None, state="active", actor=by, moment=moment)
    first = reset_password(catalogue, "head", actor=by, moment=moment)
    with catalogue.read() as connection:
        assert proving._still_right(connection, tried, claim, moment) is None
    assert answer(catalogue, "head", PASSWORD, moment) == "people.password-wrong"
    assert answer(catalogue, "head", first, moment) == "people.password-must-change"
    set_password(catalogue, "head", first, PASSWORD, moment)
    assert answer(catalogue, "head", PASSWORD, moment) == "in"


def test_others_lock_meanwhile(catalogue: Catalogue) -> None:
    moment = now() + timedelta(days=300)
    claim = proving.Claim("head", PASSWORD)
    tried = proving._count(catalogue, claim, moment)
    for _ in range(4):
        assert answer(catalogue, "head", "wrong", moment) == "people.password-wrong"
    with catalogue.read() as connection:
        assert proving._still_right(connection, tried, claim, moment) is None
