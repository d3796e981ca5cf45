"""档案销毁清册 on paper: a cover with the people, a line for each item, what became of each copy, room to sign.

The cover (fonds, number of items, group, approver, two supervisors with day) and the columns (number, title, year,
archival number, retention due and served, pages or pieces, remarks) are those that Chinese archives use for the
register that 机关档案管理规定 (order 13, 2018) and 档案法 Art. 31 ask for; reason, classification and appraisal day are
added. The signatures are the recorded decisions, whose digests stand in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from preserve.administration.disposal.model import Disposal, Entry, Signature, Tombstone
from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.clock import parse, zone
from preserve.data_management import accounts
from preserve.description.fixed_values import Classification, Retention
from preserve.description.labels import label_of
from preserve.home import Home
from preserve.messages import bytes_for_people, say, speaking

_ROOM = "\n\n"
"""So high that a person can sign there."""

_COLUMNS = (
    "row",
    "archival",
    "case",
    "title",
    "responsible",
    "year",
    "closed",
    "files",
    "size",
    "should",
    "served",
    "classification",
    "reason",
    "appraised",
    "remark",
)


def as_paper(
    home: Home,
    disposal: Disposal,
    moment: datetime,
    tombstones: Sequence[Tombstone] = (),
    *,
    names: Callable[[str], str] = str,
) -> bytes:
    """The register as it stands, as PDF/A-2b; `names` says who is behind an account. Raises ToolMissing."""
    local = zone(home.settings.time_zone)
    with speaking(home.settings.language):
        heads = tuple(say(f"disposal.head-{name}") for name in _COLUMNS)
        day = moment.astimezone(local).date()
        rows = tuple(_line(entry, disposal, day) for entry in disposal.entries)
        size = bytes_for_people(sum(entry.item.size for entry in disposal.entries))
        words = say("disposal.register-words", count=len(disposal.entries), size=size, review=disposal.review)
        parts = [
            Section(say("disposal.register-list"), words, heads, rows),
            Section(
                say("disposal.people"),
                say("disposal.people-words"),
                tuple(say(f"disposal.head-{name}") for name in ("role", "person", "when", "note", "signature")),
                tuple(_signed(disposal, names, local)),
            ),
        ]
        if disposal.confirmations:
            parts.append(
                Section(
                    say("disposal.confirmations"),
                    "",
                    tuple(say(f"disposal.head-{name}") for name in ("medium", "person", "when", "how")),
                    tuple(
                        (confirmation.label, names(confirmation.by), _local(confirmation.when, local), confirmation.how)
                        for confirmation in disposal.confirmations
                    ),
                )
            )
        if tombstones:
            parts.append(_what_was_done(tombstones, local))
        parts.append(Section(say("disposal.seal"), say("disposal.seal-words", institution=home.settings.institution)))
        under = say(
            "disposal.register-under",
            institution=home.settings.institution,
            number=disposal.number,
            moment=f"{moment.astimezone(local):%Y-%m-%d %H:%M}",
        )
        return as_pdf(say("disposal.register-title"), under, home.settings.institution, moment, parts, wide=True)


def _local(when: str, local: ZoneInfo) -> str:
    return f"{parse(when).astimezone(local):%Y-%m-%d %H:%M}"


def _line(entry: Entry, disposal: Disposal, today: date) -> tuple[str, ...]:
    item = entry.item
    start = item.start or item.closed
    served = _years(date.fromisoformat(start), today) if start else None
    title = f"{item.title}：{item.path}" if item.item else item.title
    should = say("disposal.years", years=item.years) if item.years else label_of(Retention(item.declared))
    return (
        str(entry.row),
        item.archival_number or "—",
        item.case_number,
        title,
        item.responsible,
        item.closed[:4] or "—",
        item.closed or "—",
        str(item.files),
        bytes_for_people(item.size),
        should,
        say("disposal.years", years=served) if served is not None else "—",
        label_of(Classification(item.classification)),
        entry.reason or say("disposal.reason-usual"),
        str(parse(disposal.appraised).date()),
        say("disposal.remark-recording") if item.item else say("disposal.remark-case"),
    )


def _years(start: date, today: date) -> int:
    return today.year - start.year - ((today.month, today.day) < (start.month, start.day))


def names_in(connection: Connection) -> Callable[[str], str]:
    """What the people behind accounts are called: a paper is signed by people."""

    @cache
    def name(account: str) -> str:
        row = accounts.read_account(connection, account) if account.isascii() else None
        return row.person if row is not None else account

    return name


def _signed(disposal: Disposal, names: Callable[[str], str], local: ZoneInfo) -> list[tuple[str, str, str, str, str]]:
    """A line each, with room to sign by hand beside what was decided here."""

    def line(role: str, signature: Signature | None) -> tuple[str, str, str, str, str]:
        if signature is None:
            return (say(f"disposal.role-{role}"), "—", "—", "", _ROOM)
        by = names(signature.by)
        if signature.on_behalf_of:
            by += f"（{names(signature.on_behalf_of)}）"
        return (say(f"disposal.role-{role}"), by, _local(signature.when, local), signature.note, _ROOM)

    checkers: list[Signature | None] = [*disposal.supervisors, None, None][:2]
    witnesses: list[Signature | None] = [*disposal.witnesses, None, None][:2]
    return [
        line("proposer", disposal.proposed),
        *(line("checker", signature) for signature in checkers),
        line("head", disposal.approval),
        line("executor", disposal.begun),
        *(line("supervisor", signature) for signature in witnesses),
    ]


def _what_was_done(tombstones: Sequence[Tombstone], local: ZoneInfo) -> Section:
    rows = [
        (
            tombstone.case_number,
            copy.name,
            copy.label,
            _local(copy.when, local),
            say(f"disposal.worth-{copy.worth}"),
            copy.detail or "—",
        )
        for tombstone in tombstones
        for copy in tombstone.copies
    ]
    names = ("case", "package", "medium", "when", "worth", "note")
    return Section(
        say("disposal.done"),
        say("disposal.done-words"),
        tuple(say(f"disposal.head-{name}") for name in names),
        tuple(rows),
    )
