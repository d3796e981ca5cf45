"""`preserve request`: from the day a request comes in to the receipt for what was delivered; and use by year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.options import STAGES, day_option, named
from preserve.cli.output import Output
from preserve.cli.outputs import Burner, InputPath, IntoFolder, NewFile
from preserve.cli.user import ask
from preserve.errors import UsageError
from preserve.messages import bytes_for_people
from preserve.services import request_views, requests
from preserve.services.requests import Consumer, OpenRequest, Span
from preserve.services.tables import requests as tables

_FORMS = ("original", "preservation", "access", "package")
_CONSUMER = ("name", "capacity", "organisation", "represents", "contact")


@click.group(cls=Group)
def request() -> None:
    """Look after requests for evidence, in the order of a request's life."""


@request.command(name="open")
@click.option("--capacity", required=True, metavar="NAME")
@click.option("--name", required=True, metavar="TEXT")
@click.option("--organisation", default="", metavar="TEXT")
@click.option("--represents", default="", metavar="TEXT")
@click.option("--contact", default="", metavar="TEXT")
@click.option("--paper", "papers", multiple=True, metavar="KIND=FILE")
@click.option("--case", "cases", multiple=True, required=True, metavar="AIP")
@click.option("--stage", "stages", multiple=True, type=STAGES)
@click.option("--object", "objects", multiple=True, metavar="PATH")
@click.option("--range", "excerpt", default="", metavar="0:00-0:00")
@click.option("--form", type=named(*_FORMS), default="original")
@click.option("--purpose", required=True, metavar="TEXT")
@click.option("--urgent", default="", metavar="TEXT")
@day_option("--received")
@day_option("--due")
def open_(output: Output, papers: tuple[str, ...], excerpt: str, **options: Any) -> None:
    """Enter a request."""
    consumer = Consumer(**{name: options.pop(name).strip() for name in _CONSUMER})
    span = Span.parse(excerpt) if excerpt else None
    wish = OpenRequest(consumer, papers=[paper_of(paper) for paper in papers], span=span, **options)
    opened = output.call(requests.open_request, wish)
    output.done("cli.request-opened", opened, number=opened.number, due=opened.due.isoformat())
    if not opened.due_certain:
        output.sentence("cli.request-due-uncertain", style="yellow")


def paper_of(text: str) -> tuple[str, Path]:
    """Kind and file of `KIND=FILE`. Raises UsageError."""
    kind, mark, file = text.partition("=")
    if not mark or not kind.strip() or not file:
        raise UsageError("request.paper-how", text)
    return kind.strip(), Path(file).absolute()


@request.command(name="list")
@click.option("--overdue", is_flag=True)
@click.option("--all", "any_state", is_flag=True)
def list_requests(output: Output, **options: Any) -> None:
    """Requests that somebody waits for, urgent ones first; --overdue: those past their day."""
    listing = output.call(request_views.list_requests, **options)
    output.listing(tables.requests(listing), listing, older=listing.more)


@request.command()
@click.argument("number", metavar="REQUEST")
def show(output: Output, number: str) -> None:
    """Everything about one request."""
    view = output.call(request_views.show, number)
    output.tables(*tables.request(view))
    output.document(view)


@request.command()
@click.argument("number", metavar="REQUEST")
@click.option("--output", "target", type=NewFile(), required=True, metavar="FILE")
@click.option("--pages", type=IntoFolder(), default=None, metavar="DIR")
@click.option("--draft", is_flag=True)
def redactions(output: Output, number: str, target: Path, pages: Path | None, draft: bool) -> None:
    """Draft a redaction plan to fill in."""
    drafted = output.call(requests.draft_redactions, number, target, pages=pages, draft=draft)
    output.done("cli.redactions-drafted", drafted, file=str(drafted.file), files=drafted.files)
    if draft:
        output.sentence("cli.redactions-proposed", style="yellow", count=drafted.rows)
    if pages is not None:
        output.sentence("cli.redaction-pages", count=len(drafted.pages), folder=str(pages))


@request.command()
@click.argument("number", metavar="REQUEST")
@click.option("--grant", "opinion", flag_value="grant", default="grant")
@click.option("--against", "opinion", flag_value="refuse")
@click.option("--note", default="", metavar="TEXT")
@click.option("--leave-out", "left_out", multiple=True, metavar="PATH")
@click.option("--redactions", "plan", type=InputPath(), default=None, metavar="FILE")
@click.option("--concerned-because", "answered", default="", metavar="TEXT")
def examine(output: Output, number: str, **options: Any) -> None:
    """Say what is to be given, what stands against it, and what is to be redacted."""
    examined = output.call(requests.examine, number, requests.Opinion(**options))
    unsolved = [concern for concern in examined.concerns if not concern.solved]
    kept_here = [concern for concern in examined.concerns if concern.code == "request.inner-volume" and concern.solved]
    for concern in [*kept_here, *unsolved]:
        output.sentence(concern.code, style="yellow", **{"object": concern.object, **concern.values})
    code = "cli.request-examined-against" if examined.opinion == "refuse" else "cli.request-examined"
    output.done(code, examined, number=number, files=examined.files, left=len(unsolved))


@request.command()
@click.argument("number", metavar="REQUEST")
@click.option("--article", default="21", metavar="N")
@click.option("--reason", default="", metavar="TEXT")
def approve(output: Output, number: str, **options: Any) -> None:
    """The head, or whoever decides in the head's place, approves."""
    output.done("cli.request-approved", output.call(requests.approve, number, **options), number=number)


@request.command()
@click.argument("number", metavar="REQUEST")
@click.option("--article", required=True, metavar="N")
@click.option("--reason", required=True, metavar="TEXT")
def refuse(output: Output, number: str, **options: Any) -> None:
    """The head, or whoever decides in the head's place, refuses, with article and reason."""
    output.done("cli.request-refused", output.call(requests.refuse, number, **options), number=number)


@request.command()
@click.argument("number", metavar="REQUEST")
@click.option("--reason", required=True, metavar="TEXT")
def withdraw(output: Output, number: str, reason: str) -> None:
    """Take a request back."""
    output.done("cli.request-withdrawn", output.call(requests.withdraw, number, reason=reason), number=number)


@request.command()
@click.argument("number", metavar="REQUEST")
@click.option("--output", "target", type=IntoFolder(), required=True, metavar="DIR")
@click.option("--as", "form", type=named("folder", "zip", "encrypted-zip", "disc"), default="folder")
@click.option("--device", type=Burner(), default=None, metavar="DEVICE")
@click.option("--to", default="", metavar="TEXT")
def deliver(output: Output, number: str, form: Any, **options: Any) -> None:
    """Make the package of an approved request."""
    password = ask("cli.ask-password-zip") if form == "encrypted-zip" else ""
    handover = requests.Handover(form=form, password=password, **options)
    delivered = output.work("cli.delivering", requests.deliver, number, handover)
    output.findings(delivered.findings)
    size = bytes_for_people(delivered.delivery.size)
    output.done("cli.request-delivered", delivered, number=number, place=str(delivered.place), size=size)


@request.command(name="return")
@click.argument("number", metavar="REQUEST")
@click.option("--receiver", required=True, metavar="TEXT")
@click.option("--receipt", type=InputPath(), default=None, metavar="FILE")
@click.option("--carrier-returned", is_flag=True)
@click.option("--outcome", default="", metavar="TEXT")
def return_(output: Output, number: str, **options: Any) -> None:
    """Write down who received it, the receipt, and what came of it."""
    output.done("cli.request-returned", output.call(requests.acknowledge, number, **options), number=number)


@request.command()
@click.option("--year", type=int, default=None, metavar="YYYY")
def statistics(output: Output, year: int | None) -> None:
    """Use by year, as archives report it (档案利用统计)."""
    use = output.call(request_views.statistics, year)
    output.tables(*tables.statistics(use))
    output.document(use)
