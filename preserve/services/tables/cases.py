"""One case as tables: all that is known of it, its history, and the files in it."""

from __future__ import annotations

from preserve.access.case_history.words import action_name, details_in_words, event_name, in_words, outcome_name
from preserve.description.fixed_values import LegacyFact
from preserve.description.labels import label_of
from preserve.messages import bytes_for_people, listed, say
from preserve.services.case_history import HistoryEvent, HistoryView
from preserve.services.case_views import CaseView
from preserve.services.tables import NOTHING, Table, cells, facts, table
from preserve.services.tables.retention import due_word
from preserve.services.tables.words import copy_state, shortened
from preserve.services.viewing import CaseContents, time_code

_LONGEST = 600  # characters of a cell of a history; its document has all of it


def is_alone(view: CaseView) -> bool:
    """Whether there is one copy of the newest version, and no other."""
    there = [copy for copy in view.copies if copy.version == view.newest_version]
    return sum(copy.state not in ("planned", "lost", "retired", "failed") for copy in there) == 1


def show(view: CaseView) -> tuple[Table, ...]:
    """One case: what it is, its versions, the formats of the newest, copies, events, and the ledger's entries."""
    versions = (
        (str(version.version), version.name, version.created, str(version.files), bytes_for_people(version.size))
        for version in view.versions
    )
    formats = (
        (
            say(f"words.representation-{row.representation}"),
            row.puid or NOTHING,
            row.format_name,
            str(row.files),
            bytes_for_people(row.size),
        )
        for row in view.formats
        if row.version == view.newest_version
    )
    copies = (
        cells(copy.version, copy.medium, copy_state(copy.state), copy.written, copy.verified) for copy in view.copies
    )
    events = (
        (event.happened, event_name(event.kind), outcome_name(event.outcome), shortened(in_words(event.detail)))
        for event in view.events
    )
    entries = (
        (entry.time, entry.actor, action_name(entry.action), shortened(details_in_words(entry.details)))
        for entry in view.ledger
    )
    return (
        _facts(view),
        table("version name created files size", versions, title=say("cli.title-versions")),
        table("representation puid format files size", formats, title=say("cli.title-formats")),
        table("version medium state written verified", copies, title=say("cli.title-copies")),
        table("time event outcome detail", events, title=say("cli.title-events")),
        table("time actor action detail", entries, title=say("cli.title-ledger")),
    )


def _facts(view: CaseView) -> Table:
    case = view.case
    rows = [
        (say("words.heading-number"), case.case_number),
        (say("words.heading-archival-number"), case.archival_number),
        (say("words.heading-title"), case.title),
        (say("words.heading-type"), view.case_type_name),
        (say("words.heading-closed"), case.closed),
        (say("compliance.restriction"), view.classification_name),
        (say("words.heading-objid"), case.objid),
        (say("words.heading-due"), due_word(view.retention[0]) if view.retention else None),
        (
            say("words.heading-holds"),
            listed(f"{say(f'retention.hold-{block.kind}')} {block.number}" for block in view.blocks),
        ),
    ]
    rows += _legacy(view)
    rows += [
        (say("words.heading-gone"), f"{say(f'retention.gone-{gone.state}')} {gone.disposal} {gone.since[:10]}")
        for gone in view.gone
    ]
    rows += [
        (say("transfer.head-number"), f"{transfer.number} {say(f'transfer.state-{transfer.state}')}")
        for transfer in view.transfers
    ]
    return facts((name, value or NOTHING) for name, value in rows)


def _legacy(view: CaseView) -> list[tuple[str, str]]:
    """Of an old case where it comes from, and what nobody knows of it."""
    mark = view.description.get("legacy")
    if not mark:
        return []
    unknown = listed(label_of(LegacyFact(fact)) for fact in mark["not_known"])
    rows = [
        (say("words.heading-legacy-source"), mark["source"]),
        (say("words.heading-legacy-carrier"), mark["carrier"]),
        (say("words.heading-not-known"), unknown),
    ]
    return [row for row in rows if row[1]]


def history(view: HistoryView, *, commands: bool = False) -> Table:
    """Every event, oldest first; with `commands` also the command lines by which an expert repeats it."""
    title = say("history.title-object" if view.object else "history.title-case")
    rows = (_happened(event, commands=commands) for event in view.events)
    return table("order time what who told outcome", rows, domain="history.head", title=title)


def _happened(event: HistoryEvent, *, commands: bool = False) -> tuple[str, ...]:
    account = event.told if commands else in_words(event.told)
    if len(account) > _LONGEST:
        account = account[: _LONGEST - 1] + "… " + say("history.shortened")
    who = event.who or say("history.by-audit" if event.source == "audit" else "history.by-unknown")
    return str(event.number), event.time, event.what, who, account, say(f"history.outcome-{event.outcome}")


def contents(shown: CaseContents) -> Table:
    """The files of a case; of recordings how long they are."""
    return table(
        "file type stage length size",
        (
            (
                file.name,
                file.kind,
                file.stage_name,
                time_code(file.length) if file.length else "",
                bytes_for_people(file.size),
            )
            for file in shown.files
        ),
    )
