"""Deposits as tables: checked, waiting to be filed, and handed in."""

from __future__ import annotations

from collections.abc import Sequence

from preserve.description.drafted import SEEN, SEEN_WORDS, Proposal, label_code
from preserve.ingest import preflight_table
from preserve.messages import bytes_for_people, say
from preserve.services.deposits import HandedIn, OwnDeposits
from preserve.services.preparation import CheckedDeposits, Deadlines
from preserve.services.tables import NOTHING, Table, cells, table
from preserve.services.waiting import DepositsWaiting, DepositWaiting


def check(checked: CheckedDeposits) -> Table:
    """One row a case, as the workbook for the departments has it."""
    rows = (tuple(preflight_table.cells(case.row)) for case in checked.checks)
    return Table(tuple(preflight_table.heads()), tuple(rows))


def deadlines(waiting: Deadlines) -> Table:
    """Cases that wait to be filed."""
    return table(
        "number title closed due standing reason where",
        (
            cells(
                case.case_number,
                case.title,
                case.closed,
                case.due and f"{case.due}{'' if case.certain else say('cli.uncertain')}",
                say(f"cli.deadline-{case.standing}", days=case.days),
                case.reason,
                case.path,
            )
            for case in waiting.deadlines
        ),
    )


def waiting(found: DepositsWaiting) -> Table:
    """What waits to be taken in, as the page of deposits has it."""
    return table("number title state files size verdict due standing where", map(_waiting_row, found.deposits))


def _waiting_row(one: DepositWaiting) -> tuple[str, ...]:
    state = "held" if one.objid and one.state != "taken-in" else one.state
    return cells(
        one.case_number,
        one.title,
        say(f"deposit.state-{'waiting' if one.kind == 'inbox' and state == 'draft' else state}"),
        one.files,
        bytes_for_people(one.bytes),
        say(f"deposit.verdict-{one.verdict}") if one.verdict else "",
        one.due and f"{one.due}{'' if one.due_certain else say('cli.uncertain')}",
        say(f"cli.deadline-{one.standing}", days=one.days),
        one.name,
    )


def list_own(own: OwnDeposits) -> Table:
    """What somebody handed in, and what became of it."""
    return table("number state handed-in ended files size found", map(_row, own.deposits))


def _row(deposit: HandedIn) -> tuple[str, ...]:
    return cells(
        deposit.case_number or deposit.source,
        say(f"cli.deposit-{'sealed' if deposit.sealed else deposit.state}"),
        deposit.handed_in,
        deposit.ended,
        deposit.files or None,
        bytes_for_people(deposit.bytes) if deposit.bytes else None,
        " ".join(code.partition(".")[2] for code in deposit.reasons),
    )


def drafted(proposals: Sequence[Proposal]) -> Table:
    """What a machine read for a description, with where it stands."""
    rows = (
        cells(
            *(say(label_code(one)), _read(one), one.file, one.page),
            say("reading.sure") if one.sure else f"{one.score:.0%}" if one.score else NOTHING,
        )
        for one in proposals
    )
    return table("field read file page sureness", rows, title=say("reading.not-checked"))


def _read(one: Proposal) -> str:
    """The value, or in words whether a seal or a signature was seen."""
    return say(f"reading.seen-{one.value}") if one.sheet == SEEN and one.value in SEEN_WORDS else one.value
