"""`preserve describe`, `check`, `deadlines` and `deposits`: cases on their way into the archive, but for `ingest`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from preserve.cli.failures import tell
from preserve.cli.ingest import DESCRIPTION, JOBS, SIPS
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder, NewFile
from preserve.errors import UsageError
from preserve.messages import bytes_for_people
from preserve.services import deposits as room
from preserve.services import foreign_descriptions as foreign
from preserve.services import preparation
from preserve.services.preparation import CheckedDeposit, CheckedDeposits, Papers
from preserve.services.tables import deposits as tables


@click.command(cls=Command)
@click.argument("folder", required=False, type=InputPath(), metavar="FOLDER")
@click.option("--output", "target", type=NewFile(), metavar="FILE")
@click.option("--template", is_flag=True)
@click.option("--read", is_flag=True)
@click.option("--split", type=IntoFolder(), metavar="DIR")
@click.option("--map", "system", metavar="NAME")
def describe(
    output: Output, folder: Path | None, target: Path | None, template: bool, read: bool, **others: Any
) -> None:
    """Write a draft as 案卷.xlsx into the folder, or to FILE (.xlsx, .toml or .json); never over a file."""
    if folder is not None and any(others.values()):
        _describe_of_others(output, folder, target, **others)
    elif template:
        form = output.call(preparation.template, target, place=output.home_path)
        output.done("cli.template-done", form, path=str(form.path))
    elif folder is None:
        raise UsageError("cli.describe-no-folder")
    else:
        draft = output.work("", preparation.describe, folder, target, place=output.home_path, read=read)
        output.findings(draft.findings)
        if draft.read:
            output.tables(tables.drafted(draft.read))
        output.done("cli.describe-done", draft, path=str(draft.path), files=draft.files)


def _describe_of_others(
    output: Output, package: Path, target: Path | None, *, split: Path | None, system: str | None
) -> None:
    """The descriptions of a package's cases, or that of an export."""
    place = output.home_path
    if system is not None:
        read = output.work("", foreign.describe_export, package, system, target, place=place)
        output.findings(read.findings)
        output.done("cli.describe-mapped", read, path=str(read.path), files=len(read.files))
        return
    assert split is not None, "one of the two is given"
    drafted = output.work("", foreign.describe_cases, package, split, place=place)
    for case in drafted.cases:
        output.sentence("cli.describe-case", style="bold", number=case.number, path=str(case.path), files=case.files)
    output.done("cli.describe-split", drafted, path=str(split), count=len(drafted.cases))


@click.command(cls=Command)
@SIPS
@click.option("--xlsx", type=NewFile(), metavar="FILE")
@click.option("--report", "reports", type=IntoFolder(), metavar="DIR")
@click.option("--fill", type=NewFile(), metavar="FILE")
@click.option("--replace", is_flag=True)
@click.option("--all", "each", is_flag=True)
@DESCRIPTION
@JOBS
def check(
    output: Output, each: bool, sips: tuple[Path, ...], description: Path | None, jobs: int, **written: Any
) -> int:
    """Assess deposits; nothing in them is changed. Exit status 3 when one would be refused."""
    output = replace(output, grouping=not each)
    papers = Papers(**written)
    checked = output.work("", preparation.check, sips, description=description, papers=papers, jobs=jobs)
    cases = checked.checks
    if len(cases) == 1:
        _say_checked(output, cases[0])
    else:
        _say_several(output, checked)
    if checked.filled is not None:
        output.sentence("cli.check-filled", style="green", path=str(checked.filled))
    for path in filter(None, (papers.xlsx, papers.reports)):
        output.sentence("cli.written", style="green", path=str(path))
    if len(cases) > 1 or cases[0].failure is None:
        output.document(checked)
    return checked.status


def _say_several(output: Output, checked: CheckedDeposits) -> None:
    """The table of the cases, once the errors of each were said, and how to go on."""
    refused = [case for case in checked.checks if case.failure is not None]
    for case in () if output.as_json else refused:
        if case.unreadable and case.failure is not None:
            tell(case.failure, False, grouping=output.grouping)
            continue
        output.sentence("cli.check-case", style="bold", number=case.case_number, folder=case.sip.name)
        output.findings(
            finding
            for finding in case.findings
            if finding.severity in ("refuse", "error") and "accepted_by" not in finding.values
        )
    output.tables(tables.check(checked))
    _say_forecast(output, checked.checks)
    if refused:
        output.sentence("cli.check-way-on")


def _say_checked(output: Output, case: CheckedDeposit) -> None:
    """One case in full; with --json a case that would be refused is an error's document."""
    if case.failure is not None:
        tell(case.failure, output.as_json, grouping=output.grouping)
        return
    output.findings(case.findings)
    output.sentence(
        "cli.check-done" if case.ok else "cli.check-no-room",
        style="green" if case.ok else "bold red",
        number=case.case_number,
        files=case.files,
        size=bytes_for_people(case.bytes),
        needed=bytes_for_people(case.needed if case.ok else max(case.needed, case.room)),
        free=bytes_for_people(case.free),
    )
    _say_forecast(output, (case,))


def _say_forecast(output: Output, cases: Sequence[CheckedDeposit]) -> None:
    """What the packages will take in the end, under either policy; of those that could be read to their end."""
    known = [case for case in cases if case.forecast]
    if known:
        sizes = {name: bytes_for_people(sum(case.forecast[name] for case in known)) for name in known[0].forecast}
        output.sentence("cli.check-forecast", policy=known[0].policy, **sizes)


@click.command(cls=Command)
@click.argument("folders", nargs=-1, required=True, type=InputPath(exists=True, file_okay=False), metavar="DIR...")
def deadlines(output: Output, folders: tuple[Path, ...]) -> None:
    """Late ones first; then by date."""
    waiting = output.call(preparation.deadlines, folders)
    output.tables(tables.deadlines(waiting))
    if not waiting.deadlines:
        output.sentence("cli.none-found")
    output.document(waiting)


@click.command(cls=Command)
@click.argument("case", required=False, default="", metavar="[CASE]")
def deposits(output: Output, case: str) -> None:
    """What became of what I handed in; of one case with everything that was found."""
    own = output.call(room.list_own, case)
    output.tables(tables.list_own(own))
    for deposit in own.deposits if case else ():
        output.findings(deposit.findings)
    if not own.deposits:
        output.sentence("cli.none-found")
    if own.more:
        output.sentence("cli.deposits-more", count=room.MOST)
    output.document(own)
