"""Sessions and tokens: one by one, limited in number, time and scope; no stranger locks anybody out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from preserve import clock
from preserve.administration import passwords
from preserve.administration.duties import Role
from preserve.administration.one_time_codes import code_at, step_of
from preserve.data_management import ledger, logins
from preserve.errors import NotFound, NotPermitted, Refused, Throttled, UsageError
from preserve.services import my_account, people, second_factors, sessions
from preserve.services.session import Session, Token
from preserve.services.sessions import Opened
from tests.support.sessions import appoint, founded, founder, session_of

PASSWORD = "long-enough-and-not-the-name"
HOME, AWAY = "10.0.0.7", "10.0.0.66"


class Desk:
    """An archive with a security administrator, a head and an archivist, and a clock that can be put forward."""

    def __init__(self, folder: Path) -> None:
        self.archive = founded(folder)
        self.moment = datetime(2026, 11, 23, 8, tzinfo=clock.CHINA)
        self.nobody = session_of(self.archive, None)
        self.founder = founder(self.archive)

    def appoint(self) -> None:
        self.security = appoint(self.archive, "security", Role.SECURITY_ADMINISTRATOR)
        self.head = appoint(self.archive, "head", Role.HEAD)
        self.archivist = appoint(self.archive, "archivist", Role.ARCHIVIST)

    def opened(self, account: str, password: str = PASSWORD, *, code: str = "", address: str = HOME) -> Opened:
        return sessions.open_session(replace(self.nobody, address=address), account, password, code=code)

    def by(self, token: str) -> Session:
        return replace(self.nobody, credentials=Token(token))

    def guess(self, account: str, times: int, address: str = AWAY) -> None:
        for _ in range(times):
            with pytest.raises(NotPermitted, match=r"people\.password-wrong"):
                self.opened(account, "not the password", address=address)

    def count(self, action: str) -> int:
        with self.archive.catalogue.read() as connection:
            return len(ledger.of_action(connection, action))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    from argon2 import PasswordHasher

    # A stored hash says by itself what it costs to verify: only the making is cheapened.
    monkeypatch.setattr(passwords, "hash_password", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash)
    desk = Desk(tmp_path)
    with clock.running_on(lambda: desk.moment):
        desk.appoint()
        yield desk
    desk.archive.close()


def test_a_session_acts_until_it_is_closed_and_no_other_with_it(desk: Desk) -> None:
    one, two = desk.opened("archivist"), desk.opened("archivist", address=AWAY)
    who = people.who_am_i(desk.by(one.token))
    assert (who.account, who.kind, who.expires) == ("archivist", "session", one.expires)
    listed = sessions.list_own(desk.by(two.token)).tokens
    assert [(row.kind, row.address, row.own) for row in listed if row.kind == "session"] == [
        ("session", AWAY, True),
        ("session", HOME, False),
    ]
    sessions.close_session(desk.by(one.token))
    with pytest.raises(NotPermitted, match=r"people\.token-unknown"):
        people.who_am_i(desk.by(one.token))
    assert people.who_am_i(desk.by(two.token)).account == "archivist"


def test_a_session_ends_after_half_an_hour_without_use_and_after_twelve_hours_anyhow(desk: Desk) -> None:
    token = desk.opened("archivist").token
    for _ in range(25):
        desk.moment += timedelta(minutes=29)
        if desk.moment.hour >= 20:
            break
        sessions.note_use(replace(desk.by(token), address=HOME))
        assert people.who_am_i(desk.by(token)).account == "archivist"
    with pytest.raises(NotPermitted):
        people.who_am_i(desk.by(token))
    other = desk.opened("archivist").token
    desk.moment += timedelta(minutes=30)
    with pytest.raises(NotPermitted):
        people.who_am_i(desk.by(other))


def test_one_has_so_many_sessions_and_an_administrator_one(desk: Desk) -> None:
    tokens = [desk.opened("archivist").token for _ in range(4)]
    with pytest.raises(NotPermitted):
        people.who_am_i(desk.by(tokens[0]))
    assert all(people.who_am_i(desk.by(token)) for token in tokens[1:])
    first, second = desk.opened("security").token, desk.opened("security").token
    with pytest.raises(NotPermitted):
        people.who_am_i(desk.by(first))
    assert people.who_am_i(desk.by(second)).duties


@pytest.mark.parametrize("change", [{"roles": ["examiner"]}, {"state": "suspended"}])
def test_other_roles_and_suspension_end_every_session(desk: Desk, change: dict[str, object]) -> None:
    token = desk.opened("archivist").token
    people.change(desk.security, "archivist", **change)  # type: ignore[arg-type]
    with pytest.raises(NotPermitted):
        people.who_am_i(desk.by(token))


def test_who_appoints_ends_anybodys_session_and_others_only_their_own(desk: Desk) -> None:
    token = desk.opened("archivist").token
    (row,) = [one for one in sessions.list_all(desk.security, "archivist").tokens if one.kind == "session"]
    with pytest.raises(NotFound):
        sessions.end(desk.head, row.id)
    assert sessions.end(desk.security, row.id).account == "archivist"
    with pytest.raises(NotPermitted):
        people.who_am_i(desk.by(token))
    with pytest.raises(NotPermitted):
        sessions.list_all(desk.head)


def test_a_stranger_locks_nobody_out_of_an_address_they_use(desk: Desk) -> None:
    desk.opened("head")
    desk.guess("head", 5)
    with pytest.raises(NotPermitted):
        desk.opened("head", address="10.0.0.8")
    assert desk.opened("head").account == "head"
    desk.guess("head", 5, HOME)
    with pytest.raises(NotPermitted):
        desk.opened("head")
    desk.moment += timedelta(minutes=16)
    assert desk.opened("head").account == "head"
    desk.moment += timedelta(days=31)
    desk.guess("head", 5)
    with pytest.raises(NotPermitted):
        desk.opened("head")


def test_many_tries_from_one_address_close_it_for_longer_each_time(desk: Desk) -> None:
    for number in range(20):
        desk.guess(f"name{number}", 1)
    with pytest.raises(Throttled) as told:
        desk.opened("archivist", address=AWAY)
    assert told.value.values["seconds"] == 60
    assert desk.opened("archivist").account == "archivist"
    desk.moment += timedelta(seconds=61)
    for number in range(20):
        desk.guess(f"name{number}", 1)
    with pytest.raises(Throttled) as again:
        desk.opened("archivist", address=AWAY)
    assert again.value.values["seconds"] == 120


def test_many_tries_at_one_account_close_it_for_strangers_from_wherever(desk: Desk) -> None:
    desk.opened("head")
    for number in range(20):
        desk.guess("head", 1, f"10.9.0.{number}")
    with pytest.raises(Throttled):
        desk.opened("head", address="10.9.1.1")
    assert desk.opened("head").account == "head"


def test_tries_at_no_account_stand_in_the_ledger_each_quarter_of_an_hour_without_the_name(desk: Desk) -> None:
    before = desk.count(logins.LOGIN_REFUSED)
    desk.guess("my-secret-password", 3)
    assert desk.count(logins.LOGIN_REFUSED) == before + 1
    desk.moment += timedelta(minutes=15)
    desk.guess("another", 1)
    with desk.archive.catalogue.read() as connection:
        entries = ledger.of_action(connection, logins.LOGIN_REFUSED)[-2:]
    assert [(entry.subject, entry.details["count"]) for entry in entries] == [("", 1), ("", 3)]
    assert not any("secret" in entry.text for entry in entries)


def test_a_token_of_ones_own_does_what_it_was_made_for(desk: Desk) -> None:
    session = desk.by(desk.opened("archivist").token)
    made = sessions.make(session, "统计脚本", scopes=["report"], days=90, password=PASSWORD)
    assert made.token.startswith("prs_")
    token = desk.by(made.token)
    assert people.who_am_i(token).duties == ("report",)
    people.list_people(token)
    from preserve.services import cases

    with pytest.raises(NotPermitted, match=r"people\.token-may-not"):
        cases.list_cases(token)
    with pytest.raises(NotPermitted, match=r"people\.token-may-not-manage"):
        sessions.make(token, "more", scopes=["find"], days=1, password=PASSWORD)
    for reading in (sessions.list_own, my_account.told, my_account.deputies):
        reading(session)
        with pytest.raises(NotPermitted, match=r"people\.token-may-not-manage"):
            reading(token)  # where its owner sits and what was done with the account is none of a program's business
    with pytest.raises(NotPermitted, match=r"people\.token-may-not-manage"):
        second_factors.begin(token)
    desk.moment += timedelta(days=90)
    with pytest.raises(NotPermitted):
        people.who_am_i(token)


def test_a_token_gives_nothing_its_maker_has_not_nor_a_persons_own_word(desk: Desk) -> None:
    session = desk.by(desk.opened("head").token)
    for scopes, error in ((["keep"], Refused), (["decide"], UsageError), (["x"], UsageError), ([], UsageError)):
        with pytest.raises(error):
            sessions.make(session, "token", scopes=scopes, days=1, password=PASSWORD)
    with pytest.raises(UsageError, match=r"people\.token-days"):
        sessions.make(session, "token", scopes=["find"], days=91, password=PASSWORD)
    with pytest.raises(NotPermitted, match=r"people\.password-wrong"):
        sessions.make(session, "token", scopes=["find"], days=1, password="wrong")
    assert "decide" not in sessions.scopes_of(session).scopes


def test_a_program_acts_by_its_tokens_and_never_logs_in(desk: Desk) -> None:
    people.add_program(desk.security, "platform", person="执法办案平台", roles=["depositor"])
    with pytest.raises(NotPermitted):
        desk.opened("platform", "")
    with pytest.raises(Refused, match=r"people\.program-has-no-password"):
        people.reset(desk.security, "platform")
    with pytest.raises(Refused, match=r"people\.program-role"):
        people.change(desk.security, "platform", roles=["head"])
    given = sessions.give(desk.security, "platform", "platform", scopes=["hand-in"], days=365)
    who = people.who_am_i(desk.by(given.token))
    assert (who.account, who.kind, who.duties) == ("platform", "program", ("hand-in",))
    sessions.end(desk.security, given.id)
    with pytest.raises(NotPermitted):
        people.who_am_i(desk.by(given.token))
    with pytest.raises(Refused, match=r"people\.no-program"):
        sessions.give(desk.security, "archivist", "x", scopes=["find"], days=1)


def test_a_second_factor_is_asked_from_its_first_code_on(desk: Desk) -> None:
    session = desk.by(desk.opened("head").token)
    begun = second_factors.begin(session)
    assert desk.opened("head").account == "head"
    with pytest.raises(Refused, match=r"people\.code-wrong"):
        second_factors.confirm(session, "000000")
    second_factors.confirm(session, code_at(begun.secret, step_of(desk.moment)))
    for code in ("", code_at(begun.secret, step_of(desk.moment))):
        with pytest.raises(NotPermitted, match=r"people\.password-wrong"):
            desk.opened("head", code=code)
    desk.moment += timedelta(seconds=30)
    code = code_at(begun.secret, step_of(desk.moment))
    assert desk.opened("head", code=code).account == "head"
    with pytest.raises(NotPermitted):
        people.log_in(desk.nobody, "head", PASSWORD)
    second_factors.end_of(desk.security, "head")
    assert people.log_in(desk.nobody, "head", PASSWORD).account == "head"


def test_where_a_second_factor_is_wanted_a_session_without_one_gives_no_duty(desk: Desk) -> None:
    own = desk.archive.home.profiles / "people.toml"
    own.parent.mkdir(exist_ok=True)
    own.write_text((Path("profiles") / "people.toml").read_text().replace("asked_of = []", 'asked_of = ["head"]'))
    opened = desk.opened("head")
    assert opened.second_factor_wanted
    session = desk.by(opened.token)
    assert people.who_am_i(session).duties == ()
    with pytest.raises(NotPermitted, match=r"people\.factor-wanted"):
        people.list_people(session)
    with pytest.raises(NotPermitted, match=r"people\.factor-wanted"):
        sessions.make(session, "around", scopes=["find"], days=1, password=PASSWORD)
    begun = second_factors.begin(session)
    second_factors.confirm(session, code_at(begun.secret, step_of(desk.moment)))
    desk.moment += timedelta(seconds=30)
    opened = desk.opened("head", code=code_at(begun.secret, step_of(desk.moment)))
    assert not opened.second_factor_wanted and people.who_am_i(desk.by(opened.token)).duties
