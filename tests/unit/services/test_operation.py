"""What every operation keeps to, tried on operations that are declared for the test alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from preserve.administration.appointing import add_person, change_person
from preserve.administration.duties import FOUNDER, Duty, Role
from preserve.administration.founding import found
from preserve.administration.passwords import log_in, set_password
from preserve.administration.people import Person
from preserve.clock import now
from preserve.data_management import both_logs, ledger, looks, sealing
from preserve.data_management.archive import Archive, open_archive
from preserve.errors import Busy, MediumProblem, NotPermitted, Stopped
from preserve.home import acting_person
from preserve.messages import hint, language, speak
from preserve.progress import ask_to_stop, stoppable
from preserve.services.operation import OPERATIONS, Look, Operation, command, job, query
from preserve.services.session import Credentials, Session, SystemUser, Token, begin, of_this_process
from preserve.work import hold

PASSWORD = "long-enough-and-not-the-name"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    home = found(
        tmp_path / "home", institution="总队", policy="lossless", store=None, digests=["sha256"], language="zh"
    ).home
    opened = open_archive(home.path)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def undeclared() -> Iterator[None]:
    """What a test declares is gone after it."""
    before = dict(OPERATIONS)
    yield
    OPERATIONS.clear()
    OPERATIONS.update(before)


def session(archive: Archive, credentials: Credentials) -> Session:
    return Session(credentials, opened=archive, opened_home=archive.home)


def founder(archive: Archive) -> Session:
    return session(archive, SystemUser(acting_person()))


def appoint(archive: Archive, name: str, role: Role) -> Session:
    by = Person(acting_person(), acting_person(), FOUNDER, founder=True)
    if role is not Role.SECURITY_ADMINISTRATOR:
        by = Person("security", "沈安全", frozenset({Role.SECURITY_ADMINISTRATOR}))
    moment = now()
    first = add_person(
        archive.catalogue, name, person=f"某{name}", roles=[role.value], os_user="", actor=by, moment=moment
    )
    set_password(archive.catalogue, name, first, PASSWORD, moment)
    return session(archive, Token(log_in(archive.catalogue, name, PASSWORD, moment)[0]))


def entries(archive: Archive) -> list[dict[str, Any]]:
    with archive.catalogue.read() as connection:
        return [json.loads(entry.text) for entry in both_logs.entries(connection)]


def actions(archive: Archive) -> list[str]:
    return [entry["action"] for entry in entries(archive)]


def write(session: Session, subject: str) -> None:
    with session.archive.catalogue.begin() as connection:
        add(connection, session, subject)


def add(connection: Connection, session: Session, subject: str) -> None:
    ledger.append(
        connection, action="test.done", subject=subject, actor=session.person.account, details={}, moment=now()
    )


def test_a_declaration_says_who_may_or_why_nobody_is_asked() -> None:
    with pytest.raises(TypeError, match="either a duty"):
        query("test.none")
    with pytest.raises(TypeError, match="either a duty"):
        query("test.both", duty=Duty.FIND, open_to_all="reads what it is pointed at")


def test_a_name_is_declared_once() -> None:
    query("test.twice", duty=Duty.FIND)(lambda session: None)
    with pytest.raises(TypeError, match="declared twice"):
        query("test.twice", duty=Duty.FIND)(lambda session: None)


def test_who_may_not_is_refused_and_the_attempt_is_recorded(archive: Archive) -> None:
    ran = []

    @command("test.deed", duty=Duty.DECIDE, subject="number")
    def deed(session: Session, number: str) -> None:
        ran.append(number)

    with pytest.raises(NotPermitted, match=r"people\.may-not"):
        deed(founder(archive), "Q2026-0001")
    refused = entries(archive)[-1]
    assert (refused["action"], refused["subject"], refused["actor"]) == ("access.denied", "Q2026-0001", acting_person())
    assert refused["details"] == {"duty": "decide"}
    assert ran == []


@pytest.mark.parametrize("credentials", [None, Token(""), Token("no such token"), SystemUser("somebody-else")])
def test_nobody_is_nobody_and_never_the_founder(archive: Archive, credentials: Credentials) -> None:
    @query("test.look", duty=Duty.KEEP)
    def look(session: Session) -> str:
        return "seen"

    assert look(founder(archive)) == "seen"
    before = len(actions(archive))
    with pytest.raises(NotPermitted):
        look(session(archive, credentials))
    assert actions(archive)[before:] == ["access.denied"]


def test_any_of_several_duties_is_enough(archive: Archive) -> None:
    @query("test.any", duty=(Duty.DECIDE, Duty.KEEP))
    def either(session: Session) -> str:
        return session.person.account

    assert either(founder(archive)) == acting_person()


def test_duties_may_follow_from_the_arguments(archive: Archive) -> None:
    @query("test.by-argument", duty=lambda arguments: (Duty.DECIDE if arguments["deep"] else Duty.KEEP,))
    def by_argument(session: Session, *, deep: bool = False) -> bool:
        return deep

    assert by_argument(founder(archive)) is False
    with pytest.raises(NotPermitted):
        by_argument(founder(archive), deep=True)


def test_a_look_is_recorded_before_there_is_a_result(archive: Archive) -> None:
    seen = []

    @query(
        "test.view", duty=Duty.FIND, subject="case", look=Look("test.viewed", lambda session, arguments: {"page": 1})
    )
    def view(session: Session, case: str) -> str:
        seen.extend(entries(archive)[-1:])
        return case

    assert view(founder(archive), "沪文执〔2026〕1号") == "沪文执〔2026〕1号"
    assert (seen[0]["action"], seen[0]["subject"], seen[0]["details"]) == (
        "test.viewed",
        "沪文执〔2026〕1号",
        {"page": 1},
    )


def test_what_is_recorded_of_a_look_is_what_is_shown(archive: Archive) -> None:
    """Read once, even if somebody writes between; and anew for the next operation of the session."""

    def newest(session: Session) -> int:
        return session.once("newest", lambda connection: ledger.size(connection) + looks.size(connection))

    @query(
        "test.newest", duty=Duty.FIND, look=Look("test.viewed", lambda session, arguments: {"size": newest(session)})
    )
    def view(session: Session) -> int:
        return newest(session)

    asker = founder(archive)
    for _ in range(2):  # the look itself is written between
        before = len(entries(archive))
        assert view(asker) == before == entries(archive)[-1]["details"]["size"]


@pytest.mark.sqlite
def test_what_cannot_be_recorded_is_not_shown(archive: Archive) -> None:
    ran = []

    @query("test.secret", duty=Duty.FIND, look="test.viewed")
    def secret(session: Session) -> str:
        ran.append(1)
        return "secret"

    with archive.catalogue.begin() as connection:
        connection.exec_driver_sql("CREATE TRIGGER full BEFORE INSERT ON looks BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(IntegrityError):
        secret(founder(archive))
    assert ran == []


def test_no_look_is_recorded_where_the_arguments_show_nothing_of_anybody(archive: Archive) -> None:
    @query("test.sometimes", duty=Duty.FIND, look=Look(lambda arguments: "test.viewed" if arguments["deep"] else ""))
    def sometimes(session: Session, *, deep: bool = False) -> None:
        return None

    before = len(actions(archive))
    sometimes(founder(archive))
    assert actions(archive)[before:] == []
    sometimes(founder(archive), deep=True)
    assert actions(archive)[before:] == ["test.viewed"]


def test_each_write_of_a_command_asks_again_whether_its_person_still_may(archive: Archive) -> None:
    appoint(archive, "security", Role.SECURITY_ADMINISTRATOR)
    keeper = appoint(archive, "keeper", Role.ARCHIVIST)
    by = Person("security", "沈安全", frozenset({Role.SECURITY_ADMINISTRATOR}))

    @command("test.two", duty=Duty.KEEP)
    def two(session: Session) -> None:
        write(session, "first")
        change_person(archive.catalogue, "keeper", roles=None, os_user=None, state="suspended", actor=by, moment=now())
        write(session, "second")

    with pytest.raises(NotPermitted, match=r"people\.suspended"):
        two(keeper)
    done = [entry["subject"] for entry in entries(archive) if entry["action"] == "test.done"]
    assert done == ["first"]
    assert actions(archive)[-1] == "access.denied"


def test_a_job_that_has_begun_goes_on(archive: Archive) -> None:
    appoint(archive, "security", Role.SECURITY_ADMINISTRATOR)
    keeper = appoint(archive, "keeper", Role.ARCHIVIST)
    by = Person("security", "沈安全", frozenset({Role.SECURITY_ADMINISTRATOR}))

    @job("test.long", duty=Duty.KEEP)
    def long(session: Session) -> None:
        write(session, "first")
        change_person(archive.catalogue, "keeper", roles=None, os_user=None, state="suspended", actor=by, moment=now())
        write(session, "second")

    long(keeper)
    done = [entry["subject"] for entry in entries(archive) if entry["action"] == "test.done"]
    assert done == ["first", "second"]


def test_what_the_operation_itself_does_not_permit_is_recorded_as_well(archive: Archive) -> None:
    @command("test.twice-the-same", duty=Duty.KEEP, subject="number")
    def same(session: Session, number: str) -> None:
        raise NotPermitted("request.same-person", number)

    with pytest.raises(NotPermitted, match=r"request\.same-person"):
        same(founder(archive), "Q2026-0002")
    assert (actions(archive)[-1], entries(archive)[-1]["subject"]) == ("access.denied", "Q2026-0002")


def test_what_is_exclusive_is_done_by_one_at_a_time(archive: Archive) -> None:
    ran = []

    @job("test.alone", duty=Duty.KEEP, lock=lambda session, arguments: ("alone", Busy("catalogue.busy", "x")))
    def alone(session: Session) -> None:
        ran.append(1)

    with hold(archive.home.work / "alone.lock", Busy("catalogue.busy", "y")), pytest.raises(Busy):
        alone(founder(archive))
    alone(founder(archive))
    assert ran == [1]


def test_what_a_person_may_not_see_is_not_in_the_result(archive: Archive) -> None:
    appoint(archive, "security", Role.SECURITY_ADMINISTRATOR)
    auditor = appoint(archive, "auditor", Role.AUDITOR)

    @query("test.title", duty=(Duty.FIND, Duty.REPORT), hidden={Duty.FIND: lambda title: ""})
    def title(session: Session) -> str:
        return "张某某无证经营案"

    assert title(founder(archive)) == "张某某无证经营案"
    assert title(auditor) == ""


def test_the_ledger_is_sealed_however_an_operation_ends(archive: Archive) -> None:
    @command("test.fails", duty=Duty.KEEP)
    def fails(session: Session) -> None:
        write(session, "before it failed")
        raise MediumProblem("work.no-space", "x", needed=1, reserve=0, free=0)

    with pytest.raises(MediumProblem):
        fails(founder(archive))
    head = (archive.home.store / "ledger" / sealing.HEAD).read_text(encoding="utf-8")
    assert f"\n{len(entries(archive))}\n" in head


def test_what_goes_wrong_after_the_work_is_told_aside_and_the_work_stands(archive: Archive) -> None:
    told: list[BaseException] = []

    @command("test.no-head", duty=Duty.KEEP)
    def no_head(session: Session) -> str:
        write(session, "done")
        head = archive.home.store / "ledger" / sealing.HEAD
        head.unlink()
        head.mkdir()
        return "done"

    asker = Session(SystemUser(acting_person()), aside=told.append, opened=archive, opened_home=archive.home)
    assert no_head(asker) == "done"
    assert len(told) == 1


def test_an_operation_speaks_the_language_of_who_asks_and_no_door(archive: Archive) -> None:
    @query("test.language", duty=Duty.KEEP)
    def spoken(session: Session) -> tuple[str, str]:
        return language(), hint("people.token-unknown")

    asker = Session(SystemUser(acting_person()), "en", opened=archive, opened_home=archive.home)
    speak("zh")
    assert spoken(asker) == ("en", "Log in again.")
    assert language() == "zh"


def test_one_piece_of_work_that_is_stopped_stops_no_other(archive: Archive) -> None:
    @job("test.stopped", duty=Duty.KEEP)
    def stopped(session: Session, *, stop: bool) -> str:
        if stop:
            ask_to_stop()
        session.progress(1)
        return "done"

    with stoppable(), pytest.raises(Stopped):
        stopped(founder(archive), stop=True)
    with stoppable():
        assert stopped(founder(archive), stop=False) == "done"


def test_a_session_begins_with_what_the_operation_needs(archive: Archive) -> None:
    opened = begin(archive.home.path, of_this_process(), "zh")
    assert opened.archive.home == archive.home
    opened.close()
    assert begin(archive.home.path, None, "zh", "home").home == archive.home
    assert begin(None, None, "zh", "nothing").opened is None


@pytest.mark.sqlite
def test_what_mends_a_catalogue_is_stopped_by_no_damage_to_it(archive: Archive) -> None:
    @command("test.mend", duty=Duty.DECIDE, needs="home")
    def mend(session: Session) -> str:
        return "mended"

    asker = begin(archive.home.path, of_this_process(), "zh", "home")
    with pytest.raises(NotPermitted):  # it can be asked, so it is
        mend(asker)
    archive.close()
    archive.home.catalogue.write_bytes(b"no database")
    assert mend(asker) == "mended"


def test_operations_are_what_is_declared() -> None:
    assert all(isinstance(operation, Operation) for operation in OPERATIONS.values())
