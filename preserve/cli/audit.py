"""`preserve audit`: what is due, the nightly run, its report, drills, the history of a package."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from preserve.cli.acting import acting
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import IntoFolder, NewFile
from preserve.messages import bytes_for_people, listed, say
from preserve.services.documents import finding_document

if TYPE_CHECKING:
    from preserve.archival_storage.auditing import AuditReport, Overdue
    from preserve.archival_storage.pace import Budget
    from preserve.data_management.audit_records import Record
    from preserve.home import Home


@click.group(cls=Group)
def audit() -> None:
    """Read copies back, in time, and keep the record of it."""


@audit.command()
@click.pass_obj
def plan(output: Output) -> None:
    """What is due to be read, medium by medium."""
    from preserve.archival_storage.media import attached
    from preserve.archival_storage.policy import read_policy
    from preserve.archival_storage.schedule import plan as due_media
    from preserve.clock import now
    from preserve.data_management import holdings
    from preserve.data_management.database import open_catalogue

    home = output.home()
    with open_catalogue(home).read() as connection:
        here = set(attached(home, holdings.all_media(connection)))
        found = due_media(connection, read_policy(home.profiles), now(), here)
    rows = [
        (
            one.medium.label,
            say(f"words.medium-{one.medium.kind}"),
            one.medium.place or "—",
            f"{one.copies}/{one.total}",
            one.since[:10] or "—",
            one.next[:10] or "—",
            say(f"cli.due-{one.how}"),
        )
        for one in found
    ]
    names = ("label", "kind", "place", "due-copies", "last-read", "next-read", "how")
    output.table([say(f"words.heading-{name}") for name in names], rows)
    output.result(
        {
            "ok": True,
            "media": [
                {
                    "medium": one.medium.id,
                    "label": one.medium.label,
                    "kind": one.medium.kind,
                    "place": one.medium.place,
                    "how": one.how,
                    "due": one.copies,
                    "copies": one.total,
                    "last": one.since,
                    "next": one.next,
                }
                for one in found
            ],
        }
    )


@audit.command()
@click.option("--for", "span", default="", metavar="6h")
@click.option("--bytes", "amount", default="", metavar="500GB")
@click.option("--share", type=click.FloatRange(0.01, 1.0), default=None, metavar="0.5")
@click.option("--hours", default=None, metavar="22:00-06:00")
@click.option("--medium", "given_media", multiple=True, metavar="[LABEL=]PATH")
@click.option("--all", "read_all", is_flag=True)
@click.option("--nightly", is_flag=True)
@click.pass_obj
def run(
    output: Output,
    span: str,
    amount: str,
    share: float | None,
    hours: str | None,
    given_media: tuple[str, ...],
    read_all: bool,
    nightly: bool,
) -> int:
    """Read back what is due; exit status 4 for damage, 5 for what could not be checked or is overdue."""
    from preserve.administration.duties import Duty
    from preserve.archival_storage.auditing import run_audit
    from preserve.archival_storage.pace import step_back
    from preserve.archival_storage.policy import read_policy
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.errors import PreserveError, Stopped
    from preserve.progress import stoppable
    from storage_adapters.errors import StorageError

    home = output.home()
    catalogue = open_catalogue(home)
    actor = acting(catalogue, Duty.KEEP).account
    budget = _budget(home, span, amount, share, hours, nightly)
    given = []
    for one in given_media:
        label, _, path = one.rpartition("=")
        given.append((label, Path(path).absolute()))
    step_back()
    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin("cli.auditing")
        try:
            report = run_audit(
                home,
                catalogue,
                read_policy(home.profiles),
                budget,
                given=given,
                everything=read_all,
                actor=actor,
                now=now,
                progress=watcher,
            )
        except (PreserveError, StorageError) as error:
            if not isinstance(error, Stopped):
                _send(output, home, {"ok": False, "state": "failed", "error": str(error)}, [str(error)])
            raise
    _say(output, report)
    if report.status:
        _tell_people(output, home, report)
    return report.status


def _budget(home: Home, span: str, size: str, share: float | None, hours: str | None, nightly: bool) -> Budget:
    from preserve.archival_storage.pace import Budget, parse_hours, parse_size, parse_span
    from preserve.archival_storage.policy import read_audit_profile
    from preserve.clock import zone

    profile = read_audit_profile(home.profiles)
    window = hours if hours is not None else profile.hours if nightly else ""
    pace = share if share is not None else profile.share if nightly else 1.0
    return Budget(
        parse_span(span) if span else 0,
        parse_size(size) if size else 0,
        pace,
        parse_hours(window),
        zone(home.settings.time_zone),
    )


def _tell_people(output: Output, home: Home, report: AuditReport) -> None:
    """Damage, what could not be checked and what is overdue must not wait until somebody looks."""
    lines = [
        say(
            "cli.audit-done",
            intact=report.counts["intact"],
            damaged=report.counts["damaged"],
            unchecked=report.counts["not-checked"],
            size=bytes_for_people(report.size),
            run=report.run,
        )
    ]
    lines += [
        say(
            "cli.audit-damaged",
            name=one.name,
            medium=one.medium,
            reason=say(f"words.reason-{one.reason}"),
            files=listed(check.path for check in one.problems[:20]) or "—",
        )
        for one in report.damaged
    ]
    lines += [
        say("cli.audit-not-checked", name=one.name or "*", medium=one.medium, reason=say(f"words.reason-{one.reason}"))
        for one in report.unchecked
    ]
    lines += [f"{say(finding.code, **finding.values)} {finding.where}" for finding in report.findings]
    lines += [say("cli.audit-overdue", **_told(one)) for one in report.overdue]
    lines += [say("cli.audit-suspect", count=report.suspect)] if report.suspect else []
    document = {
        "ok": False,
        "status": report.status,
        "run": report.run,
        "state": report.state,
        "counts": dict(report.counts),
        "damaged": [_check(check) for check in report.damaged],
        "overdue": [asdict(one) for one in report.overdue],
    }
    _send(output, home, document, lines)


def _send(output: Output, home: Home, document: dict[str, Any], lines: list[str]) -> None:
    from preserve.archival_storage.notify import notify
    from preserve.archival_storage.policy import read_audit_profile

    settings = read_audit_profile(home.profiles).notify
    subject = say("cli.audit-subject", institution=home.settings.institution)
    words = "\n".join(lines) + "\n"
    for failed in notify(settings, subject, words, {"institution": home.settings.institution, **document}):
        output.sentence("cli.audit-not-sent", style="bold red", reason=failed)


def _say(output: Output, report: AuditReport) -> None:
    counts = report.counts
    bad = bool(report.damaged)
    output.sentence(
        "cli.audit-done",
        style="bold red" if bad else "green",
        intact=counts["intact"],
        damaged=counts["damaged"],
        unchecked=counts["not-checked"],
        size=bytes_for_people(report.size),
        run=report.run,
    )
    if report.state == "stopped":
        output.sentence("cli.audit-stopped", reason=say(f"cli.budget-{report.reason}"))
    for check in report.damaged:
        output.sentence(
            "cli.audit-damaged",
            style="bold red",
            name=check.name,
            medium=check.medium,
            reason=say(f"words.reason-{check.reason}"),
            files=listed(one.path for one in check.problems[:20]) or "—",
        )
    for check in report.unchecked:
        output.sentence(
            "cli.audit-not-checked",
            style="yellow",
            name=check.name or "*",
            medium=check.medium,
            reason=say(f"words.reason-{check.reason}"),
        )
    output.findings(tuple(report.findings))
    for one in report.insert:
        output.sentence("cli.audit-insert", style="yellow", **_told(one))
    for one in report.overdue:
        output.sentence("cli.audit-overdue", style="bold red", **_told(one))
    if report.suspect:
        output.sentence("cli.audit-suspect", style="bold red", count=report.suspect)
        output.sentence("cli.audit-repair-next", style="yellow")
    output.result(
        {
            "ok": report.status == 0,
            "status": report.status,
            "run": report.run,
            "state": report.state,
            "reason": report.reason,
            "counts": dict(counts),
            "bytes": report.size,
            "damaged": [_check(check) for check in report.damaged],
            "not_checked": [_check(check) for check in report.unchecked],
            "findings": [finding_document(finding) for finding in report.findings],
            "insert": [asdict(one) for one in report.insert],
            "overdue": [asdict(one) for one in report.overdue],
            "suspect": report.suspect,
        }
    )


def _told(one: Overdue) -> dict[str, str | int]:
    return {
        "label": one.label,
        "kind": say(f"words.medium-{one.kind}"),
        "place": one.place or "—",
        "since": one.since[:10],
        "copies": one.copies,
    }


def _check(check: Any) -> dict[str, Any]:
    return {
        "name": check.name,
        "medium": check.medium,
        "outcome": check.outcome,
        "reason": check.reason,
        "detail": check.detail,
        "files": [{"path": one.path, "verdict": one.verdict, "detail": one.detail} for one in check.problems],
    }


@audit.command()
@click.argument("subject", metavar="AIP|MEDIUM")
@click.option("--failures", is_flag=True)
@click.option("--premis", type=NewFile(), default=None, metavar="FILE")
@click.pass_obj
def history(output: Output, subject: str, failures: bool, premis: Path | None) -> None:
    """Every check of a package's copies, or of a medium what was not intact; with --premis as PREMIS events too."""
    from preserve.archival_storage.packages import read_version
    from preserve.archival_storage.provenance import write_events
    from preserve.clock import zone
    from preserve.data_management import audit_records as records
    from preserve.data_management import holdings
    from preserve.data_management.cases import find_case
    from preserve.data_management.database import open_catalogue

    home = output.home()
    with open_catalogue(home).read() as connection:
        media = {row.id: row for row in holdings.all_media(connection)}
        medium = holdings.read_medium(connection, subject)
        name = "" if medium else read_version(connection, find_case(connection, subject) or subject).name
        if premis is not None and name:
            count = write_events(home, connection, name, premis.absolute())
            output.sentence("cli.premis-written", path=str(premis), count=count)
    if medium is not None:
        found = records.failures(home.store, medium.id)
    else:
        found = [row for row in records.of_package(home.store, name) if not failures or row.outcome != "intact"]
    local = zone(home.settings.time_zone)
    labels = {row.id: row.label for row in media.values()}
    rows = [
        (
            f"{row.when.astimezone(local):%Y-%m-%d %H:%M}",
            row.copy or "*",
            labels.get(row.medium, row.medium),
            row.path or "—",
            say(f"words.outcome-{row.outcome}"),
            say(f"words.reason-{row.reason}") if row.reason else "—",
        )
        for row in found
    ]
    output.table([say(f"words.heading-{one}") for one in ("when", "package", "medium", "file", "outcome", "why")], rows)
    output.result({"ok": True, "records": [_record(row) for row in found]})


def _record(row: Record) -> dict[str, Any]:
    return {**asdict(row), "when": row.when.strftime("%Y-%m-%dT%H:%M:%SZ")}


@audit.command()
@click.option("--output", "target", type=IntoFolder(), required=True, metavar="DIR")
@click.option("--replace", "replace", is_flag=True)
@click.pass_obj
def report(output: Output, target: Path, replace: bool) -> None:
    """Write the report in both languages, as HTML and as PDF/A."""
    from preserve.administration.fixity_report import write_report
    from preserve.archival_storage.policy import read_policy
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    profile = read_policy(home.profiles)
    written = write_report(home, open_catalogue(home), profile, target.absolute(), now(), replace=replace)
    for path in written.files:
        output.sentence("cli.report-written", path=str(path))
    facts = written.facts
    output.result(
        {
            "ok": True,
            "files": [str(path) for path in written.files],
            "coverage": [asdict(one) for one in facts.coverage],
            "suspect": facts.suspect,
            "sealed": facts.sealed,
            "unsealed": facts.unsealed,
            "failures": len(facts.failures),
            "overdue": [one.row.label for one in facts.media if one.overdue],
            "at_risk": [one.row.label for one in facts.media if one.at_risk],
        }
    )


@audit.command()
@click.option("--medium", "given_media", multiple=True, metavar="LABEL=PATH")
@click.option("--count", type=click.IntRange(1), default=None, metavar="N")
@click.pass_obj
def drill(output: Output, given_media: tuple[str, ...], count: int | None) -> int:
    """Restore the month's drawn packages for practice; exit status 4 when one did not come back whole."""
    from preserve.administration.duties import Duty
    from preserve.archival_storage.drill import run_drills
    from preserve.archival_storage.policy import read_audit_profile
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.errors import UsageError
    from preserve.progress import stoppable

    home = output.home()
    catalogue = open_catalogue(home)
    actor = acting(catalogue, Duty.KEEP).account
    given = {}
    for one in given_media:
        label, equals, path = one.partition("=")
        if not equals:
            raise UsageError("audit.drill-medium", one)
        given[label] = Path(path).absolute()
    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin("cli.drilling")
        wanted = count if count is not None else read_audit_profile(home.profiles).drills.packages
        done = run_drills(home, catalogue, wanted, given=given, actor=actor, now=now, progress=watcher)
    for drilled in done.done:
        output.sentence(
            "cli.drill-done" if drilled.whole else "cli.drill-failed",
            style="green" if drilled.whole else "bold red",
            name=drilled.name,
            medium=drilled.medium,
            size=bytes_for_people(drilled.size),
            seconds=drilled.seconds,
            reason=drilled.reason,
        )
    for name, label in done.waiting:
        output.sentence("cli.drill-waits", style="yellow", name=name, medium=label)
    if not done.done and not done.waiting:
        output.sentence("cli.drill-nothing", month=done.month, count=done.before)
    failed = any(not drilled.whole for drilled in done.done)
    output.result(
        {
            "ok": not failed,
            "status": 4 if failed else 0,
            "month": done.month,
            "before": done.before,
            "done": [asdict(drilled) for drilled in done.done],
            "waiting": [{"name": name, "medium": label} for name, label in done.waiting],
        }
    )
    return 4 if failed else 0
