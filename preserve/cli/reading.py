"""`preserve reading`: what machines read in files (机读，未核对): read, listed, shown, thrown away."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from preserve.cli.choices import Labelled
from preserve.cli.machine_findings import findings
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import NewFile
from preserve.cli.reading_models import measure, models
from preserve.messages import say
from preserve.services import machine_reading_copies, machine_reading_views, machine_readings, machine_voices
from preserve.services.machine_reading_views import ListState, What
from preserve.services.machine_readings import ReadingWish
from preserve.services.pages import Page
from preserve.services.tables import machine_readings as tables
from preserve.services.tables import machine_voices as voices

_WHAT = Labelled(get_args(What), lambda what: say(f"reading.what-{what}"))
_STATE = Labelled(tuple(filter(None, get_args(ListState))), lambda state: say(f"reading.state-{state}"))
_CASE = click.argument("case", metavar="AIP")


@click.group(cls=Group)
def reading() -> None:
    """What machines read in files; none of it is evidence."""


reading.add_command(models)
reading.add_command(measure)


@reading.command()
@click.argument("cases", nargs=-1, metavar="[AIP]...")
@click.option("--all", "everything", is_flag=True)
@click.option("--what", type=_WHAT, multiple=True)
@click.option("--budget", "span", default="", metavar="6h")
@click.option("--until", default="", metavar="06:00")
@click.option("--nightly", is_flag=True)
@click.option("--again", is_flag=True)
def run(output: Output, **given: Any) -> int:
    """Read what is unread, of these cases or of all; goes on where an earlier run stopped."""
    result = output.work("", machine_readings.run, ReadingWish(**given))
    for case in result.cases:
        if case.error:
            output.sentence("cli.reading-case-failed", style="bold red", objid=case.objid, reason=say(case.error))
    if result.ended:
        output.sentence("cli.reading-ended", style="yellow", reason=say(f"cli.budget-{result.ended}"))
    output.sentence(
        "cli.reading-done",
        style="green",
        cases=sum(bool(case.number) for case in result.cases),
        files=result.files,
        records=result.records,
        unread=result.unread,
    )
    output.document(result)
    return result.status


@reading.command(name="list")
@click.option("--state", type=_STATE)
@click.option("--after", default="", metavar="TEXT")
@click.option("--size", type=click.IntRange(1, 1000), default=50, show_default=True)
def list_readings(output: Output, state: ListState | None, **given: Any) -> None:
    """What was read in which cases, what is unread, and what could not be read."""
    result = output.call(machine_reading_views.list_readings, state or "", Page(**given))
    if not result.here:
        output.sentence("reading.no-reader", style="yellow")
    if result.cases:
        output.tables(tables.list_readings(result))
    else:
        output.sentence("cli.none-found")
    if result.next:
        output.sentence("cli.reading-more", after=result.next)
    output.document(result)


@reading.command()
@_CASE
@click.argument("file", default="", metavar="[FILE]")
@click.option("--page", type=click.IntRange(1), default=None, metavar="N")
def show(output: Output, case: str, file: str, page: int | None) -> None:
    """What was read in a case, or in one of its files."""
    result = output.call(machine_reading_views.show, case, file, page or 0)
    output.sentence("reading.not-checked", style="yellow")
    if not result.file:
        output.tables(tables.files(result))
    elif result.records:
        output.tables(tables.records(result))
    else:
        output.sentence("cli.none-found")
    output.document(result)


@reading.command()
@_CASE
def forget(output: Output, case: str) -> None:
    """Throw away what was read in a case; it can be read again."""
    result = output.call(machine_readings.forget, case)
    output.done("cli.reading-forgotten", result, objid=result.objid, count=len(result.readings))


@reading.command(name="pdf")
@_CASE
@click.argument("file", default="", metavar="[FILE]")
@click.option("-o", "--output", "target", type=NewFile(), required=True, metavar="PDF")
def write_pdf(output: Output, case: str, file: str, target: Path) -> None:
    """Write the scans of a case, or one of its files, as a PDF/A that can be searched; an aid, and no record."""
    made = output.work("", machine_reading_copies.write_searchable, case, target.parent, file, name=target.name)
    for one in made.left_out:
        code = "cli.reading-page-lost" if one.page else "cli.reading-file-lost"
        output.sentence(code, style="yellow", file=one.name, page=one.page, reason=one.why)
    copied, lossless, redrawn = (made.kept.get(kind, 0) for kind in ("copied", "lossless", "redrawn"))
    output.sentence("cli.reading-pages-kept", copied=copied, lossless=lossless, redrawn=redrawn)
    output.sentence("cli.reading-pdfa", style="" if made.pdfa else "yellow", validator=made.validator)
    output.done("cli.reading-pdf-done", made, path=str(made.path), pages=made.pages, lines=made.lines)


@reading.command()
@_CASE
@click.argument("file", metavar="FILE")
def transcript(output: Output, case: str, file: str) -> None:
    """What was understood of a recording, and where to listen."""
    result = output.call(machine_voices.show_transcript, case, file)
    output.sentence("reading.not-checked", style="yellow")
    output.tables(*voices.transcript(result))
    if result.heard is None or not result.heard.pieces:
        output.sentence((result.heard and result.heard.code) or "cli.none-found")
    output.document(result)


reading.add_command(findings)
