"""`preserve request`: from the day a request comes in to the receipt for what was delivered."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import click

from preserve.cli.main import Command, Group
from preserve.cli.output import Output
from preserve.cli.outputs import Burner, InputPath, IntoFolder, NewFile
from preserve.cli.request_views import list_requests, show, statistics
from preserve.cli.user import ask
from preserve.errors import UsageError
from preserve.messages import bytes_for_people
from preserve.services import requests
from preserve.services.requests import Consumer, OpenRequest, Span, Stepped

_DAY = click.DateTime(["%Y-%m-%d"])
_FORMS = ("original", "preservation", "access", "package")
_STAGES = ("initiation", "investigation", "examination", "decision", "service", "execution", "filing")
_CONSUMER = ("name", "capacity", "organisation", "represents", "contact")


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
def open_(output: Output, papers: tuple[str, ...], excerpt: str, wanted_form: Any, **given: Any) -> None:
    """Enter a request."""
    consumer = Consumer(**{name: given.pop(name).strip() for name in _CONSUMER})
    received, due = _day(given.pop("received")), _day(given.pop("due"))
    span = Span.parse(excerpt) if excerpt else None
    kept = [_paper(paper) for paper in papers]
    wish = OpenRequest(consumer, papers=kept, span=span, form=wanted_form, received=received, due=due, **given)
    made = output.call(requests.open_request, wish)
    output.sentence("cli.request-opened", style="green", number=made.number, due=made.due.isoformat())
    if not made.due_certain:
        output.sentence("cli.request-due-uncertain", style="yellow")
    output.document(made)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _paper(text: str) -> tuple[str, Path]:
    kind, mark, file = text.partition("=")
    if not mark or not kind.strip() or not file:
        raise UsageError("request.paper-how", text)
    return kind.strip(), Path(file).absolute()


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--grant", "opinion", flag_value="grant", default="grant")
@click.option("--against", "opinion", flag_value="refuse")
@click.option("--note", default="", metavar="TEXT")
@click.option("--leave-out", "left_out", multiple=True, metavar="PATH")
@click.option("--redactions", "plan", type=InputPath(), default=None, metavar="FILE")
@click.option("--concerned-because", "answered", default="", metavar="TEXT")
def examine(output: Output, number: str, plan: Path | None, **given: Any) -> None:
    """Say what is to be given, what stands against it, and what is to be redacted."""
    done = output.call(requests.examine, number, plan=plan, **given)
    left = [concern for concern in done.concerns if not concern.solved]
    for concern in left:
        output.sentence(concern.code, style="yellow", **{"object": concern.object, **concern.values})
    output.sentence("cli.request-examined", style="green", number=number, files=done.files, left=len(left))
    output.document(done)


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--output", "plan_file", type=NewFile(), required=True, metavar="FILE")
@click.option("--pages", "page_folder", type=IntoFolder(), default=None, metavar="DIR")
def redactions(output: Output, number: str, plan_file: Path, page_folder: Path | None) -> None:
    """Draft a redaction plan to fill in."""
    pages = page_folder
    made = output.call(requests.draft_redactions, number, plan_file, pages=pages)
    output.sentence("cli.redactions-drafted", style="green", file=str(made.file), files=made.files)
    if pages is not None:
        output.sentence("cli.redaction-pages", count=len(made.pages), folder=str(pages))
    output.document(made)


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--article", default="21", metavar="N")
@click.option("--reason", default="", metavar="TEXT")
def approve(output: Output, number: str, article: str, reason: str) -> None:
    """The head, or whoever decides in the head's place, approves."""
    _say(output, output.call(requests.approve, number, article=article, reason=reason), "approved")


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--article", required=True, metavar="N")
@click.option("--reason", required=True, metavar="TEXT")
def refuse(output: Output, number: str, article: str, reason: str) -> None:
    """The head, or whoever decides in the head's place, refuses, with article and reason."""
    _say(output, output.call(requests.refuse, number, article=article, reason=reason), "refused")


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--reason", required=True, metavar="TEXT")
def withdraw(output: Output, number: str, reason: str) -> None:
    """Take a request back."""
    _say(output, output.call(requests.withdraw, number, reason=reason), "withdrawn")


_STEPS = {
    "approved": "cli.request-approved",
    "refused": "cli.request-refused",
    "withdrawn": "cli.request-withdrawn",
    "returned": "cli.request-returned",
}


def _say(output: Output, done: Stepped, step: Literal["approved", "refused", "withdrawn", "returned"]) -> None:
    output.sentence(_STEPS[step], style="green", number=done.number)
    output.document(done)


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--output", "target", type=IntoFolder(), required=True, metavar="DIR")
@click.option("--as", "delivery_form", type=click.Choice(["folder", "zip", "encrypted-zip", "disc"]), default="folder")
@click.option("--device", type=Burner(), default=None, metavar="DEVICE")
@click.option("--to", "recipient", default="", metavar="TEXT")
def deliver(output: Output, number: str, target: Path, delivery_form: Any, device: Path | None, recipient: str) -> None:
    """Make the package of an approved request."""
    password = ask("cli.ask-password-zip") if delivery_form == "encrypted-zip" else ""
    done = output.work(
        "cli.delivering",
        requests.deliver,
        number,
        target,
        delivery_form,
        to=recipient,
        password=password,
        device=device,
    )
    output.findings(done.findings)
    size = bytes_for_people(done.delivery.size)
    output.sentence("cli.request-delivered", style="green", number=number, place=str(done.place), size=size)
    output.document(done)


@click.command(name="return", cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--receiver", required=True, metavar="TEXT")
@click.option("--receipt", type=InputPath(), default=None, metavar="FILE")
@click.option("--carrier-returned", is_flag=True)
@click.option("--outcome", default="", metavar="TEXT")
def return_(output: Output, number: str, receipt: Path | None, **given: Any) -> None:
    """Write down who received it, the receipt, and what came of it."""
    done = output.call(requests.acknowledge, number, receipt=receipt, **given)
    _say(output, done, "returned")


# In the order of a request's life, as the help shows them.
for command in (
    open_,
    list_requests,
    show,
    redactions,
    examine,
    approve,
    refuse,
    withdraw,
    deliver,
    return_,
    statistics,
):
    request.add_command(command)
