"""`preserve import`: old cases in bulk, by a list and from carriers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder, NewFile
from preserve.services import import_answers as answering
from preserve.services import import_papers as papers
from preserve.services import import_views as views
from preserve.services import imports as services
from preserve.services.import_views import Campaign, View
from preserve.services.pages import Page
from preserve.services.tables import imports as tables

_CAMPAIGN = click.argument("campaign", metavar="IMPORT")


@click.group(name="import", cls=Group)
def imports() -> None:
    """Take old cases in by a list."""


@imports.command()
@click.argument("list_", type=InputPath(exists=True, dir_okay=False), metavar="LIST.xlsx")
@click.argument("places", nargs=-1, required=True, type=InputPath(exists=True), metavar="FOLDER...")
@click.option("--list-profile", "profile", default="", metavar="NAME")
def plan(output: Output, list_: Path, places: tuple[Path, ...], profile: str) -> None:
    """Match a list with what lies on carriers, and keep that as a plan."""
    made = output.work("", services.plan, list_, list(places), profile=profile)
    output.findings(made.findings)
    output.tables(*tables.one(made))
    output.done("cli.import-planned", made, campaign=made.campaign, cases=made.cases)


@imports.command(name="list")
def list_imports(output: Output) -> None:
    """Every plan."""
    listing = output.call(views.list_campaigns)
    output.tables(tables.campaigns(listing))
    if not listing.campaigns:
        output.sentence("cli.none-found")
    output.document(listing)


@imports.command()
@_CAMPAIGN
@click.option("--view", type=click.Choice(get_args(View)), default="cases")
@click.option("--after", default="", metavar="KEY")
@click.option("--size", type=click.IntRange(1, 10_000), default=50, metavar="N")
@click.option("--xlsx", type=NewFile(), default=None, metavar="FILE")
def show(output: Output, campaign: str, view: View, after: str, size: int, xlsx: Path | None) -> None:
    """A plan with one of its lists; with --xlsx all of them as a workbook for answers."""
    shown = output.call(views.show, campaign, view=view, page=Page(after, size))
    output.tables(*tables.one(shown.campaign), tables.lines(shown))
    if shown.next:
        output.sentence("cli.import-more", after=shown.next, total=shown.total)
    if xlsx is not None:
        written = output.call(papers.workbook, campaign, xlsx)
        output.sentence("cli.written", style="green", path=str(written.path))
    output.document(shown)


@imports.command()
@_CAMPAIGN
@click.argument("answers", type=InputPath(exists=True, dir_okay=False), metavar="FILE.xlsx")
def decide(output: Output, campaign: str, answers: Path) -> None:
    """Read the answers from a workbook that came back."""
    decided = output.call(answering.decide, campaign, answers.read_bytes())
    output.done("cli.import-decided", decided, read=decided.read, count=decided.decisions)


@imports.command()
@_CAMPAIGN
@click.argument("places", nargs=-1, type=InputPath(exists=True), metavar="[FOLDER...]")
@click.option("--jobs", type=click.IntRange(0, 64), default=0, metavar="N")
def run(output: Output, campaign: str, places: tuple[Path, ...], jobs: int) -> int:
    """Take its cases in, or go on; exit status 5 while a carrier is wanted, 3 where a case was not accepted."""
    done = output.work("", services.run, campaign, places=list(places), jobs=jobs)
    _say_counts(output, done)
    output.document(done)
    return done.status


def _say_counts(output: Output, done: Campaign) -> None:
    for carrier in done.insert:
        output.sentence("cli.import-insert", style="yellow", carrier=carrier)
    style = "bold red" if done.counts["refused"] else "yellow" if done.insert else "green"
    output.sentence("cli.import-ran", style=style, campaign=done.campaign, counts=tables.counted(done.counts))


@imports.command()
@_CAMPAIGN
@click.option("--output", "target", type=IntoFolder(), required=True, metavar="DIR")
@click.option("--replace", is_flag=True)
def report(output: Output, campaign: str, **given: Any) -> None:
    """The report for the head, as PDF/A and as a workbook."""
    written = output.work("", papers.report, campaign, **given)
    for path in written.files:
        output.sentence("cli.report-written", path=str(path))
    output.document(written)
