"""`preserve request list`, `show`, `statistics`: what waits, everything about one, use by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from preserve.cli.acting import acting, record_look
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.messages import bytes_for_people, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from preserve.access.redaction.plan import Redaction
    from preserve.access.requests.model import Request
    from preserve.data_management.proceedings import ProceedingRow
    from preserve.home import Home


@click.command(name="list", cls=Command)
@click.option("--overdue", is_flag=True)
@click.option("--all", "any_state", is_flag=True)
@click.pass_obj
def list_requests(output: Output, overdue: bool, any_state: bool) -> None:
    """Requests that somebody waits for, urgent ones first; --overdue: those past their day."""
    from preserve.access.requests.procedure import OPEN
    from preserve.administration.duties import Duty
    from preserve.clock import now, zone
    from preserve.data_management import proceedings
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    acting(catalogue, Duty.SEE_REQUESTS)
    today = now().astimezone(zone(home.settings.time_zone)).date().isoformat()
    with catalogue.read() as connection:
        rows = proceedings.rows(connection, "request", () if any_state else OPEN)
    if overdue:
        rows = [row for row in rows if row.state in OPEN and row.due < today]
    rows.sort(key=lambda row: (not row.urgent, row.due, row.number))
    label = _labels(home)
    output.table(
        [say(f"cli.heading-{name}") for name in ("request", "state", "capacity", "due", "cases", "urgent")],
        [
            (
                row.number,
                say(f"request.state-{row.state}"),
                label(row.about),
                row.due + (" " + say("cli.overdue") if row.due < today and row.state in OPEN else ""),
                str(len(row.cases)),
                say("cli.yes") if row.urgent else "",
            )
            for row in rows
        ],
    )
    if not rows and not output.as_json:
        output.sentence("cli.none-found")
    output.result({"ok": True, "requests": [_listed(row, row.due < today and row.state in OPEN) for row in rows]})


def _listed(row: ProceedingRow, overdue: bool) -> dict[str, object]:
    return {
        "number": row.number,
        "state": row.state,
        "opened": row.opened,
        "due": row.due,
        "urgent": row.urgent,
        "capacity": row.about,
        "cases": row.cases,
        "steps": row.steps,
        "sha256": row.sha256,
        "overdue": overdue,
    }


def _labels(home: Home) -> Callable[[str], str]:
    """The name of a capacity in the language in use; one that the profile no longer has, as it was written."""
    from preserve.access.requests.profile import read_requests_profile

    known = {one.name: one.label.spoken for one in read_requests_profile(home.profiles).capacity}
    return lambda name: known.get(name, name)


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
@click.pass_obj
def show(output: Output, number: str) -> None:
    """Everything about one request."""
    from preserve.access.requests.procedure import REQUESTS
    from preserve.administration.duties import Duty
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.SEE_REQUESTS, subject=number)
    with catalogue.read() as connection:
        found = REQUESTS.read(connection, home, number)
        plan = _plan_of(home, found)
    record_look(catalogue, person, "request-record.viewed", number, cases=list(found.cases))
    from preserve.access.redaction.log import as_data, where

    redactions = [{"object": one.object, **as_data(one)} for one in plan]
    output.result({"ok": True, "request": found.model_dump(mode="json"), "redactions": redactions})
    if output.as_json:
        return
    _tell(output, found, _labels(home))
    if plan:
        output.table(
            [
                say("cli.heading-file"),
                *(say(f"redaction.head-{name}") for name in ("what", "where", "reason", "article")),
            ],
            [(one.object, say(f"redaction.what-{one.what}"), where(one), one.reason, one.article) for one in plan],
            title="\n" + say("redaction.planned"),
        )


def _plan_of(home: Home, found: Request) -> tuple[Redaction, ...]:
    """What the plan of a request takes out: whoever approves must see it. Raises NotIntact where it was changed."""
    from preserve.access.redaction.plan import read_plan
    from preserve.access.requests.procedure import REQUESTS
    from preserve.administration.proceedings.records import check_paper

    if found.examination is None or found.examination.redaction is None:
        return ()
    folder = REQUESTS.folder_of(home, found.number)
    return read_plan(check_paper(folder, found.examination.redaction))


def _tell(output: Output, found: Request, label: Callable[[str], str]) -> None:
    who = found.consumer
    rows = [
        (say("cli.heading-request"), found.number),
        (say("cli.heading-state"), say(f"request.state-{found.state}")),
        (say("dip.consumer"), f"{who.name} {who.organisation}".strip()),
        (say("dip.capacity"), label(who.capacity)),
        (say("dip.purpose"), found.purpose),
        (say("cli.heading-received"), found.received.isoformat()),
        (say("cli.heading-due"), found.due.isoformat()),
        (say("request.opened-by"), found.opened_by),
        (say("dip.papers"), say("cli.list-comma").join(one.kind for one in found.papers) or "—"),
    ]
    if found.urgent:
        rows.append((say("cli.heading-urgent"), found.urgent))
    for one in found.wanted:
        rows.append((say("request.wanted"), " ".join(filter(None, (one.case_number, one.stage, one.object)))))
    if (seen := found.examination) is not None:
        rows.append((say("request.examined-by"), f"{seen.by} {seen.when}"))
        rows.append((say("request.opinion"), f"{say(f'request.opinion-{seen.opinion}')} {seen.note}".strip()))
        for concern in seen.concerns:
            sentence = say(concern.code, **{"object": concern.object, **concern.values})
            solved = say(f"request.solved-{concern.solved}") if concern.solved else say("request.solved-not")
            rows.append((say("request.concern"), f"{sentence} {solved}"))
    if (made := found.decision) is not None:
        by = made.by + (say("request.on-behalf", head=made.on_behalf_of) if made.on_behalf_of else "")
        rows.append((say("request.decided-by"), f"{by} {made.when}"))
        rows.append((say("request.decision"), say(f"request.state-{made.outcome}") + f" {made.reason}".rstrip()))
    if found.delivery is not None:
        rows.append((say("request.delivery"), f"{found.delivery.dip} → {found.delivery.to} {found.delivery.when}"))
    if found.acknowledgement is not None:
        rows.append((say("request.acknowledgement"), f"{found.acknowledgement.receiver} {found.acknowledgement.when}"))
    if found.withdrawal is not None:
        rows.append((say("request.state-withdrawn"), f"{found.withdrawal.reason} {found.withdrawal.when}"))
    output.table(["", ""], rows)
    if seen is not None and seen.selection:
        output.table(
            [say(f"cli.heading-{name}") for name in ("file", "representation", "size", "redacted", "given-as")],
            [
                (
                    one.path,
                    say(f"cli.representation-{one.representation}"),
                    bytes_for_people(one.size),
                    say("cli.yes") if one.redacted else "",
                    one.given_as,
                )
                for one in seen.selection
            ],
            title="\n" + say("request.selection"),
        )


@click.command(cls=Command)
@click.option("--year", type=int, default=None, metavar="YYYY")
@click.pass_obj
def statistics(output: Output, year: int | None) -> None:
    """Use by year, as archives report it (档案利用统计)."""
    from preserve.access.requests.statistics import count_use
    from preserve.administration.duties import Duty
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    acting(catalogue, Duty.SEE_REQUESTS, Duty.REPORT)
    with catalogue.read() as connection:
        years = count_use(connection, home, year)
    label = _labels(home)
    output.table(
        [
            say(f"cli.use-{name}")
            for name in (
                "year",
                "requests",
                "persons",
                "approved",
                "refused",
                "withdrawn",
                "late",
                "cases",
                "files",
                "size",
                "open",
            )
        ],
        [
            (
                str(one.year),
                str(one.requests),
                str(one.persons),
                str(one.approved),
                str(one.refused),
                str(one.withdrawn),
                str(one.late),
                str(one.cases),
                str(one.files),
                bytes_for_people(one.size),
                str(one.open),
            )
            for one in years
        ],
    )
    for one in years:
        output.table(
            [say("dip.capacity"), say("cli.use-requests")],
            [(label(name), str(count)) for name, count in one.capacities.items()],
            title=f"\n{one.year}",
        )
    from dataclasses import asdict

    output.result({"ok": True, "years": [asdict(one) for one in years]})
