"""People: accounts, roles that exclude each other, passwords that lock, tokens that end."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.administration.appointing import add_person
from preserve.administration.duties import ALONE, Duty, Role, allows, check_together
from preserve.administration.passwords import log_in, set_password
from preserve.administration.people import recognise
from preserve.clock import now
from preserve.data_management import accounts
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.errors import NotPermitted, PreserveError, Refused
from preserve.home import acting_person, open_home
from tests.support.office import PASSWORD, staff
from tests.support.program import Archive, found


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return found(tmp_path / "home")


@pytest.fixture
def catalogue(archive: Archive) -> Catalogue:
    return open_catalogue(open_home(archive.home))


def test_no_administrator_sees_content_or_decides() -> None:
    for role in ALONE:
        assert not allows([role], Duty.FIND)
        assert not allows([role], Duty.DECIDE)
        assert not allows([role], Duty.DELIVER)
        assert not allows([role], Duty.EXAMINE)
    assert [role for role in Role if allows([role], Duty.DECIDE)] == [Role.HEAD]
    assert [role for role in Role if allows([role], Duty.APPOINT)] == [Role.SECURITY_ADMINISTRATOR]


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(Role, 2)))
def test_which_roles_go_together(one: Role, other: Role) -> None:
    if {one, other} & ALONE:
        with pytest.raises(Refused):
            check_together([one, other])
    else:
        check_together([one, other])


def test_the_founder_appoints_until_there_is_somebody_who_does(archive: Archive) -> None:
    tokens = staff(archive)
    assert archive.run("user", "add", "another", "--person", "某", "--role", "head").returncode == 6
    assert archive.run("user", "list", token=tokens["security"]).returncode == 0
    done = archive.run("user", "add", "two", "--person", "李局长", "--role", "examiner", token=tokens["security"])
    assert done.returncode == 3, "one person has two accounts"
    done = archive.run("user", "change", "security", "--suspend", token=tokens["security"])
    assert done.returncode == 3, "nobody is left to appoint"
    assert (
        archive.run(
            "user", "add", "both", "--person", "某", "--role", "auditor", "--role", "head", token=tokens["security"]
        ).returncode
        == 3
    )


def test_five_wrong_passwords_lock(archive: Archive, catalogue: Catalogue) -> None:
    staff(archive)
    moment = now()
    for _ in range(5):
        with pytest.raises(NotPermitted, match="password-wrong"):
            log_in(catalogue, "head", "wrong", moment)
    with pytest.raises(NotPermitted, match="password-wrong"):
        log_in(catalogue, "head", PASSWORD, moment + timedelta(minutes=14))
    assert log_in(catalogue, "head", PASSWORD, moment + timedelta(minutes=16))
    with pytest.raises(NotPermitted, match="password-wrong"):
        log_in(catalogue, "nobody", PASSWORD, moment)


def test_tokens_end(archive: Archive, catalogue: Catalogue) -> None:
    tokens = staff(archive)
    moment = now()
    with catalogue.read() as connection:
        assert recognise(connection, "nobody", tokens["head"], moment).account == "head"
        for token, when in ((tokens["head"], moment + timedelta(hours=13)), (tokens["head"] + "x", moment)):
            with pytest.raises(NotPermitted):
                recognise(connection, acting_person(), token, when)
    assert archive.run("user", "logout", token=tokens["head"]).returncode == 0
    assert archive.run("list", token=tokens["head"]).returncode == 6
    assert archive.run("user", "change", "wang", "--suspend", token=tokens["security"]).returncode == 0
    assert archive.run("list", token=tokens["wang"]).returncode == 6


def test_a_password_is_changed_at_the_keyboard(archive: Archive, tmp_path: Path) -> None:
    first = archive.json("user", "add", "sec", "--person", "沈", "--role", "security-administrator")["password"]
    lines = tmp_path / "lines"
    lines.write_text(f"{first}\n")
    assert archive.run("user", "login", "sec", stdin=lines).returncode == 6, "a first password let somebody in"
    for new, status in (("short", 3), (first, 3), ("sec-is-my-name-and-long", 3), ("a new and long one", 0)):
        lines.write_text(f"{first}\n{new}\n")
        assert archive.run("user", "password", "sec", stdin=lines).returncode == status, new
    lines.write_text("a new and long one\n")
    done = archive.run("user", "login", "sec", stdin=lines)
    assert done.returncode == 0
    assert archive.run("user", "list", token=done.stdout.strip()).returncode == 0


def test_an_account_for_an_operating_system_user(archive: Archive, catalogue: Catalogue) -> None:
    tokens = staff(archive)
    add = ("user", "add", "li2", "--person", "李档案", "--role", "archivist", "--os-user", "preserve-li")
    assert archive.run(*add, token=tokens["security"]).returncode == 0
    with catalogue.read() as connection:
        assert recognise(connection, "preserve-li", None, now()).account == "li2"
        with pytest.raises(NotPermitted):
            recognise(connection, "somebody-else", None, now())


def test_names_that_cannot_be_used(catalogue: Catalogue) -> None:
    with catalogue.read() as connection:
        founder = recognise(connection, acting_person(), None, now())
    for name in ("", "A", "a b", "../x", "root;", "x" * 40, "名"):
        with pytest.raises(PreserveError):
            add_person(catalogue, name, person="某", roles=["head"], os_user="", actor=founder, moment=now())
    first = add_person(catalogue, "x.y-z", person="某", roles=["head"], os_user="", actor=founder, moment=now())
    with pytest.raises(Refused):
        set_password(catalogue, "x.y-z", first, first, now())


def test_names_that_look_like_those_of_others(archive: Archive) -> None:
    token = staff(archive, ("head", "wang"))["security"]
    for name, person in (
        ("other", "李 局长"),
        ("other", "李　局长"),
        ("other", "李\u200b局长"),
        ("other", "李局长\ufe00"),
        ("other", "李局⻓"),
        ("h-ead", "某"),
        ("he.ad_", "某"),
        ("vvang", "某"),
        ("secur1ty", "某"),
        ("r00t", "某"),
    ):
        done = archive.run("--json", "user", "add", name, "--person", person, "--role", "head", token=token)
        assert done.returncode == 3, (name, person, done.stdout)
        assert json.loads(done.stdout)["error"]["code"] == "people.name-alike"
    assert archive.run("user", "change", "head", "--suspend", token=token).returncode == 0
    for person in ("李局长", "李 局长"):
        done = archive.run("user", "add", "other", "--person", person, "--role", "head", token=token)
        assert done.returncode == 3, "the name of who is suspended was given to another"
    assert archive.run("user", "add", "other", "--person", "李局长2", "--role", "head", token=token).returncode == 0


def test_two_that_an_earlier_release_let_in_and_a_change(archive: Archive, catalogue: Catalogue) -> None:
    token = staff(archive, ("head", "wang"))["security"]
    with catalogue.begin() as connection:
        account = accounts.NewAccount("he.ad", "李 局长", ("examiner",), "", "")
        accounts.add_account(connection, account, actor="security", moment=now())
    for change in (["--role", "head"], ["--os-user", "director"], ["--resume"]):
        assert archive.run("user", "change", "he.ad", *change, token=token).returncode == 3, change
    assert archive.run("user", "change", "he.ad", "--suspend", token=token).returncode == 0
    assert archive.run("user", "change", "head", "--os-user", "director", token=token).returncode == 0
    assert archive.run("user", "change", "he.ad", "--resume", token=token).returncode == 3


def test_no_user_of_a_system_has_such_a_name(archive: Archive) -> None:
    for user in (" root", "ro ot", "ro\u200bot", "a:b", "uid:", "uid:x"):
        done = archive.run(
            "user", "add", "sec", "--person", "沈", "--role", "security-administrator", "--os-user", user
        )
        assert done.returncode == 2, user


def test_whom_it_concerns_is_told_at_login(archive: Archive, tmp_path: Path) -> None:
    token = staff(archive, ("head", "wang", "auditor"))["security"]
    lines = tmp_path / "lines"

    def told(name: str, password: str = PASSWORD) -> list[tuple[str, str]]:
        lines.write_text(password + "\n")
        found = json.loads(archive.run("--json", "user", "login", name, stdin=lines).stdout)["findings"]
        return [(one["code"], one["where"]) for one in found]

    lines.write_text("wrong\n")
    assert archive.run("user", "login", "head", stdin=lines).returncode == 6
    assert told("head") == [("people.last-login", "head"), ("people.tries-since", "head")]
    archive.json("user", "add", "zhang", "--person", "张局长", "--role", "head", token=token)
    assert archive.run("user", "change", "head", "--os-user", "director", token=token).returncode == 0
    first = archive.json("user", "reset", "head", token=token)["password"]
    lines.write_text(f"{first}\n{PASSWORD}\n")
    assert archive.run("user", "password", "head", stdin=lines).returncode == 0
    for _ in range(2):
        assert told("head") == [
            ("people.last-login", "head"),
            ("people.was-changed-os-user", "head"),
            ("people.was-reset", "head"),
            ("people.new-head", "zhang"),
        ]
    assert ("people.new-head", "zhang") in told("auditor")
    assert told("wang") == [("people.last-login", "wang")]
