"""`preserve check`: what ingest would refuse or warn of, for one case or a folder of them."""

from __future__ import annotations

from pathlib import Path

import click

from preserve.cli.failures import tell
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder, NewFile
from preserve.messages import bytes_for_people
from preserve.services import preparation
from preserve.services.preparation import CheckedDeposit


@click.command(cls=Command)
@click.argument("sips", nargs=-1, required=True, type=InputPath(), metavar="SIP...")
@click.option("--xlsx", type=NewFile(), metavar="FILE")
@click.option("--report", "reports", type=IntoFolder(), metavar="DIR")
@click.option("--replace", "replace", is_flag=True)
@click.option("--jobs", type=click.IntRange(0, 64), default=0, metavar="N")
def check(
    output: Output, sips: tuple[Path, ...], xlsx: Path | None, reports: Path | None, replace: bool, jobs: int
) -> int:
    """Assess deposits; nothing in them is changed. Exit status 3 when one would be refused."""
    done = output.work("", preparation.check, sips, xlsx=xlsx, reports=reports, replace=replace, jobs=jobs)
    if len(done.checks) == 1:
        _say(output, done.checks[0])
    else:
        for case in done.checks:
            if case.unreadable and case.failure is not None and not output.as_json:
                tell(case.failure, False)  # what the rules say stands in the table; this could not even be read
        output.table(preparation.heads(), [preparation.cells(case.row) for case in done.checks])
    for path in filter(None, (xlsx, reports)):
        output.sentence("cli.written", style="green", path=str(path))
    if len(done.checks) > 1 or done.checks[0].failure is None:
        output.document(done)
    return done.status


def _say(output: Output, case: CheckedDeposit) -> None:
    """One case in full; with --json a case that would be refused is an error's document."""
    if case.failure is not None:
        tell(case.failure, output.as_json)
        return
    output.findings(case.findings)
    output.sentence(
        "cli.check-done" if case.ok else "cli.check-no-room",
        style="green" if case.ok else "bold red",
        number=case.case_number,
        files=case.files,
        size=bytes_for_people(case.bytes),
        needed=bytes_for_people(case.needed),
        free=bytes_for_people(case.free),
    )
