"""The first page of each person: what waits for them, in the order of their working day.

Numbers only, and names of media: nothing of any case is shown, so nothing is written into the log of looks. Each is a
count of an index or of a bounded part of the archive; none grows with the number of cases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from preserve.access.requests.procedure import OPEN
from preserve.administration.duties import Duty
from preserve.administration.index_check import VERIFIED
from preserve.administration.retention import notice
from preserve.administration.retention.rules_in_force import applicable_rules
from preserve.archival_storage import media as inventory
from preserve.clock import stamp
from preserve.data_management import (
    accounts,
    audits,
    checkpoints,
    given_tokens,
    jobs,
    ledger,
    logins,
    proceeding_pages,
    standings,
    versions,
)
from preserve.data_management.disposal_holds import HELD
from preserve.data_management.proceeding_pages import Wanted
from preserve.data_management.proceedings import OPENING
from preserve.ingest.handing_in import inboxes
from preserve.ingest.handing_in.found import needs_answer
from preserve.ingest.handing_in.rooms import Record, Room, rooms
from preserve.services import import_files
from preserve.services.operation import anybody, query
from preserve.services.session import Session
from preserve.services.workbench_facts import NEWEST, Facts, Line
from storage_adapters.registry import traits_of

_LONGEST = 5  # media that are named one by one
_UNFINISHED = ("running", "waiting", "refused")
_BAD, _AT_WORK = ("failed", "refused", "stopped", "lost"), ("queued", "running", "stopping")
_LATELY = timedelta(days=3)  # over a week-end
_SINCE = {
    "denied": ("access.denied",),
    "logins-refused": (logins.LOGIN_REFUSED,),
    "accounts-changed": (accounts.ADDED, accounts.CHANGED),
    "decisions": (
        "request.approved",
        "request.refused",
        "review.approved",
        "disposal.approved",
        "transfer.approved",
        "export.approved",
        "export.refused",
        "case.opened-to-all",
        "case.closed-to-all",
    ),
    "deliveries": ("request.delivered", "transfer.handed-over", "export.written"),
    "disposals-done": ("disposal.executed",),
}


@dataclass(frozen=True, slots=True)
class Workbench:
    """The lines of somebody's first page, the most pressing first, by the part of the day's work they belong to."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that belong together: to the same kind of work."""

    name: str
    lines: tuple[Line, ...]


@query("workbench.show", duty=anybody)
def show(session: Session) -> Workbench:
    """What waits for whoever asks, by their duties. Raises Refused where the storage profile is wrong."""
    with session.archive.catalogue.read() as connection:
        facts = Facts(session, connection)
        parts = [(name, tuple(lines(facts))) for name, lines in _PARTS.items()]
    return Workbench(tuple(Part(name, lines) for name, lines in parts if lines))


def _with_archivists(facts: Facts) -> Iterator[tuple[Room, Record]]:
    """Deposits that may be taken in: uploads, and as many folders of inboxes as a first page looks at."""
    home = facts.session.archive.home
    yield from (found for found in rooms(home) if found[1].kind == "upload")
    yield from (inboxes.record_of(home, one) for one in islice(inboxes.listed(home), NEWEST))


def _deposits(facts: Facts) -> Iterator[Line]:
    if facts.may(Duty.ANSWER) and (unanswered := sum(needs_answer(*found) for found in _with_archivists(facts))):
        yield Line("deposits-to-answer", unanswered)
    if facts.may(Duty.INGEST):
        counts = standings.of_ingests(facts.connection, _UNFINISHED)
        if refused := counts.get("refused", 0):
            yield Line("ingests-refused", refused, grave=True)
        if under_way := counts.get("running", 0) + counts.get("waiting", 0):
            yield Line("ingests-under-way", under_way)
        if handed := sum(record.state == "handed-in" for _, record in rooms(facts.session.archive.home)):
            yield Line("deposits-handed-in", handed)
        home = facts.session.archive.home
        folders = islice(inboxes.listed(home), NEWEST)
        if waiting := sum(inboxes.record_of(home, one)[1].state not in ("taken-in", "returned") for one in folders):
            yield Line("inbox-waiting", waiting)
        if unfinished := import_files.count_unfinished(facts.connection):
            yield Line("imports-unfinished", unfinished)
    elif facts.may(Duty.SEE_OWN):
        account = facts.session.person.account
        states = Counter(record.state for _, record in rooms(facts.session.archive.home) if record.owner == account)
        for name in ("returned", "draft", "uploading", "handed-in"):
            if states[name]:
                yield Line(f"own-{name}", states[name], grave=name == "returned")
        since = stamp(facts.session.archive.now() - _LATELY)
        mine = ledger.of_actor(facts.connection, account, ("ingest.refused",), NEWEST)
        if lately := {entry.subject for entry in mine if entry.time >= since}:
            yield Line("own-refused", len(lately), grave=True)
        own = (record for _, record in rooms(facts.session.archive.home) if record.owner == account)
        if taken := sum(record.state == "taken-in" and record.taken_in >= since for record in own):
            yield Line("own-taken-in", taken)


def _jobs(facts: Facts) -> Iterator[Line]:
    """Of one's own jobs, and for who keeps the machine of everybody's: what ended badly lately, and what runs."""
    account = "" if facts.may(Duty.KEEP) else facts.session.person.account
    lately = stamp(facts.session.archive.now() - _LATELY)
    bad = jobs.find(facts.connection, account=account, states=_BAD, limit=NEWEST)
    if ended := sum(row.asked >= lately for row in bad):
        yield Line("jobs-failed", ended, grave=True)
    if running := len(jobs.find(facts.connection, account=account, states=_AT_WORK, limit=NEWEST)):
        yield Line("jobs-running", running)


def _requests(facts: Facts) -> Iterator[Line]:
    if facts.may(Duty.EXAMINE):
        yield from facts.line("requests-to-examine", "request", "opened")
    if facts.may(Duty.DECIDE):
        yield from facts.line("requests-to-decide", "request", "examined")
    if facts.may(Duty.DELIVER):
        yield from facts.line("requests-to-deliver", "request", "approved")
        yield from facts.line("receipts-missing", "request", "delivered")
    if facts.may(Duty.SEE_OWN) and not facts.may(Duty.SEE_REQUESTS):
        entered = ledger.of_actor(facts.connection, facts.session.person.account, (OPENING["request"],), NEWEST)
        wanted = Wanted("request", OPEN, numbers=[entry.subject for entry in entered], waiting=True)
        if own := len(proceeding_pages.page(facts.connection, wanted, "", NEWEST)[0]):
            yield Line("own-requests", own)


def _approvals(facts: Facts) -> Iterator[Line]:
    if facts.may(Duty.DECIDE):
        yield from facts.line("reviews-to-decide", "review", "appraised")
        yield from facts.line("disposals-to-decide", "disposal", "supervised")
        yield from facts.line("transfers-to-decide", "transfer", "prepared")
        yield from facts.line("exports-to-decide", "export", "proposed")


def _keeping(facts: Facts) -> Iterator[Line]:
    if not (facts.may(Duty.KEEP) or facts.may(Duty.DECIDE)):
        return
    if facts.damaged:
        yield Line("copies-damaged", facts.damaged, grave=True)
    if facts.unsealed:
        yield Line("copies-missing", facts.unsealed)
    if facts.may(Duty.KEEP):
        yield from _media(facts)
    newest = next(iter(audits.runs(facts.connection, limit=1)), None)
    if newest is None:
        yield Line("audit-never", 0)
    else:
        yield Line(f"audit-{newest.state}", 1, when=newest.ended or newest.started, grave=newest.state == "failed")


def _media(facts: Facts) -> Iterator[Line]:
    burn = [row for row in facts.media if row.state == "planned" and traits_of(row.kind).composed]
    for row in burn[:_LONGEST]:
        yield Line("burn", 1, label=row.label, place=row.place)
    if len(burn) > _LONGEST:
        yield Line("burn-more", len(burn) - _LONGEST)
    in_use = [row for row in facts.media if row.state == "in use"]
    drawn = [row for row in in_use if (row.details.get("sample") or {}).get("chosen")]
    for row in drawn[:_LONGEST]:
        yield Line("insert", 1, label=row.label, place=row.place)
    if len(drawn) > _LONGEST:
        yield Line("insert-more", len(drawn) - _LONGEST)
    due = [day for row in in_use if (day := inventory.next_check(row, facts.policy)) and day < facts.today]
    if due:
        yield Line("media-overdue", len(due), grave=True)
    failing = [row for row in in_use if row.details.get("health") == "failing"]
    if failing:
        yield Line("media-failing", len(failing), label=failing[0].label, grave=True)


def _appraisal(facts: Facts) -> Iterator[Line]:
    if facts.may(Duty.APPRAISE):
        home, moment = facts.session.archive.home, facts.session.archive.now()
        months = applicable_rules(home, facts.connection).profile.notice.months
        if due := notice.count_falling_due(home, facts.connection, months, moment):
            yield Line("falling-due", due)
        yield from facts.line("reviews-open", "review", "drawn", "appraised")
    if facts.may(Duty.SUPERVISE):
        yield from facts.line("disposals-to-supervise", "disposal", "proposed")
        yield from facts.line("disposals-to-witness", "disposal", "executed")
    if facts.may(Duty.DISPOSE):
        yield from facts.line("disposals-to-execute", "disposal", "approved", "executing")
    if facts.may(Duty.RELEASE_HOLD):
        yield from facts.line("holds", "hold", HELD)
    if facts.may(Duty.DELIVER):
        yield from facts.line("transfers-to-hand-over", "transfer", "approved")
        yield from facts.line("transfers-unreceived", "transfer", "handed-over")
        yield from facts.line("exports-to-write", "export", "approved", "writing")


def _people(facts: Facts) -> Iterator[Line]:
    account, moment = facts.session.person.account, facts.session.archive.now().isoformat()
    if facts.may(Duty.DELEGATE):
        mine = [row for row in accounts.all_delegations(facts.connection) if row.head == account and row.ended is None]
        for row in mine[-_LONGEST:]:
            if row.until > moment:
                yield Line("deputy", 1, label=row.deputy, when=row.until)
    if facts.may(Duty.APPOINT):
        everybody = accounts.all_accounts(facts.connection)
        yield Line("accounts", len(everybody))
        if away := sum(row.state != "active" for row in everybody):
            yield Line("accounts-suspended", away)
        given = [row.kind for row in given_tokens.listed(facts.connection, facts.session.archive.now())]
        open_ones = sum(kind in ("login", "session") for kind in given)
        yield Line("sessions-open", open_ones)
        if tokens := len(given) - open_ones:
            yield Line("tokens-given", tokens)


def _since(facts: Facts) -> Iterator[Line]:
    """For those who watch over others: what was done since they were here."""
    if not facts.may(Duty.REPORT) or facts.may(Duty.FIND):
        return
    before = standings.last_visit(facts.connection, facts.session.person.account, logins.LOGGED_IN)
    number, when = (before.number, before.time) if before else (0, "")
    actions = [action for group in _SINCE.values() for action in group]
    counts = standings.of_actions(facts.connection, actions, number)
    for name, group in _SINCE.items():
        if count := sum(counts.get(action, 0) for action in group):
            yield Line(name, count, when=when, grave=name in ("denied", "logins-refused"))


def _ledger(facts: Facts) -> Iterator[Line]:
    if not (facts.may(Duty.REPORT) or facts.may(Duty.DECIDE)):
        return
    signed = checkpoints.newest(facts.connection)
    if signed is not None:
        yield Line("ledger-signed", signed.size, when=signed.made)
    proven = standings.newest_entry(facts.connection, (VERIFIED,))
    yield Line("ledger-proven", 1, when=proven.time) if proven else Line("ledger-never-proven", 0)


def _health(facts: Facts) -> Iterator[Line]:
    if facts.may(Duty.DECIDE):
        yield Line("packages", versions.count(facts.connection))


_PARTS: dict[str, Callable[[Facts], Iterator[Line]]] = {
    "jobs": _jobs,
    "approvals": _approvals,
    "deposits": _deposits,
    "requests": _requests,
    "keeping": _keeping,
    "appraisal": _appraisal,
    "people": _people,
    "since": _since,
    "ledger": _ledger,
    "holdings": _health,
}
