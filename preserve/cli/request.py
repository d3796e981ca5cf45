"""`preserve request`: from the day a request comes in to the receipt for what was delivered."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from preserve.cli.acting import acting, record_look
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.messages import bytes_for_people, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from preserve.access.redaction.plan import Redaction
    from preserve.access.requests.model import Request
    from preserve.home import Home

_DAY = click.DateTime(["%Y-%m-%d"])
_STAGES = ("initiation", "investigation", "examination", "decision", "service", "execution", "filing")
_FILE = click.Path(path_type=Path)


@click.group(cls=Group)
def request() -> None:
    """Look after requests for evidence."""


@request.command(name="open")
@click.option("--capacity", required=True, metavar="NAME")
@click.option("--name", required=True, metavar="TEXT")
@click.option("--organisation", default="", metavar="TEXT")
@click.option("--represents", default="", metavar="TEXT")
@click.option("--contact", default="", metavar="TEXT")
@click.option("--paper", "papers", multiple=True, metavar="KIND=FILE")
@click.option("--case", "cases", multiple=True, required=True, metavar="AIP")
@click.option("--stage", "stages", multiple=True, type=click.Choice(_STAGES))
@click.option("--object", "objects", multiple=True, metavar="PATH")
@click.option("--range", "excerpt", default="", metavar="0:00-0:00")
@click.option("--form", "wanted_form", type=click.Choice(["original", "preservation", "access"]), default="original")
@click.option("--purpose", required=True, metavar="TEXT")
@click.option("--urgent", default="", metavar="TEXT")
@click.option("--received", type=_DAY, default=None)
@click.option("--due", type=_DAY, default=None)
@click.pass_obj
def open_(
    output: Output, capacity: str, name: str, organisation: str, represents: str, contact: str,
    papers: tuple[str, ...], cases: tuple[str, ...], stages: tuple[str, ...], objects: tuple[str, ...], excerpt: str,
    wanted_form: str, purpose: str, urgent: str, received: datetime | None, due: datetime | None,
) -> None:  # fmt: skip
    """Enter a request."""
    from preserve.access.requests.deeds import Asked, open_request
    from preserve.access.requests.model import Consumer
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.errors import UsageError

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.OPEN_REQUEST)
    given = []
    for one in papers:
        kind, mark, file = one.partition("=")
        if not mark or not kind.strip() or not file:
            raise UsageError("request.paper-how", one)
        given.append((kind.strip(), Path(file).absolute()))
    if (stages or objects) and len(cases) > 1:
        raise UsageError("request.one-case")
    if excerpt and len(objects) != 1:
        raise UsageError("request.range-wrong", excerpt)
    begin, end = _span(excerpt) if excerpt else (None, None)
    how: Any = wanted_form
    asked = [Asked(cases[0], object=name, begin=begin, end=end, form=how) for name in objects]
    asked += [Asked(cases[0], stage=stage, form=how) for stage in stages]
    asked = asked or [Asked(case, form=how) for case in cases]
    made = open_request(
        home, catalogue, person, papers=given, asked=asked, purpose=purpose, urgent=urgent, moment=now(),
        consumer=Consumer(
            name=name.strip(), capacity=capacity, organisation=organisation.strip(), represents=represents.strip(),
            contact=contact.strip(),
        ),
        received=received.date() if received else None, due=due.date() if due else None,
    )  # fmt: skip
    output.sentence("cli.request-opened", style="green", number=made.number, due=made.due.isoformat())
    if not made.due_certain:
        output.sentence("cli.request-due-uncertain", style="yellow")
    output.result({"ok": True, "number": made.number, "due": made.due.isoformat(), "state": made.state})


def _span(text: str) -> tuple[float, float]:
    from preserve.errors import UsageError

    parts = text.split("-")
    try:
        begin, end = (_seconds(part) for part in parts)
    except ValueError as error:
        raise UsageError("request.range-wrong", text) from error
    return begin, end


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(?:(\d+):)?(\d+):(\d{2}(?:\.\d+)?)|(\d+(?:\.\d+)?)", text.strip())
    if not found:
        raise ValueError(text)
    if found[4]:
        return float(found[4])
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + float(found[3])


@request.command(name="list")
@click.option("--overdue", is_flag=True)
@click.option("--all", "any_state", is_flag=True)
@click.pass_obj
def list_requests(output: Output, overdue: bool, any_state: bool) -> None:
    """Requests that somebody waits for, urgent ones first; --overdue: those past their day."""
    from dataclasses import asdict

    from preserve.access.requests.states import OPEN
    from preserve.administration.duties import Duty
    from preserve.clock import now, zone
    from preserve.data_management import request_index
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    acting(catalogue, Duty.SEE_REQUESTS)
    today = now().astimezone(zone(home.settings.time_zone)).date().isoformat()
    with catalogue.read() as connection:
        rows = request_index.rows(connection, () if any_state else OPEN)
    if overdue:
        rows = [row for row in rows if row.state in OPEN and row.due < today]
    rows.sort(key=lambda row: (not row.urgent, row.due, row.number))
    label = _labels(home)
    output.table(
        [say(f"cli.heading-{name}") for name in ("request", "state", "capacity", "due", "cases", "urgent")],
        [
            (row.number, say(f"request.state-{row.state}"), label(row.capacity),
             row.due + (" " + say("cli.overdue") if row.due < today and row.state in OPEN else ""),
             str(len(row.cases)), say("cli.yes") if row.urgent else "")
            for row in rows
        ],
    )  # fmt: skip
    if not rows and not output.as_json:
        output.sentence("cli.none-found")
    output.result(
        {"ok": True, "requests": [{**asdict(row), "overdue": row.due < today and row.state in OPEN} for row in rows]}
    )


def _labels(home: Home) -> Callable[[str], str]:
    """The name of a capacity in the language in use; one that the profile no longer has, as it was written."""
    from preserve.access.requests.profile import read_requests_profile

    known = {one.name: one.label.spoken for one in read_requests_profile(home.profiles).capacity}
    return lambda name: known.get(name, name)


@request.command()
@click.argument("number", metavar="REQUEST")
@click.pass_obj
def show(output: Output, number: str) -> None:
    """Everything about one request."""
    from preserve.access.requests.filing import read_request
    from preserve.administration.duties import Duty
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.SEE_REQUESTS, subject=number)
    with catalogue.read() as connection:
        found = read_request(connection, home, number)
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
            [say("cli.heading-file"),
             *(say(f"redaction.head-{name}") for name in ("what", "where", "reason", "article"))],
            [(one.object, say(f"redaction.what-{one.what}"), where(one), one.reason, one.article) for one in plan],
            title="\n" + say("redaction.planned"),
        )  # fmt: skip


def _plan_of(home: Home, found: Request) -> tuple[Redaction, ...]:
    """What the plan of a request takes out: whoever approves must see it. Raises NotIntact where it was changed."""
    from preserve.access.redaction.plan import read_plan
    from preserve.access.requests.filing import check_paper

    if found.examination is None or found.examination.redaction is None:
        return ()
    return read_plan(check_paper(home, found.number, found.examination.redaction))


def _tell(output: Output, found: Request, label: Callable[[str], str]) -> None:
    who = found.consumer
    rows = [
        (say("cli.heading-request"), found.number), (say("cli.heading-state"), say(f"request.state-{found.state}")),
        (say("dip.consumer"), f"{who.name} {who.organisation}".strip()), (say("dip.capacity"), label(who.capacity)),
        (say("dip.purpose"), found.purpose), (say("cli.heading-received"), found.received.isoformat()),
        (say("cli.heading-due"), found.due.isoformat()), (say("request.opened-by"), found.opened_by),
        (say("dip.papers"), say("cli.list-comma").join(one.kind for one in found.papers) or "—"),
    ]  # fmt: skip
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
            [say(f"cli.heading-{name}") for name in ("file", "representation", "size", "redacted")],
            [
                (one.path, say(f"cli.representation-{one.representation}"), bytes_for_people(one.size),
                 say("cli.yes") if one.redacted else "")
                for one in seen.selection
            ],
            title="\n" + say("request.selection"),
        )  # fmt: skip


@request.command()
@click.argument("number", metavar="REQUEST")
@click.option("--grant", "opinion", flag_value="grant", default="grant")
@click.option("--against", "opinion", flag_value="refuse")
@click.option("--note", default="", metavar="TEXT")
@click.option("--leave-out", "left_out", multiple=True, metavar="PATH")
@click.option("--redactions", "plan", type=_FILE, default=None, metavar="FILE")
@click.option("--concerned-because", "answered", default="", metavar="TEXT")
@click.pass_obj
def examine(
    output: Output, number: str, opinion: str, note: str, left_out: tuple[str, ...], plan: Path | None, answered: str
) -> None:  # fmt: skip
    """Say what is to be given, what stands against it, and what is to be redacted."""
    from preserve.access.requests.deeds import examine as examine_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.EXAMINE, subject=number)
    done = examine_it(
        home, catalogue, person, number, opinion=cast(Any, opinion), note=note, left_out=left_out,
        plan=plan.absolute() if plan else None, answered=answered, moment=now(),
    )  # fmt: skip
    assert done.examination is not None
    left = [one for one in done.examination.concerns if not one.solved]
    for one in left:
        output.sentence(one.code, style="yellow", **{"object": one.object, **one.values})
    output.sentence("cli.request-examined", style="green", number=number, files=len(done.examination.selection),
                    left=len(left))  # fmt: skip
    output.result(
        {"ok": True, "number": number, "state": done.state, "files": len(done.examination.selection),
         "concerns": [one.model_dump() for one in done.examination.concerns]}
    )  # fmt: skip


@request.command()
@click.argument("number", metavar="REQUEST")
@click.option("--output", "plan_file", type=_FILE, required=True, metavar="FILE")
@click.option("--pages", "page_folder", type=_FILE, default=None, metavar="DIR")
@click.pass_obj
def redactions(output: Output, number: str, plan_file: Path, page_folder: Path | None) -> None:
    """Draft a redaction plan to fill in."""
    from preserve.access.redaction.measuring import write_pages
    from preserve.access.redaction.template import write_template
    from preserve.administration.duties import Duty
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.EXAMINE, subject=number)
    target = plan_file.absolute()
    # What is shown is recorded before it is shown.
    record_look(catalogue, person, "request-pages.viewed" if page_folder else "request-record.viewed", number)
    pages = []
    with catalogue.read() as connection:
        files = write_template(home, connection, number, target)
        if page_folder is not None:
            mark = say("redaction.measure-mark", account=person.account, number=number)
            pages = write_pages(home, connection, number, page_folder.absolute(), mark)
    output.sentence("cli.redactions-drafted", style="green", file=str(target), files=files)
    if page_folder is not None:
        output.sentence("cli.redaction-pages", count=len(pages), folder=str(page_folder.absolute()))
    output.result({"ok": True, "number": number, "file": str(target), "files": files, "pages": [str(p) for p in pages]})


@request.command()
@click.argument("number", metavar="REQUEST")
@click.option("--article", default="21", metavar="N")
@click.option("--reason", default="", metavar="TEXT")
@click.pass_obj
def approve(output: Output, number: str, article: str, reason: str) -> None:
    """The head, or whoever decides in the head's place, approves."""
    _decide(output, number, True, article, reason)


@request.command()
@click.argument("number", metavar="REQUEST")
@click.option("--article", required=True, metavar="N")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def refuse(output: Output, number: str, article: str, reason: str) -> None:
    """The head, or whoever decides in the head's place, refuses, with article and reason."""
    _decide(output, number, False, article, reason)


def _decide(output: Output, number: str, approve: bool, article: str, reason: str) -> None:
    from preserve.access.requests.deeds import decide
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DECIDE, subject=number)
    done = decide(home, catalogue, person, number, approve=approve, article=article, reason=reason, moment=now())
    output.sentence(f"cli.request-{done.state}", style="green", number=number)
    output.result({"ok": True, "number": number, "state": done.state})


@request.command()
@click.argument("number", metavar="REQUEST")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def withdraw(output: Output, number: str, reason: str) -> None:
    """Take a request back."""
    from preserve.access.requests.deeds import withdraw as withdraw_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.OPEN_REQUEST, subject=number)
    done = withdraw_it(home, catalogue, person, number, reason=reason, moment=now())
    output.sentence("cli.request-withdrawn", style="green", number=number)
    output.result({"ok": True, "number": number, "state": done.state})


@request.command()
@click.argument("number", metavar="REQUEST")
@click.option("--output", "target", type=_FILE, required=True, metavar="DIR")
@click.option("--as", "delivery_form", type=click.Choice(["folder", "zip", "encrypted-zip", "disc"]), default="folder")
@click.option("--device", type=_FILE, default=None, metavar="DEVICE")
@click.option("--to", "recipient", default="", metavar="TEXT")
@click.pass_obj
def deliver(output: Output, number: str, target: Path, delivery_form: str, device: Path | None, recipient: str) -> None:
    """Make the package of an approved request."""
    from preserve.access.dip.assembling import deliver as deliver_it
    from preserve.administration.duties import Duty
    from preserve.cli.user import ask
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.work import Watcher, how_to_show, stoppable

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DELIVER, subject=number)
    password = ask("cli.ask-password-zip") if delivery_form == "encrypted-zip" else ""
    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin(say("cli.delivering"))
        done = deliver_it(
            home, catalogue, person, number, target.absolute(), cast(Any, delivery_form), to=recipient, now=now,
            progress=watcher, password=password, device=device.absolute() if device else None,
        )  # fmt: skip
    output.findings(done.findings)
    output.sentence("cli.request-delivered", style="green", number=number, place=str(done.place),
                    size=bytes_for_people(done.delivery.size))  # fmt: skip
    output.result({"ok": True, "number": number, "state": done.request.state, "place": str(done.place),
                   "delivery": done.delivery.model_dump()})  # fmt: skip


@request.command(name="return")
@click.argument("number", metavar="REQUEST")
@click.option("--receiver", required=True, metavar="TEXT")
@click.option("--receipt", type=_FILE, default=None, metavar="FILE")
@click.option("--carrier-returned", is_flag=True)
@click.option("--outcome", default="", metavar="TEXT")
@click.pass_obj
def return_(
    output: Output, number: str, receiver: str, receipt: Path | None, carrier_returned: bool, outcome: str
) -> None:
    """Write down who received it, the receipt, and what came of it."""
    from preserve.access.requests.deeds import acknowledge
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DELIVER, subject=number)
    done = acknowledge(
        home, catalogue, person, number, receiver=receiver, receipt=receipt.absolute() if receipt else None,
        carrier_returned=carrier_returned, outcome=outcome, moment=now(),
    )  # fmt: skip
    output.sentence("cli.request-returned", style="green", number=number)
    output.result({"ok": True, "number": number, "state": done.state})


@request.command()
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
        [say(f"cli.use-{name}") for name in ("year", "requests", "persons", "approved", "refused", "withdrawn",
                                             "late", "cases", "files", "size", "open")],
        [
            (str(one.year), str(one.requests), str(one.persons), str(one.approved), str(one.refused),
             str(one.withdrawn), str(one.late), str(one.cases), str(one.files), bytes_for_people(one.size),
             str(one.open))
            for one in years
        ],
    )  # fmt: skip
    for one in years:
        output.table(
            [say("dip.capacity"), say("cli.use-requests")],
            [(label(name), str(count)) for name, count in one.capacities.items()], title=f"\n{one.year}",
        )  # fmt: skip
    from dataclasses import asdict

    output.result({"ok": True, "years": [asdict(one) for one in years]})
