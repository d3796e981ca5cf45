"""`preserve plan`: what is growing old, what a formats policy would change, new versions, newer signatures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder
from preserve.messages import bytes_for_people, listed, say
from preserve.services import migration, planning
from preserve.services.migration import FormatNamed, Migration, NotIdentified, NotMigrated

_JOBS = click.IntRange(0, 64)


@click.group(cls=Group)
def plan() -> None:
    """Preservation planning."""


@plan.command()
@click.option("--output", "target", type=IntoFolder(), required=True, metavar="DIR")
@click.option("--replace", "replace", is_flag=True)
def report(output: Output, target: Path, replace: bool) -> None:
    """The risk report as page and PDF/A in both languages."""
    written = output.call(planning.report, target, replace=replace)
    for path in written.files:
        output.sentence("plan.written", path=str(path))
    output.document(written)


@plan.command()
def formats(output: Output) -> None:
    """Formats, media and tools, with what is at risk."""
    risks = output.call(planning.risks)
    for section in risks.sections:
        if section.words:
            output.sentence("plan.section", title=section.title, words=section.words)
        if section.rows:
            output.table(section.heads, section.rows)
    output.document(risks)


def _heads(*names: str) -> list[str]:
    return [say(f"plan.head-{name}") for name in names]


def _kinds(kinds: tuple[str, ...]) -> str:
    return listed(say(f"plan.kind-{kind}") for kind in kinds) or "—"


@plan.command()
@click.option("--policy", type=click.Choice(("lossless", "compact")), default=None)
@click.option("--rules", type=InputPath(exists=True, dir_okay=False), metavar="FILE")
@click.option("--again", "tried_again", is_flag=True)
def preview(output: Output, policy: Any, rules: Path | None, tried_again: bool) -> None:
    """What a formats policy would change; nothing is done."""
    wanted = output.call(planning.preview, policy=policy, rules=rules, again=tried_again)
    rows = [
        (
            row.puid or "—",
            row.described,
            _kinds(row.make),
            _kinds(row.leave_out),
            str(row.files),
            bytes_for_people(row.bytes),
            bytes_for_people(row.estimate),
        )
        for row in wanted.formats
    ]
    if rows:
        output.table(_heads("puid", "format", "make", "leave-out", "files", "bytes", "estimate"), rows)
    output.sentence(
        "plan.previewed",
        policy=say(f"plan.policy-{wanted.policy}"),
        cases=wanted.cases,
        files=wanted.files,
        size=bytes_for_people(wanted.bytes),
        estimate=bytes_for_people(wanted.estimate),
        packages=bytes_for_people(wanted.packages),
        settled=wanted.settled,
    )
    output.document(wanted)


@plan.command()
@click.argument("cases", nargs=-1, metavar="[AIP]...")
@click.option("--jobs", type=_JOBS, default=0, metavar="N")
@click.option("--limit", "case_limit", type=click.IntRange(0), default=0, metavar="N")
@click.option("--again", "tried_again", is_flag=True)
def run(output: Output, cases: tuple[str, ...], jobs: int, case_limit: int, tried_again: bool) -> int:
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
        output.findings(case.findings)

    done = output.work("", migration.run, cases, jobs=jobs, limit=case_limit, again=tried_again, ended=ended)
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
@click.argument("cases", nargs=-1, metavar="[AIP]...")
@click.option("--limit", "case_limit", type=click.IntRange(0), default=0, metavar="N")
def identify(output: Output, cases: tuple[str, ...], case_limit: int) -> int:
    """Ask newer signatures what the originals are."""
    done = output.work("", migration.identify, cases, limit=case_limit)
    for case in done.failed:
        _say_failed(output, case)
    rows = [
        (change.objid, _format(change.old), _format(change.new), change.basis, str(len(change.files)))
        for change in done.changes
    ]
    if rows:
        output.table(_heads("objid", "before", "now", "basis", "files"), rows)
    changed = sum(len(change.files) for change in done.changes)
    output.sentence("plan.identified", cases=done.cases, files=done.files, changed=changed, signatures=done.signatures)
    output.document(done)
    return done.status


def _format(named: FormatNamed) -> str:
    return " ".join(part for part in (named.puid or "—", named.name, named.version) if part)
