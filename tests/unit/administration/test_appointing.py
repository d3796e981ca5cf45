"""Accounts: names that are one person's alone, roles that go together, and never the last who can appoint gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from preserve.administration import passwords
from preserve.administration.appointing import add_person, change_person, delegate, end_delegations
from preserve.administration.duties import Duty, Role
from preserve.administration.people import Person, recognise
from preserve.clock import now
from preserve.data_management import accounts
from preserve.data_management.database import Catalogue
from preserve.errors import PreserveError
from tests.support.catalogues import new_catalogue

SECURITY = Person("security", "沈安全", frozenset({Role.SECURITY_ADMINISTRATOR}))
HEAD = Person("head", "李局长", frozenset({Role.HEAD}))
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def add(catalogue: Catalogue, name: str, person: str, role: str, os_user: str = "", actor: Person = SECURITY) -> None:
    add_person(catalogue, name, person=person, roles=[role], os_user=os_user, actor=actor, moment=now())


def change(catalogue: Catalogue, name: str, actor: Person = SECURITY, **changes: Any) -> None:
    wishes: dict[str, Any] = {"roles": None, "os_user": None, "state": "", **changes}
    change_person(catalogue, name, actor=actor, moment=now(), **wishes)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(PreserveError) as caught:
        act()
    return caught.value.code


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalogue]:
    monkeypatch.setattr(passwords, "hash_password", _CHEAP.hash)
    catalogue = new_catalogue(tmp_path / "catalogue.sqlite")
    add(catalogue, "security", "沈安全", "security-administrator")
    add(catalogue, "wang", "王审核", "examiner", "wang-os")
    add(catalogue, "head", "李局长", "head")
    yield catalogue
    catalogue.close()


def rows(catalogue: Catalogue) -> list[tuple[str, tuple[str, ...], str]]:
    with catalogue.read() as connection:
        return sorted((row.name, tuple(row.roles), row.state) for row in accounts.all_accounts(connection))


@pytest.mark.parametrize(
    ("name", "person", "role", "os_user", "code"),
    [
        ("wang", "另一人", "examiner", "", "people.exists"),
        ("wang2", "王审核", "examiner", "", "people.person-has-account"),
        ("chen", "陈档案", "examiner", "wang-os", "people.user-taken"),
        ("Chen", "陈档案", "examiner", "", "people.name-wrong"),
        ("c", "陈档案", "examiner", "", "people.name-wrong"),
        ("c" * 33, "陈档案", "examiner", "", "people.name-wrong"),
        ("chen", " ", "examiner", "", "people.name-wrong"),
        ("chen", "陈\u202e档案", "examiner", "", "people.name-wrong"),
        ("chen", "陈档案", "examiner", "a b", "people.user-wrong"),
        ("chen", "陈档案", "examiner", "a:b", "people.user-wrong"),
        ("vvang", "陈档案", "examiner", "", "people.name-alike"),
    ],
)
def test_an_account_that_is_not_one_person_s_is_refused(
    catalogue: Catalogue, name: str, person: str, role: str, os_user: str, code: str
) -> None:
    before = rows(catalogue)
    assert refused(lambda: add(catalogue, name, person, role, os_user)) == code
    assert rows(catalogue) == before


def test_a_user_without_an_entry_may_have_an_account(catalogue: Catalogue) -> None:
    add(catalogue, "chen", " 陈档案 ", "archivist", "uid:4711")
    with catalogue.read() as connection:
        person = recognise(connection, "uid:4711", None, now())
    assert (person.account, person.name, person.roles) == ("chen", "陈档案", {Role.ARCHIVIST})


def test_only_who_appoints_appoints(catalogue: Catalogue) -> None:
    assert refused(lambda: change(catalogue, "nobody", state="suspended")) == "people.no-account"


def test_the_last_who_can_appoint_stays(catalogue: Catalogue) -> None:
    assert refused(lambda: change(catalogue, "security", roles=["examiner"])) == "people.own-roles"
    assert refused(lambda: change(catalogue, "security", state="suspended")) == "people.last-administrator"
    add(catalogue, "second", "孙安全", "security-administrator")
    second = Person("second", "孙安全", frozenset({Role.SECURITY_ADMINISTRATOR}))
    change(catalogue, "security", second, state="suspended")
    assert ("security", ("security-administrator",), "suspended") in rows(catalogue)
    assert refused(lambda: change(catalogue, "second", second, state="suspended")) == "people.last-administrator"


def test_roles_and_users_are_changed_within_the_rules(catalogue: Catalogue) -> None:
    assert refused(lambda: change(catalogue, "wang", roles=["examiner", "auditor"])) == "people.roles-apart"
    assert refused(lambda: change(catalogue, "head", os_user="wang-os")) == "people.user-taken"
    change(catalogue, "wang", roles=["examiner", "archivist"], os_user="")
    assert ("wang", ("archivist", "examiner"), "active") in rows(catalogue)
    change(catalogue, "head", os_user="wang-os")


def test_a_delegation_holds_for_its_time_and_can_be_ended(catalogue: Catalogue) -> None:
    moment, day = now(), timedelta(days=1)

    def wish(deputy: str, start: timedelta, end: timedelta, reason: str = "出差", actor: Person = HEAD) -> object:
        return delegate(
            catalogue, deputy, since=moment + start, until=moment + end, reason=reason, actor=actor, moment=moment
        )

    def may_decide(after: timedelta) -> bool:
        with catalogue.read() as connection:
            return recognise(connection, "wang-os", None, moment + after).may(Duty.DECIDE)

    for start, end in ((day, day), (2 * day, day), (-2 * day, -day), (day, 368 * day)):
        assert refused(lambda start=start, end=end: wish("wang", start, end)) == "people.delegation-period"  # type: ignore[misc]
    assert refused(lambda: wish("wang", day, 2 * day, " ")) == "people.delegation-reason"
    assert refused(lambda: wish("head", day, 2 * day)) == "people.deputy-wrong"
    assert refused(lambda: wish("security", day, 2 * day)) == "people.deputy-wrong"
    wish("wang", day, 3 * day)
    assert [may_decide(after) for after in (0 * day, 2 * day, 4 * day)] == [False, True, False]
    assert end_delegations(catalogue, "wang", actor=HEAD, moment=moment) == 1
    assert not may_decide(2 * day)
    assert refused(lambda: end_delegations(catalogue, "wang", actor=HEAD, moment=moment)) == "people.no-delegation"
