"""`preserve plan`: what is growing old, what a formats policy would change, new versions, newer signatures."""

from __future__ import annotations

from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.options import named
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder
from preserve.messages import bytes_for_people, say
from preserve.services import migration, planning
from preserve.services.migration import Migration, NotIdentified, NotMigrated
from preserve.services.tables import planning as tables

_CASES = click.argument("cases", nargs=-1, metavar="[AIP]...")
_LIMIT = click.option("--limit", type=click.IntRange(0), default=0, metavar="N")


@click.group(cls=Group)
def plan() -> None:
    """Preservation planning."""


@plan.command()
@click.option("--output", "target", type=IntoFolder(), required=True, metavar="DIR")
@click.option("--replace", is_flag=True)
def report(output: Output, **given: Any) -> None:
    """The risk report as page and PDF/A in both languages."""
    written = output.call(planning.report, **given)
    for path in written.files:
        output.sentence("plan.written", path=str(path))
    output.document(written)


@plan.command()
def formats(output: Output) -> None:
    """Formats, media and tools, with what is at risk."""
    risks = output.call(planning.risks)
    for title, words, table in tables.risks(risks):
        if words:
            output.sentence("plan.section", title=title, words=words)
        if table.rows:
            output.tables(table)
    output.document(risks)


@plan.command()
@click.option("--policy", type=named("lossless", "compact"), default=None)
@click.option("--rules", type=InputPath(exists=True, dir_okay=False), metavar="FILE")
@click.option("--again", is_flag=True)
def preview(output: Output, **given: Any) -> None:
    """What a formats policy would change; nothing is done."""
    wanted = output.call(planning.preview, **given)
    if wanted.formats:
        output.tables(tables.preview(wanted))
    output.done(
        "plan.previewed",
        wanted,
        style="",
        policy=say(f"plan.policy-{wanted.policy}"),
        cases=wanted.cases,
        files=wanted.files,
        size=bytes_for_people(wanted.bytes),
        estimate=bytes_for_people(wanted.estimate),
        packages=bytes_for_people(wanted.packages),
        settled=wanted.settled,
    )


@plan.command()
@_CASES
@click.option("--jobs", type=click.IntRange(0, 64), default=0, metavar="N")
@_LIMIT
@click.option("--again", is_flag=True)
def run(output: Output, **given: Any) -> int:
    """Make a new version of each package that the policy touches; goes on where an earlier run stopped."""

    def ended(case: Migration) -> None:
        if isinstance(case, NotMigrated):
            _say_failed(output, case)
            return
        output.sentence(
            f"plan.case-{case.outcome}",
            style="green" if case.outcome == "done" else "yellow",
            objid=case.objid,
            name=case.name,
            made=case.made,
            left_out=case.left_out,
            size=bytes_for_people(case.bytes),
        )
        if case.shared:
            output.sentence("plan.shared", style="", size=bytes_for_people(case.shared))
        output.findings(case.findings)

    done = output.work("", migration.run, ended=ended, **given)
    counts = {"done": done.done, "settled": done.settled, "failed": done.failed}
    output.sentence("plan.ran", style="yellow" if done.failed else "green", **counts)
    if done.done:
        output.sentence("plan.copies-next")
    output.document(done)
    return done.status


def _say_failed(output: Output, case: NotMigrated | NotIdentified) -> None:
    output.sentence("plan.case-failed", style="bold red", objid=case.objid, reason=case.reason.said())
    output.findings(case.findings)


@plan.command()
@_CASES
@_LIMIT
def identify(output: Output, **given: Any) -> int:
    """Ask newer signatures what the originals are."""
    done = output.work("", migration.identify, **given)
    for case in done.failed:
        _say_failed(output, case)
    if done.changes:
        output.tables(tables.identify(done))
    counts = {"cases": done.cases, "files": done.files, "changed": sum(len(change.files) for change in done.changes)}
    output.done("plan.identified", done, style="", signatures=done.signatures, **counts)
    return done.status
