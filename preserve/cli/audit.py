"""`preserve audit`: what is due, the nightly run, its report, drills, the history of a package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import IntoFolder, NewFile
from preserve.messages import bytes_for_people, say
from preserve.services import audit_alarm, audit_reports, audits, jobs
from preserve.services.audits import AuditWish, Inserted
from preserve.services.tables import audits as tables


@click.group(cls=Group)
def audit() -> None:
    """Read copies back, in time, and keep the record of it."""


@audit.command()
def plan(output: Output) -> None:
    """What is due to be read, medium by medium."""
    result = output.call(audits.plan)
    output.tables(tables.plan(result))
    output.document(result)


@audit.command()
@click.option("--for", "span", default="", metavar="6h")
@click.option("--bytes", "size", default="", metavar="500GB")
@click.option("--share", type=click.FloatRange(0.01, 1.0), default=None, metavar="0.5")
@click.option("--hours", default=None, metavar="22:00-06:00")
@click.option("--medium", "media", multiple=True, metavar="[LABEL=]PATH")
@click.option("--all", "everything", is_flag=True)
@click.option("--nightly", is_flag=True)
@click.option("--as-job", is_flag=True)
def run(output: Output, media: tuple[str, ...], as_job: bool, **given: Any) -> int:
    """Read back what is due; exit status 4 for damage, 5 for what could not be checked or is overdue."""
    inserted = list(map(Inserted.parse, media))
    if as_job:
        key = audits.key_of_night(output.session()) if given["nightly"] else ""
        return _ask(output, "audit.run", {"wish": {"media": _said(inserted), **given}}, key)
    wish = AuditWish(media=inserted, **given)
    result = output.work("cli.auditing", audits.run, wish)
    for line in audit_alarm.lines(result):
        style = "bold red" if line.bad else "green" if line.code == "audit.done" else "yellow"
        output.sentence(line.code, style=style, **line.values)
    if result.state == "stopped":
        output.sentence("cli.audit-stopped", reason=say(f"cli.budget-{result.reason}"))
    output.findings(result.findings)
    for medium in result.insert:
        output.sentence("cli.audit-insert", style="yellow", **audit_alarm.medium_words(medium))
    if result.suspect:
        output.sentence("cli.audit-repair-next", style="yellow")
    for reason in result.not_sent:
        output.sentence("audit.not-sent", style="bold red", reason=reason)
    output.document(result)
    return result.status


@audit.command()
@click.argument("subject", metavar="AIP|MEDIUM")
@click.option("--failures", is_flag=True)
@click.option("--premis", type=NewFile(), default=None, metavar="FILE")
def history(output: Output, **given: Any) -> None:
    """Every check of a package's copies, or of a medium what was not intact; with --premis as PREMIS events too."""
    result = output.call(audit_reports.history, **given)
    if result.premis_events is not None:
        output.sentence("cli.premis-written", path=str(given["premis"]), count=result.premis_events)
    output.tables(tables.history(result))
    output.document(result)


@audit.command()
@click.option("--output", "target", type=IntoFolder(), required=True, metavar="DIR")
@click.option("--replace", is_flag=True)
def report(output: Output, **given: Any) -> None:
    """Write the report in both languages, as HTML and as PDF/A."""
    result = output.call(audit_reports.report, **given)
    for path in result.files:
        output.sentence("cli.report-written", path=str(path))
    output.document(result)


@audit.command()
@click.option("--medium", "media", multiple=True, metavar="LABEL=PATH")
@click.option("--count", type=click.IntRange(1), default=None, metavar="N")
@click.option("--as-job", is_flag=True)
def drill(output: Output, media: tuple[str, ...], count: int | None, as_job: bool) -> int:
    """Restore the month's drawn packages for practice; exit status 4 when one did not come back whole."""
    inserted = list(map(Inserted.parse, media))
    if as_job:
        key = "" if inserted or count else audits.key_of_month(output.session())
        return _ask(output, "audit.drill", {"media": _said(inserted), "count": count}, key)
    result = output.work("cli.drilling", audits.drill, inserted, count=count)
    for drilled in result.done:
        output.sentence(
            "cli.drill-done" if drilled.whole else "cli.drill-failed",
            style="green" if drilled.whole else "bold red",
            name=drilled.name,
            medium=drilled.medium,
            size=bytes_for_people(drilled.size),
            seconds=drilled.seconds,
            reason=drilled.reason,
        )
    for waiting in result.waiting:
        output.sentence("cli.drill-waits", style="yellow", name=waiting.name, medium=waiting.medium)
    if not result.done and not result.waiting:
        output.sentence("cli.drill-nothing", month=result.month, count=result.before)
    output.document(result)
    return result.status


def _said(inserted: Sequence[Inserted]) -> list[list[str]]:
    return [[one.label, str(one.path)] for one in inserted]


def _ask(output: Output, operation: str, arguments: dict[str, Any], key: str) -> int:
    """Ask for it, with a key once however many machines ask, and wait for nothing: a worker does it."""
    asked = output.call(jobs.ask, operation, arguments, key=key)
    output.sentence("cli.audit-asked-before" if asked.again else "cli.audit-asked", id=asked.id)
    output.document(asked)
    return 0
