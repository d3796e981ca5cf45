"""`preserve list` and `show`: what the catalogue knows of all cases, and of one."""

from __future__ import annotations

import json
from pathlib import Path

import click

from preserve.cli.history import tell_history
from preserve.cli.main import Command
from preserve.cli.output import Output, headings
from preserve.cli.outputs import NewFile
from preserve.cli.words import medium_kind
from preserve.errors import UsageError
from preserve.messages import bytes_for_people, listed, say
from preserve.services import cases
from preserve.services.cases import CaseView
from preserve.services.pages import Page

_SIZE = click.IntRange(1, 10_000)


@click.command(name="list", cls=Command)
@click.option("--after", "after", default="", metavar="TEXT")
@click.option("--size", "page_size", type=_SIZE, default=50, show_default=True)
def list_cases(output: Output, after: str, page_size: int) -> None:
    """Cases in the catalogue, a page at a time, then ingests that are not done."""
    page = output.call(cases.list_cases, Page(after, page_size))
    output.table(
        headings("number title type closed version files size objid"),
        [
            (
                row.case_number,
                row.title,
                row.case_type_name,
                row.closed or "",
                str(row.version),
                str(row.files),
                bytes_for_people(row.size),
                row.objid,
            )
            for row in page.cases
        ],
    )
    if not page.cases:
        output.sentence("cli.none-found")
    if page.more:
        output.sentence("cli.list-more", count=page.more, after=page.next)
    if page.unfinished:
        output.table(
            headings("number state step time where"),
            [
                (row.case_number, say(f"cli.state-{row.state}"), row.step, row.started, row.source)
                for row in page.unfinished
            ],
            title=say("cli.unfinished"),
        )
    output.document(page)


@click.command(cls=Command)
@click.argument("case", metavar="AIP")
@click.option("--history", is_flag=True)
@click.option("--object", "life_object", default="", metavar="PATH")
@click.option("--pdf", "life_pdf", type=NewFile(), default=None, metavar="FILE")
@click.option("--html", "life_html", type=NewFile(), default=None, metavar="FILE")
@click.option("--after", "after", default="", metavar="TEXT")
@click.option("--size", "page_size", type=_SIZE, default=1000, show_default=True)
def show(
    output: Output,
    /,
    case: str,
    history: bool,
    life_object: str,
    life_pdf: Path | None,
    life_html: Path | None,
    after: str,
    page_size: int,
) -> int:
    """The whole life of one case; --history with every event, for courts and inspectors."""
    if history:
        return tell_history(output, case, life_object, life_pdf, life_html)
    if life_object or life_pdf or life_html:
        raise UsageError("cli.history-only")
    view = output.call(cases.show, case, Page(after, page_size))
    output.document(view)
    if not output.as_json:
        _tell(output, view)
    return 0


def _tell(output: Output, view: CaseView) -> None:
    output.table(["", ""], _facts(view))
    output.table(
        headings("version name created files size"),
        [(str(v.version), v.name, v.created, str(v.files), bytes_for_people(v.size)) for v in view.versions],
        title="\n" + say("cli.title-versions"),
    )
    output.table(
        headings("representation puid format files size"),
        [
            (
                say(f"words.representation-{row.representation}"),
                row.puid or "—",
                row.format_name,
                str(row.files),
                bytes_for_people(row.size),
            )
            for row in view.formats
            if row.version == view.newest_version
        ],
        title="\n" + say("cli.title-formats"),
    )
    output.table(
        headings("version medium state written verified"),
        [
            (str(row.version), row.medium, say(f"words.copy-{row.state}"), row.written or "—", row.verified or "—")
            for row in view.copies
        ],
        title="\n" + say("cli.title-copies"),
    )
    output.table(
        headings("time event outcome detail"),
        [(row.happened, row.kind, row.outcome, _short(row.detail)) for row in view.events],
        title="\n" + say("cli.title-events"),
    )
    output.table(
        headings("time actor action detail"),
        [(row.time, row.actor, row.action, _short(json.dumps(row.details, ensure_ascii=False))) for row in view.ledger],
        title="\n" + say("cli.title-ledger"),
    )
    if view.ledger_more:
        output.sentence("cli.list-more", count=view.ledger_more, after=view.ledger_next)
    if view.sealed and not view.destroyed:
        output.sentence("cli.sealed", style="green")
    elif not view.destroyed:
        kinds = listed(f"{medium_kind(copies.kind)} × {copies.count}" for copies in view.missing)
        output.sentence("cli.not-sealed", style="yellow", missing=kinds)


def _facts(view: CaseView) -> list[tuple[str, str]]:
    case = view.case
    holds = listed(f"{say(f'retention.hold-{block.kind}')} {block.number}" for block in view.blocks)
    names = headings("number archival-number title type closed")
    values = (case.case_number, case.archival_number, case.title, view.case_type_name, case.closed)
    rows = [(name, value or "—") for name, value in zip(names, values, strict=True)]
    rows += [
        (say("compliance.restriction"), view.classification_name),
        (say("words.heading-objid"), case.objid),
        (say("words.heading-due"), (view.retention[0].due if view.retention else None) or "—"),
        (say("words.heading-holds"), holds or "—"),
    ]
    rows += [
        (say("words.heading-gone"), f"{say(f'retention.gone-{gone.state}')} {gone.disposal} {gone.since[:10]}")
        for gone in view.gone
    ]
    return rows + [
        (say("transfer.head-number"), f"{transfer.number} {say(f'transfer.state-{transfer.state}')}")
        for transfer in view.transfers
    ]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else line[:99] + "…"
