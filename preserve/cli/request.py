"""`preserve request`: from the day a request comes in to the decision; views and delivery have rooms of their own."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import click

from preserve.cli.acting import acting, record_look
from preserve.cli.main import Command, Group
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder, NewFile
from preserve.cli.request_delivery import deliver, return_
from preserve.cli.request_views import list_requests, show, statistics
from preserve.messages import say

_DAY = click.DateTime(["%Y-%m-%d"])
_FORMS = ("original", "preservation", "access", "package")
_STAGES = ("initiation", "investigation", "examination", "decision", "service", "execution", "filing")


@click.group(cls=Group)
def request() -> None:
    """Look after requests for evidence."""


@click.command(name="open", cls=Command)
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
@click.option("--form", "wanted_form", type=click.Choice(_FORMS), default="original")
@click.option("--purpose", required=True, metavar="TEXT")
@click.option("--urgent", default="", metavar="TEXT")
@click.option("--received", type=_DAY, default=None)
@click.option("--due", type=_DAY, default=None)
@click.pass_obj
def open_(
    output: Output,
    capacity: str,
    name: str,
    organisation: str,
    represents: str,
    contact: str,
    papers: tuple[str, ...],
    cases: tuple[str, ...],
    stages: tuple[str, ...],
    objects: tuple[str, ...],
    excerpt: str,
    wanted_form: str,
    purpose: str,
    urgent: str,
    received: datetime | None,
    due: datetime | None,
) -> None:
    """Enter a request."""
    from preserve.access.requests.model import Consumer
    from preserve.access.requests.steps import Asked, open_request
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
        home,
        catalogue,
        person,
        papers=given,
        asked=asked,
        purpose=purpose,
        urgent=urgent,
        moment=now(),
        consumer=Consumer(
            name=name.strip(),
            capacity=capacity,
            organisation=organisation.strip(),
            represents=represents.strip(),
            contact=contact.strip(),
        ),
        received=received.date() if received else None,
        due=due.date() if due else None,
    )
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


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--grant", "opinion", flag_value="grant", default="grant")
@click.option("--against", "opinion", flag_value="refuse")
@click.option("--note", default="", metavar="TEXT")
@click.option("--leave-out", "left_out", multiple=True, metavar="PATH")
@click.option("--redactions", "plan", type=InputPath(), default=None, metavar="FILE")
@click.option("--concerned-because", "answered", default="", metavar="TEXT")
@click.pass_obj
def examine(
    output: Output, number: str, opinion: str, note: str, left_out: tuple[str, ...], plan: Path | None, answered: str
) -> None:
    """Say what is to be given, what stands against it, and what is to be redacted."""
    from preserve.access.requests.steps import examine as examine_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.EXAMINE, subject=number)
    done = examine_it(
        home,
        catalogue,
        person,
        number,
        opinion=cast(Any, opinion),
        note=note,
        left_out=left_out,
        plan=plan.absolute() if plan else None,
        answered=answered,
        moment=now(),
    )
    assert done.examination is not None
    left = [one for one in done.examination.concerns if not one.solved]
    for one in left:
        output.sentence(one.code, style="yellow", **{"object": one.object, **one.values})
    output.sentence(
        "cli.request-examined", style="green", number=number, files=len(done.examination.selection), left=len(left)
    )
    output.result(
        {
            "ok": True,
            "number": number,
            "state": done.state,
            "files": len(done.examination.selection),
            "concerns": [one.model_dump() for one in done.examination.concerns],
        }
    )


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--output", "plan_file", type=NewFile(), required=True, metavar="FILE")
@click.option("--pages", "page_folder", type=IntoFolder(), default=None, metavar="DIR")
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


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--article", default="21", metavar="N")
@click.option("--reason", default="", metavar="TEXT")
@click.pass_obj
def approve(output: Output, number: str, article: str, reason: str) -> None:
    """The head, or whoever decides in the head's place, approves."""
    _decide(output, number, True, article, reason)


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--article", required=True, metavar="N")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def refuse(output: Output, number: str, article: str, reason: str) -> None:
    """The head, or whoever decides in the head's place, refuses, with article and reason."""
    _decide(output, number, False, article, reason)


def _decide(output: Output, number: str, approve: bool, article: str, reason: str) -> None:
    from preserve.access.requests.steps import decide
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DECIDE, subject=number)
    done = decide(home, catalogue, person, number, approve=approve, article=article, reason=reason, moment=now())
    output.sentence(f"cli.request-{done.state}", style="green", number=number)
    output.result({"ok": True, "number": number, "state": done.state})


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def withdraw(output: Output, number: str, reason: str) -> None:
    """Take a request back."""
    from preserve.access.requests.steps import withdraw as withdraw_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.OPEN_REQUEST, subject=number)
    done = withdraw_it(home, catalogue, person, number, reason=reason, moment=now())
    output.sentence("cli.request-withdrawn", style="green", number=number)
    output.result({"ok": True, "number": number, "state": done.state})


# In the order of a request's life, as the help shows them.
for one in (open_, list_requests, show, redactions, examine, approve, refuse, withdraw, deliver, return_, statistics):
    request.add_command(one)
