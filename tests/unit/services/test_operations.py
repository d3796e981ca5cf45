"""Every operation of the archive against everybody who might ask for it: who may, who is refused, what is recorded.

The operations come from `preserve.services.rooms`. One that is new needs an entry in `ARGUMENTS`: what it is tried
with, as far as examples by type will not do. Whatever is shown must name what is there in the small archive.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

import preserve.services.rooms  # noqa: F401  declares every operation
from preserve.access.openness.harvesting import Asked
from preserve.access.viewing import reading_room
from preserve.administration.duties import Duty
from preserve.data_management.archive import Archive
from preserve.errors import MediumProblem, NotPermitted, PreserveError
from preserve.messages import LANGUAGES, Language, known
from preserve.services.audit_trail import Filter
from preserve.services.cases import SearchWish
from preserve.services.machine_readings import ReadingWish
from preserve.services.operation import OPERATIONS, Operation
from preserve.services.retention_search import RetentionWish
from preserve.services.session import Session
from tests.support.bureau import Asker, Bureau, arguments_of

pytestmark = pytest.mark.xdist_group("operations")

Chosen = Mapping[str, Any]

CASE: Callable[[Bureau], Any] = lambda bureau: bureau.case  # noqa: E731
REQUEST: Callable[[Bureau], Any] = lambda bureau: bureau.request  # noqa: E731
CASES: Callable[[Bureau], Any] = lambda bureau: [bureau.case]  # noqa: E731
FILES: Callable[[Bureau], Any] = lambda bureau: [bureau.file]  # noqa: E731


def _identifier(bureau: Bureau) -> str:
    """Of the file of the small case that is asked for."""
    with bureau.archive.catalogue.read() as connection:
        _, files = reading_room.contents(connection, bureau.archive.home, bureau.case)
    return next(file.identifier for file in files if file.name == bureau.file)


FILE: Callable[[Bureau], Any] = _identifier

ARGUMENTS: dict[str, Chosen] = {
    "appraisal.appraise": {},
    "appraisal.approve": {},
    "appraisal.draw": {},
    "appraisal.list": {},
    "appraisal.object": {},
    "appraisal.show": {},
    "appraisal.withdraw": {},
    "approvals.list": {},
    "archive.found": {},
    "audit.drill": {},
    "audit.history": {"subject": CASE},
    "audit.list": {},
    "audit.plan": {},
    "audit.report": {},
    "audit.run": {},
    "case.contents": {"case": CASE},
    "case.history": {"case": CASE},
    "case.list": {},
    "case.search": {"wish": SearchWish("演出")},
    "case.show": {"case": CASE},
    "case.use": {"case": CASE},
    "case.view": {"case": CASE, "objects": FILES},
    "catalogue.back_up": {},
    "catalogue.move": {"to": "file"},
    "catalogue.rebuild": {},
    "catalogue.upgrade": {},
    "chosen.add": {},
    "chosen.add_found": {},
    "chosen.drop": {},
    "chosen.export": {},
    "chosen.list": {},
    "chosen.replicate": {},
    "chosen.verify": {},
    "cluster.status": {},
    "copies.hand_out": {"case": CASE},
    "copies.list": {},
    "copies.replicate": {},
    "copies.restore": {"case": CASE},
    "copies.restore_archive": {},
    "deposit_description.draft": {},
    "deposit_description.file": {},
    "deposit_description.line": {},
    "deposit_description.match_files": {},
    "deposit_description.read": {},
    "deposit_description.save": {},
    "deposit_description.save_file": {},
    "deposit_description.settle": {},
    "deposit_description.show": {},
    "deposit_description.workbook": {},
    "deposits.check": {},
    "deposits.deadlines": {},
    "deposits.describe": {},
    "deposits.describe_cases": {},
    "deposits.describe_export": {},
    "deposits.examine": {},
    "deposits.file": {},
    "deposits.hand_in": {},
    "deposits.ingest": {},
    "deposits.list_own": {},
    "deposits.page": {},
    "deposits.paper": {},
    "deposits.send_back": {},
    "deposits.show": {},
    "deposits.take_in": {},
    "deposits.template": {},
    "deposits.waiting": {},
    "disc.burn": {},
    "disc.burners": {},
    "disc.compose": {},
    "disc.list": {},
    "disc.read": {},
    "disc.verify": {},
    "disposal.approve": {},
    "disposal.confirm": {},
    "disposal.execute": {},
    "disposal.list": {},
    "disposal.propose": {},
    "disposal.register": {},
    "disposal.show": {},
    "disposal.supervise": {},
    "disposal.withdraw": {},
    "export.approve": {},
    "export.list": {},
    "export.propose": {},
    "export.refuse": {},
    "export.show": {},
    "export.withdraw": {},
    "export.write": {},
    "factor.add_key": {},
    "factor.begin": {},
    "factor.begin_key": {},
    "factor.confirm": {},
    "factor.end": {},
    "factor.end_of": {"account": "head"},
    "factor.remove_key": {},
    "factor.show": {},
    "fonds.close": {},
    "fonds.enter": {},
    "fonds.file": {},
    "fonds.list": {},
    "fonds.number": {},
    "fonds.rename": {},
    "fonds.show": {},
    "forms.case": {"cases": CASES},
    "forms.fonds": {},
    "forms.year": {"year": 2026},
    "health.alive": {},
    "health.examine": {},
    "health.version": {},
    "history.write": {"case": CASE},
    "hold.add": {},
    "hold.list": {},
    "hold.release": {},
    "house.add": {},
    "house.anchor": {},
    "house.check_proof": {},
    "house.close": {},
    "house.doors": {},
    "house.found": {},
    "house.limit": {},
    "house.number": {},
    "house.overview": {},
    "house.prove": {},
    "house.request": {},
    "import.answer": {"answers": {}},
    "import.decide": {"data": b""},
    "import.give_list": {"name": "list.xlsx", "data": b""},
    "import.list": {},
    "import.places": {},
    "import.plan": {},
    "import.report": {},
    "import.run": {},
    "import.show": {},
    "import.workbook": {},
    "inbox.watch": {},
    "job.about": {"operation": "request.deliver", "subject": "{request}"},
    "job.ask": {"operation": "copies.replicate"},
    "job.bundle": {},
    "job.file": {},
    "job.list": {},
    "job.made": {"operation": "request.deliver", "subject": "{request}"},
    "job.resume": {},
    "job.run": {},
    "job.show": {},
    "job.stop": {},
    "job.work": {},
    "ledger.by_person": {"account": "head"},
    "ledger.checkpoint": {},
    "ledger.entries": {"wanted": Filter()},
    "ledger.export": {},
    "ledger.overview": {},
    "ledger.prove": {"case": CASE},
    "ledger.seal_for_all": {},
    "ledger.verify": {},
    "media.add": {},
    "media.check_in": {},
    "media.label": {},
    "media.label_paper": {},
    "media.list": {},
    "media.move": {},
    "media.places": {},
    "media.read_code": {},
    "media.replace": {},
    "media.retire": {},
    "media.show": {},
    "openness.close": {"case": CASE},
    "openness.finding_aid": {},
    "openness.harvest": {"asked": Asked("Identify")},
    "openness.list": {},
    "openness.open": {"case": CASE},
    "packages.verify": {},
    "planning.identify": {},
    "planning.preview": {},
    "planning.report": {},
    "planning.risks": {},
    "planning.run": {},
    "pool.claim": {},
    "pool.collect": {},
    "pool.gather": {},
    "pool.list": {},
    "pool.overdue": {},
    "pool.propose": {},
    "pool.release": {},
    "pool.show": {},
    "pool.verify": {},
    "pool.watch": {},
    "profiles.check": {},
    "profiles.list": {},
    "profiles.show": {},
    "reading.bring_models": {},
    "reading.bytes": {"case": CASE, "file": FILE},
    "reading.findings": {"case": CASE},
    "reading.frame": {"case": CASE, "file": FILE, "at": 0.0},
    "reading.forget": {"case": CASE},
    "reading.list": {},
    "reading.machine_text": {"case": CASE, "file": FILE},
    "reading.mark": {"case": CASE, "file": FILE},
    "reading.measure": {},
    "reading.models": {},
    "reading.open": {"case": CASE, "file": FILE},
    "reading.page": {"case": CASE, "file": FILE},
    "reading.prepare": {"case": CASE, "file": FILE},
    "reading.run": {"wish": ReadingWish(everything=True)},
    "reading.searchable": {"case": CASE},
    "reading.show": {"case": CASE},
    "reading.strip": {"case": CASE, "file": FILE},
    "reading.strip_picture": {"case": CASE, "file": FILE, "part": "poster"},
    "reading.timeline": {"case": CASE},
    "reading.transcript": {"case": CASE, "file": FILE},
    "reading.unmark": {"case": CASE, "file": FILE},
    "repair.list": {},
    "repair.release": {},
    "repair.run": {},
    "request.approve": {"number": REQUEST},
    "request.deliver": {"number": REQUEST},
    "request.draft": {"number": REQUEST},
    "request.draft_file": {"number": REQUEST},
    "request.draft_page": {"number": REQUEST},
    "request.examine": {"number": REQUEST},
    "request.form": {},
    "request.list": {},
    "request.make_preview": {"number": REQUEST},
    "request.open": {},
    "request.paper": {"number": REQUEST},
    "request.paper_page": {"number": REQUEST},
    "request.preview": {"number": REQUEST},
    "request.preview_bytes": {"number": REQUEST},
    "request.preview_page": {"number": REQUEST},
    "request.propose": {"number": REQUEST},
    "request.redactions": {"number": REQUEST},
    "request.refuse": {"number": REQUEST},
    "request.return": {"number": REQUEST},
    "request.save_draft": {"number": REQUEST},
    "request.show": {"number": REQUEST},
    "request.statistics": {},
    "request.withdraw": {"number": REQUEST},
    "retention.changes": {},
    "retention.due": {},
    "retention.explain": {"case": CASE},
    "retention.find": {"wish": RetentionWish("all")},
    "retention.list": {},
    "retention.propose": {},
    "retention.put_in_force": {},
    "search.forget": {},
    "search.save": {},
    "search.saved": {},
    "session.ask_provider": {},
    "session.begin": {},
    "session.close": {},
    "session.end": {},
    "session.list_all": {},
    "session.list_own": {},
    "session.open": {},
    "session.open_by_code": {},
    "session.open_by_key": {},
    "session.open_by_provider": {},
    "statistics.show": {},
    "system.metrics": {},
    "system.show": {},
    "token.give": {"account": "head"},
    "token.make": {},
    "token.scopes": {},
    "transfer.approve": {},
    "transfer.cancel": {},
    "transfer.hand_over": {},
    "transfer.list": {},
    "transfer.paper": {},
    "transfer.prepare": {},
    "transfer.receive": {},
    "transfer.refuse": {},
    "transfer.show": {},
    "upload.append": {},
    "upload.append_pack": {},
    "upload.close": {},
    "upload.give_up": {},
    "upload.offset": {},
    "upload.open": {},
    "upload.reopen": {},
    "upload.show": {},
    "upload.start_again": {},
    "upload.unread": {},
    "user.add": {},
    "user.add_program": {},
    "user.change": {"account": "head"},
    "user.confirm": {},
    "user.delegate": {"deputy": "examiner"},
    "user.deputies": {},
    "user.end-delegation": {"deputy": "deputy"},
    "user.list": {},
    "user.login": {},
    "user.logout": {},
    "user.names": {},
    "user.news": {},
    "user.password": {},
    "user.prefer": {},
    "user.reset": {"account": "head"},
    "user.show": {"account": "head"},
    "user.states": {},
    "user.whoami": {},
    "workbench.show": {},
}

NOT_THERE = frozenset(
    {
        "appraisal.show",
        "deposit_description.file",
        "deposit_description.line",
        "deposit_description.show",
        "deposit_description.workbook",
        "deposits.file",
        "deposits.page",
        "deposits.paper",
        "deposits.show",
        "disposal.register",
        "disposal.show",
        "export.show",
        "job.bundle",
        "job.file",
        "pool.propose",
        "pool.show",
        "reading.searchable",
        "transfer.paper",
        "transfer.show",
    }
)
"""Operations that show what the small archive has not: they may end before the look, for there is nothing to see."""

OF_OTHERS = frozenset({"request.paper", "request.paper_page", "request.show"})
"""Operations that show a depositor what they entered themselves: the request of the archive is somebody else's."""

NAMES = sorted(OPERATIONS)
ASKED = [name for name in NAMES if not OPERATIONS[name].open_to_all]
LOOKS = [name for name in NAMES if OPERATIONS[name].look is not None]


class Reached(Exception):
    """The operation itself would begin now."""


def tried_with(name: str, bureau: Bureau) -> dict[str, Any]:
    chosen = {key: value(bureau) if callable(value) else value for key, value in ARGUMENTS[name].items()}
    return arguments_of(OPERATIONS[name], bureau, chosen)


def bound(operation: Operation[..., Any], arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments with those that have their usual values."""
    all_of_them = inspect.signature(operation.run).bind(None, **arguments)
    all_of_them.apply_defaults()
    return all_of_them.arguments


def duties(operation: Operation[..., Any], arguments: Mapping[str, Any]) -> tuple[Duty, ...]:
    """The duties that an operation asks for, with these arguments."""
    wanted = operation.duties(bound(operation, arguments)) if callable(operation.duties) else operation.duties
    return wanted if isinstance(wanted, tuple) else (wanted,)


def instead(operation: Operation[..., Any], act: Callable[[Session], None]) -> Operation[..., Any]:
    """The same operation, which does `act` and ends where it would begin."""

    @functools.wraps(operation.run)
    def run(session: Session, *args: Any, **kwargs: Any) -> Any:
        act(session)
        raise Reached

    return replace(operation, run=run)


def session_for(
    operation: Operation[..., Any], bureau: Bureau, asker: Asker, archive: Archive | None = None
) -> Session:
    """A session as a door would begin it for this operation."""
    session = bureau.session(asker)
    if operation.needs == "archive":
        return session if archive is None else replace(session, opened=archive)
    return replace(session, opened=None)


def test_each_operation_is_tried_here() -> None:
    assert sorted(ARGUMENTS) == NAMES, "ARGUMENTS has what it is tried with"


@pytest.mark.parametrize("name", NAMES)
def test_somebody_is_asked_or_it_says_why_nobody_is(name: str) -> None:
    operation = OPERATIONS[name]
    assert bool(operation.duties) != bool(operation.open_to_all)
    if operation.needs == "nothing":
        assert operation.open_to_all, "without an archive there is nobody who could say who may"
    if operation.look is not None:
        assert operation.duties, "a look is somebody's"
    assert inspect.getdoc(operation.run), "what it does stands in docs/json.md"


@pytest.mark.parametrize("name", ASKED)
def test_who_may_not_is_refused_and_changes_nothing(name: str, bureau: Bureau) -> None:
    operation, arguments = OPERATIONS[name], tried_with(name, bureau)
    wanted = duties(operation, arguments)
    before, number = bureau.state(), bureau.size()
    refused = [asker for asker in bureau.askers.values() if not asker.may(wanted)]
    assert {asker.account for asker in refused} >= {"qian", ""}, "who is suspended, and nobody"
    for asker in refused:
        with pytest.raises(NotPermitted):
            operation(session_for(operation, bureau, asker), **arguments)
    assert bureau.state() == before
    entries = bureau.entries(number)
    duty = wanted[0].value if wanted else ""
    assert [(entry["action"], entry["actor"], entry["details"]) for entry in entries] == [
        ("access.denied", asker.account, {"duty": duty}) for asker in refused
    ]


@pytest.mark.parametrize("name", ASKED)
def test_who_may_is_let_in(name: str, bureau: Bureau) -> None:
    operation, arguments = OPERATIONS[name], tried_with(name, bureau)
    wanted = duties(operation, arguments)
    allowed = [asker for asker in bureau.askers.values() if asker.may(wanted)]
    assert allowed, "an operation that nobody may do"
    for asker in allowed:
        number = bureau.size()
        with pytest.raises((Reached, PreserveError)) as ended:
            instead(operation, lambda session: None)(session_for(operation, bureau, asker), **arguments)
        assert ended.type is Reached or name in NOT_THERE | OF_OTHERS, ended.value
        assert "access.denied" not in {entry["action"] for entry in bureau.entries(number)}


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_is_recorded_before_anything_is_shown(name: str, bureau: Bureau) -> None:
    operation, arguments = OPERATIONS[name], tried_with(name, bureau)
    asker = next(asker for asker in bureau.askers.values() if asker.may(duties(operation, arguments)))
    number, seen = bureau.size(), []
    assert operation.look is not None
    action = (
        operation.look.action(bound(operation, arguments)) if callable(operation.look.action) else operation.look.action
    )

    def look(session: Session) -> None:
        seen.extend(bureau.entries(number))

    with pytest.raises((Reached, PreserveError)) as ended:
        instead(operation, look)(session_for(operation, bureau, asker), **arguments)
    if name in NOT_THERE and ended.type is not Reached:
        assert bureau.size() == number
        return
    (entry,) = seen
    assert (entry["actor"], entry["action"]) == (asker.account, action)


class Unwritable:
    """Rules of a catalogue in which nothing can be written."""

    question = ""

    def alone(self) -> None:
        """Nothing is written before `opening`."""

    def written(self, number: int) -> None:
        """Nothing was."""

    def before(self) -> None:
        """Nobody is asked."""

    def opening(self, connection: Connection) -> None:
        """Raises MediumProblem."""
        raise MediumProblem("catalogue.read-only", "", reason="a disk that is full")

    def closing(self, connection: Connection) -> None:
        """Nothing was written."""


@pytest.mark.parametrize("name", LOOKS)
def test_what_cannot_be_recorded_is_not_shown(name: str, bureau: Bureau) -> None:
    operation, arguments = OPERATIONS[name], tried_with(name, bureau)
    asker = next(asker for asker in bureau.askers.values() if asker.may(duties(operation, arguments)))
    archive = replace(bureau.archive, catalogue=replace(bureau.archive.catalogue, rules=Unwritable()))
    before, number = bureau.state(), bureau.size()
    with pytest.raises(PreserveError) as ended:
        operation(session_for(operation, bureau, asker, archive), **arguments)
    assert ended.type is MediumProblem or name in NOT_THERE, ended.value
    assert (bureau.state(), bureau.size()) == (before, number)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_look_has_words_for_the_history_of_a_case(language: Language) -> None:
    """A history goes to courts: it says what was done, and names no code."""
    looks = {operation.look.action for operation in OPERATIONS.values() if operation.look}
    actions = {action for action in looks if isinstance(action, str)}
    assert len(actions) > 15
    assert [
        action for action in sorted(actions) if not known(f"history.action-{action.replace('.', '-')}", language)
    ] == []
