"""`preserve verify`, `catalogue` and `ledger`: packages anywhere, and what proves an archive as a whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from preserve.cli.main import Command, Group
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, NewFile, NewFolder
from preserve.errors import NotIntact, UsageError
from preserve.messages import bytes_for_people
from preserve.services import catalogue as cataloguing
from preserve.services import ledger as room
from preserve.services import packages


@click.command(cls=Command)
@click.argument("path", type=InputPath(), metavar="PATH")
@click.option("--structure", is_flag=True)
@click.option("--strict", is_flag=True)
@click.option("--independent", is_flag=True)
def verify(output: Output, path: Path, structure: bool, strict: bool, independent: bool) -> int:
    """Our full verifier on any package or bag, with no home; exit status 4 when it is not intact."""
    asked = {"structure": structure, "strict": strict, "independent": independent}
    report = output.work("cli.verifying", packages.verify, path, **asked)
    if report.status and not output.as_json:
        code = "cli.verify-bad" if report.damaged else "cli.verify-not-valid"
        raise NotIntact(code, str(path), findings=report.findings)
    output.findings(report.findings)
    warned = report.verdict == "valid-with-warnings"
    output.done(
        "cli.verify-structure-good" if structure else "cli.verify-warned" if warned else "cli.verify-good",
        report,
        files=report.files,
        size=bytes_for_people(report.bytes),
        digests=report.digests,
        seconds=round(report.seconds, 2),
    )
    if report.second_opinion is not None and report.second_opinion.valid:
        output.sentence("cli.verify-second", program=report.second_opinion.program)
    return report.status


@click.group(cls=Group)
def catalogue() -> None:
    """Look after the catalogue."""


@catalogue.command()
def rebuild(output: Output) -> None:
    """Make the catalogue again from packages and ledger."""
    report = output.work("", cataloguing.rebuild)
    output.findings(report.findings)
    output.done("cli.rebuild-done", report, cases=report.cases, packages=report.packages, entries=report.entries)


@catalogue.command()
@click.option("--to", required=True, metavar="URL|file")
@click.option("--schema", default="", metavar="NAME")
@click.option("--password-file", default="", metavar="FILE")
def move(output: Output, to: str, **given: Any) -> None:
    """Move the catalogue to a PostgreSQL database, or back into the home."""
    moved = output.work("", cataloguing.move, to, **given)
    output.done("cli.move-done", moved, where=moved.where, rows=moved.rows, kept=moved.kept)


@catalogue.command()
def upgrade(output: Output) -> None:
    """Bring the schema of a catalogue on a server to this program's."""
    done = output.work("", cataloguing.upgrade)
    code = "cli.upgrade-done" if done.steps else "cli.upgrade-nothing"
    output.done(code, done, before=done.before, now=done.now)


@click.group(cls=Group)
def ledger() -> None:
    """Look after the ledger."""


@ledger.command(name="verify")
@click.option("--since-checkpoint", is_flag=True)
def verify_ledger(output: Output, **given: Any) -> int:
    """Prove that the ledger is unaltered; exit status 4 when it is not."""
    report = output.work("", room.verify, **given)
    if report.status and not output.as_json:
        raise NotIntact("cli.ledger-bad", output.session("home").home.catalogue_name, findings=report.findings)
    output.findings(report.findings)
    counts = {"entries": report.entries, "checkpoints": report.checkpoints, "segments": report.segments}
    output.done("cli.ledger-good", report, style="green", **counts)
    if report.since:
        output.sentence("cli.ledger-since", style="yellow", since=report.since, when=report.since_when)
    if stamps := report.time_stamps:
        output.sentence("cli.ledger-stamped", count=len(stamps), when=stamps[-1].when, size=stamps[-1].size)
    return report.status


@ledger.command()
def checkpoint(output: Output) -> None:
    """Sign the ledger as it stands and write its segment into the store."""
    signed = output.call(room.checkpoint)
    output.done("cli.checkpoint-done", signed, size=signed.size)
    if not output.as_json:
        sys.stdout.write(signed.text)


@ledger.command()
@click.option("--output", "target", type=NewFile(), metavar="FILE")
@click.option("--tiles", type=NewFolder(), metavar="DIR")
def export(output: Output, target: Path | None, tiles: Path | None) -> None:
    """Write every entry as canonical JSON, one a line; or the tiles of a transparency log."""
    if target is not None and tiles is not None:
        raise UsageError("cli.ledger-export-one")
    exported = output.call(room.export, tiles or target or sys.stdout, tiles=tiles is not None)
    if tiles is not None or target is not None:
        output.document(exported)


@ledger.command()
@click.argument("case", metavar="AIP")
@click.option("--output", "target", type=NewFolder(), required=True, metavar="DIR")
@click.option("--earlier", multiple=True, type=InputPath(exists=True), metavar="FILE")
def prove(output: Output, **given: Any) -> None:
    """Write what a third party needs to check when a case was registered and audited."""
    proved = output.call(room.prove, **given)
    path, program = str(proved.path), room.PROGRAM
    output.done("cli.proof-written", proved, path=path, program=program, entries=proved.entries, checks=proved.checks)
