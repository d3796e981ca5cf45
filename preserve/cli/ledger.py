"""`preserve ledger verify`, `checkpoint`, `export` and `prove`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, NewFile, NewFolder
from preserve.errors import NotIntact
from preserve.services import ledger as room


@click.group(cls=Group)
def ledger() -> None:
    """Look after the ledger."""


@ledger.command()
def verify(output: Output) -> int:
    """Prove that the ledger is unaltered; exit status 4 when it is not."""
    report = output.work("", room.verify)
    if report.status and not output.as_json:
        raise NotIntact("cli.ledger-bad", str(output.session("home").home.catalogue), findings=report.findings)
    output.findings(report.findings)
    counts = {"entries": report.entries, "checkpoints": report.checkpoints, "segments": report.segments}
    output.sentence("cli.ledger-good", style="green", **counts)
    if stamps := report.time_stamps:
        output.sentence("cli.ledger-stamped", count=len(stamps), when=stamps[-1].when, size=stamps[-1].size)
    output.document(report)
    return report.status


@ledger.command()
def checkpoint(output: Output) -> None:
    """Sign the ledger as it stands and write its segment into the store."""
    signed = output.call(room.checkpoint)
    output.sentence("cli.checkpoint-done", style="green", size=signed.size)
    if not output.as_json:
        sys.stdout.write(signed.text)
    output.document(signed)


@ledger.command()
@click.option("--output", "target", type=NewFile(), metavar="FILE")
def export(output: Output, target: Path | None) -> None:
    """Write every entry as canonical JSON, one a line."""
    exported = output.call(room.export, target or sys.stdout)
    if target is not None:
        output.document(exported)


@ledger.command()
@click.argument("case", metavar="AIP")
@click.option("--output", "target", type=NewFolder(), required=True, metavar="DIR")
@click.option("--earlier", multiple=True, type=InputPath(exists=True), metavar="FILE")
def prove(output: Output, case: str, target: Path, earlier: tuple[Path, ...]) -> None:
    """Write what a third party needs to check when a case was registered and audited."""
    proved = output.call(room.prove, case, target, earlier=earlier)
    output.sentence(
        "cli.proof-written",
        style="green",
        path=str(target),
        entries=proved.entries,
        checks=proved.checks,
        program=room.PROGRAM,
    )
    output.document(proved)
