"""`preserve request list`, `show`, `statistics`: what waits, everything about one, use by year."""

from __future__ import annotations

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.messages import bytes_for_people, say
from preserve.services import request_views as requests
from preserve.services.request_views import Examination, Request, RequestView

_USE = ("year", "requests", "persons", "approved", "refused", "withdrawn", "late", "cases", "files", "size", "open")


@click.command(name="list", cls=Command)
@click.option("--overdue", is_flag=True)
@click.option("--all", "any_state", is_flag=True)
def list_requests(output: Output, overdue: bool, any_state: bool) -> None:
    """Requests that somebody waits for, urgent ones first; --overdue: those past their day."""
    found = output.call(requests.list_requests, overdue=overdue, any_state=any_state)
    output.table(
        [say(f"words.heading-{name}") for name in ("request", "state", "capacity", "due", "cases", "urgent")],
        [
            (
                row.number,
                say(f"request.state-{row.state}"),
                row.capacity_name,
                row.due + (" " + say("cli.overdue") if row.overdue else ""),
                str(len(row.cases)),
                say("words.yes") if row.urgent else "",
            )
            for row in found.requests
        ],
    )
    if not found.requests:
        output.sentence("cli.none-found")
    output.document(found)


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
def show(output: Output, number: str) -> None:
    """Everything about one request."""
    view = output.call(requests.show, number)
    output.document(view)
    output.table(["", ""], _rows(view))
    if view.request.examination is not None:
        _show_selection(output, view.request.examination)
    if view.redactions:
        heads = (say(f"redaction.head-{name}") for name in ("what", "where", "reason", "article"))
        output.table(
            [say("words.heading-file"), *heads],
            [
                (line["object"], say(f"redaction.what-{line['what']}"), place, line["reason"], line["article"])
                for line, place in zip(view.redactions, view.places, strict=True)
            ],
            title="\n" + say("redaction.planned"),
        )


def _rows(view: RequestView) -> list[tuple[str, str]]:
    request, who = view.request, view.request.consumer
    rows = [
        (say("words.heading-request"), request.number),
        (say("words.heading-state"), say(f"request.state-{request.state}")),
        (say("dip.consumer"), f"{who.name} {who.organisation}".strip()),
        (say("dip.capacity"), view.capacity_name),
        (say("dip.purpose"), request.purpose),
        (say("words.heading-received"), request.received.isoformat()),
        (say("words.heading-due"), request.due.isoformat()),
        (say("request.opened-by"), request.opened_by),
        (say("dip.papers"), say("words.list-comma").join(paper.kind for paper in request.papers) or "—"),
    ]
    if request.urgent:
        rows.append((say("words.heading-urgent"), request.urgent))
    for wanted in request.wanted:
        what = " ".join(filter(None, (wanted.case_number, wanted.stage, wanted.object)))
        rows.append((say("request.wanted"), what))
    return rows + _examined(request) + _decided(request)


def _examined(request: Request) -> list[tuple[str, str]]:
    if (examination := request.examination) is None:
        return []
    opinion = f"{say(f'request.opinion-{examination.opinion}')} {examination.note}".strip()
    rows = [(say("request.examined-by"), f"{examination.by} {examination.when}"), (say("request.opinion"), opinion)]
    for concern in examination.concerns:
        sentence = say(concern.code, **{"object": concern.object, **concern.values})
        solved = say(f"request.solved-{concern.solved}") if concern.solved else say("request.solved-not")
        rows.append((say("request.concern"), f"{sentence} {solved}"))
    return rows


def _decided(request: Request) -> list[tuple[str, str]]:
    rows = []
    if (decision := request.decision) is not None:
        by = decision.by + (say("request.on-behalf", head=decision.on_behalf_of) if decision.on_behalf_of else "")
        outcome = say(f"request.state-{decision.outcome}") + f" {decision.reason}".rstrip()
        rows += [(say("request.decided-by"), f"{by} {decision.when}"), (say("request.decision"), outcome)]
    if (delivery := request.delivery) is not None:
        rows.append((say("request.delivery"), f"{delivery.dip} → {delivery.to} {delivery.when}"))
    if (receipt := request.acknowledgement) is not None:
        rows.append((say("request.acknowledgement"), f"{receipt.receiver} {receipt.when}"))
    if (withdrawal := request.withdrawal) is not None:
        rows.append((say("request.state-withdrawn"), f"{withdrawal.reason} {withdrawal.when}"))
    return rows


def _show_selection(output: Output, examination: Examination) -> None:
    if not examination.selection:
        return
    output.table(
        [say(f"words.heading-{name}") for name in ("file", "representation", "size", "redacted", "given-as")],
        [
            (
                file.path,
                say(f"words.representation-{file.representation}"),
                bytes_for_people(file.size),
                say("words.yes") if file.redacted else "",
                file.given_as,
            )
            for file in examination.selection
        ],
        title="\n" + say("request.selection"),
    )


@click.command(cls=Command)
@click.option("--year", type=int, default=None, metavar="YYYY")
def statistics(output: Output, year: int | None) -> None:
    """Use by year, as archives report it (档案利用统计)."""
    found = output.call(requests.statistics, year)
    output.table(
        [say(f"cli.use-{name}") for name in _USE],
        [
            tuple(bytes_for_people(use.size) if name == "size" else str(getattr(use, name)) for name in _USE)
            for use in found.years
        ],
    )
    for use in found.years:
        output.table(
            [say("dip.capacity"), say("cli.use-requests")],
            [(found.capacity_names.get(name, name), str(count)) for name, count in use.capacities.items()],
            title=f"\n{use.year}",
        )
    output.document(found)
