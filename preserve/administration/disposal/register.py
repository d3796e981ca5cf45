"""档案销毁清册 on paper: a cover with the four people, a line for each item, and what became of each copy.

The cover (fonds, number of items, group, approver, two supervisors with day) and the columns (number, title, year,
archival number, retention due and served, pages or pieces, remarks) are those that Chinese archives use for the
register that 机关档案管理规定 (order 13, 2018) and 档案法 Art. 31 ask for; reason, classification and appraisal day are
added. The signatures are the recorded decisions, whose digests stand in the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from preserve.administration.disposal.model import Disposal, Entry, Signature, Tombstone
from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.clock import parse, zone
from preserve.description.labels import label_of
from preserve.description.schema import Classification, Retention
from preserve.home import Home
from preserve.messages import bytes_for_people, say, speaking

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


def as_paper(home: Home, found: Disposal, moment: datetime, tombstones: Sequence[Tombstone] = ()) -> bytes:
    """The register as it stands, as PDF/A-2b. Raises ToolMissing."""
    local = zone(home.settings.time_zone)
    with speaking(home.settings.language):
        heads = tuple(say(f"disposal.head-{name}") for name in _COLUMNS)
        day = moment.astimezone(local).date()
        rows = tuple(_line(entry, found, day) for entry in found.entries)
        size = bytes_for_people(sum(entry.item.size for entry in found.entries))
        words = say("disposal.register-words", count=len(found.entries), size=size, review=found.review)
        parts = [
            Section(say("disposal.register-list"), words, heads, rows),
            Section(
                say("disposal.people"),
                say("disposal.people-words"),
                tuple(say(f"disposal.head-{name}") for name in ("role", "account", "when", "note")),
                tuple(_signed(found, local)),
            ),
        ]
        if found.confirmations:
            parts.append(
                Section(
                    say("disposal.confirmations"),
                    "",
                    tuple(say(f"disposal.head-{name}") for name in ("medium", "account", "when", "how")),
                    tuple((one.label, one.by, _local(one.when, local), one.how) for one in found.confirmations),
                )
            )
        if tombstones:
            parts.append(_what_was_done(tombstones, local))
        under = say(
            "disposal.register-under",
            institution=home.settings.institution,
            number=found.number,
            moment=f"{moment.astimezone(local):%Y-%m-%d %H:%M}",
        )
        return as_pdf(say("disposal.register-title"), under, home.settings.institution, moment, parts, wide=True)


def _local(when: str, local: ZoneInfo) -> str:
    return f"{parse(when).astimezone(local):%Y-%m-%d %H:%M}"


def _line(entry: Entry, found: Disposal, today: date) -> tuple[str, ...]:
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
        str(parse(found.appraised).date()),
        say("disposal.remark-recording") if item.item else say("disposal.remark-case"),
    )


def _years(start: date, today: date) -> int:
    return today.year - start.year - ((today.month, today.day) < (start.month, start.day))


def _signed(found: Disposal, local: ZoneInfo) -> list[tuple[str, str, str, str]]:
    def line(role: str, one: Signature | None) -> tuple[str, str, str, str]:
        if one is None:
            return (say(f"disposal.role-{role}"), "—", "—", "")
        by = f"{one.by}（{one.on_behalf_of}）" if one.on_behalf_of else one.by
        return (say(f"disposal.role-{role}"), by, _local(one.when, local), one.note)

    supervisors: list[Signature | None] = [*found.supervisors, None, None][:2]
    return [
        line("proposer", found.proposed),
        *(line("supervisor", one) for one in supervisors),
        line("head", found.approval),
        line("executor", found.begun),
    ]


def _what_was_done(tombstones: Sequence[Tombstone], local: ZoneInfo) -> Section:
    rows = [
        (
            stone.case_number,
            one.name,
            one.label,
            _local(one.when, local),
            say(f"disposal.worth-{one.worth}"),
            one.detail or "—",
        )
        for stone in tombstones
        for one in stone.copies
    ]
    names = ("case", "package", "medium", "when", "worth", "note")
    return Section(
        say("disposal.done"),
        say("disposal.done-words"),
        tuple(say(f"disposal.head-{name}") for name in names),
        tuple(rows),
    )
