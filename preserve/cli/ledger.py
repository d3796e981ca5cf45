"""`preserve ledger verify`, `checkpoint`, `export` and `prove`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preserve.cli.acting import acting
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, NewFile, NewFolder
from preserve.services.documents import finding_document

if TYPE_CHECKING:
    from metadata.findings import Finding
    from preserve.data_management.database import Catalogue
    from preserve.data_management.time_stamps import TimeStamp
    from preserve.home import Home


@click.group(cls=Group)
def ledger() -> None:
    """Look after the ledger."""


@ledger.command()
@click.pass_obj
def verify(output: Output) -> int:
    """Prove that the ledger is unaltered; exit status 4 when it is not."""
    from dataclasses import replace

    from preserve.clock import stamp
    from preserve.data_management.database import open_catalogue
    from preserve.data_management.proof.verify_ledger import verify_ledger
    from preserve.errors import NotIntact

    home = output.home()
    catalogue = open_catalogue(home)
    report = verify_ledger(catalogue, home.store / "ledger", home.keys / "ledger.pub")
    stamps, bad = _time_stamps(home, catalogue)
    found = (*report.findings, *bad, *_media(home, catalogue), *_index(output, home, catalogue))
    report = replace(report, findings=found)
    _note(home, catalogue, sum(one.severity == "error" for one in found))
    if not report.intact and not output.as_json:
        raise NotIntact("cli.ledger-bad", str(home.catalogue), findings=report.findings)
    output.findings(report.findings)
    output.sentence(
        "cli.ledger-good",
        style="green",
        entries=report.entries,
        checkpoints=report.checkpoints,
        segments=report.segments,
    )
    if stamps:
        output.sentence("cli.ledger-stamped", count=len(stamps), when=stamp(stamps[-1].moment), size=stamps[-1].size)
    output.result(
        {
            "ok": report.intact,
            "status": 0 if report.intact else 4,
            "entries": report.entries,
            "checkpoints": report.checkpoints,
            "segments": report.segments,
            "time_stamps": [{"size": one.size, "when": stamp(one.moment)} for one in stamps],
            "findings": [finding_document(finding) for finding in report.findings],
        }
    )
    return 0 if report.intact else 4


def _index(output: Output, home: Home, catalogue: Catalogue) -> list[Finding]:
    """Every row of the catalogue that contradicts the ledger."""
    from preserve.administration.index_check import compare
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.progress import stoppable

    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin("cli.ledger-comparing")
        with catalogue.read() as connection:
            return compare(home, connection, lambda cases: watcher(0))


def _note(home: Home, catalogue: Catalogue, errors: int) -> None:
    """Write down when this was done last, for `doctor`; a ledger that cannot be written to is verified all the same."""
    from contextlib import suppress

    from preserve.administration.index_check import note
    from preserve.administration.people import recognise
    from preserve.clock import now
    from preserve.errors import PreserveError
    from preserve.home import acting_person, given_token
    from storage_adapters.errors import StorageError

    with suppress(PreserveError, StorageError), catalogue.begin() as connection:
        actor = recognise(connection, acting_person(), given_token(), now()).account
        note(connection, home, errors, actor=actor, moment=now())


def _media(home: Home, catalogue: Catalogue) -> list[Finding]:
    """The ledger on drives at hand."""
    from preserve.archival_storage.discs.sources import open_source
    from preserve.archival_storage.ledger_on_media import compare_ledger
    from preserve.archival_storage.media import attached
    from preserve.data_management import holdings

    with catalogue.read() as connection:
        rows = holdings.all_media(connection, "drive")
        drives = attached(home, rows) if rows else {}
        return [
            finding
            for row in rows
            if row.id in drives
            for finding in compare_ledger(home, connection, open_source(drives[row.id].root), row.label)
        ]


def _time_stamps(home: Home, catalogue: Catalogue) -> tuple[list[TimeStamp], list[Finding]]:
    """The tokens beside the segments, where the profile names the certificates to hold them against."""
    from preserve.archival_storage.policy import read_audit_profile
    from preserve.data_management import checkpoints
    from preserve.errors import MediumProblem

    roots = read_audit_profile(home.profiles).time_stamps.roots
    if not roots:
        return [], []
    from preserve.data_management.time_stamps import check_all

    try:
        certificates = (home.path / roots).read_bytes()
    except OSError as error:
        raise MediumProblem("ledger.time-server", roots, reason=error.strerror or str(error)) from error
    with catalogue.read() as connection:
        return check_all(checkpoints.read_checkpoints(connection), certificates, home.store / "ledger")


@ledger.command()
@click.pass_obj
def checkpoint(output: Output) -> None:
    """Sign the ledger as it stands and write its segment into the store."""
    from preserve.administration.duties import Duty
    from preserve.data_management import sealing
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    acting(catalogue, Duty.KEEP, Duty.REPORT)
    closed = sealing.close_segment(home, catalogue)
    made, written = closed.checkpoint, closed.segments
    output.sentence("cli.checkpoint-done", style="green", size=made.size)
    if not output.as_json:
        sys.stdout.write(made.text())
    output.result(
        {"ok": True, "size": made.size, "note": made.note, "text": made.text(), "segments": [str(p) for p in written]}
    )


@ledger.command()
@click.option("--output", "target", type=NewFile(), metavar="FILE")
@click.pass_obj
def export(output: Output, target: Path | None) -> None:
    """Write every entry as canonical JSON, one a line."""
    from preserve.administration.duties import Duty
    from preserve.data_management import ledger as log
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    acting(catalogue, Duty.REPORT)
    with catalogue.read() as connection:
        if target is None:
            for entry in log.entries(connection):
                sys.stdout.write(entry.text + "\n")
            return
        from preserve.outputs import new_file

        with new_file(target.absolute(), home) as part, part.open("w", encoding="utf-8", newline="\n") as out:
            for entry in log.entries(connection):
                out.write(entry.text + "\n")


@ledger.command()
@click.argument("case", metavar="AIP")
@click.option("--output", "target", type=NewFolder(), required=True, metavar="DIR")
@click.option("--earlier", multiple=True, type=InputPath(exists=True), metavar="FILE")
@click.pass_obj
def prove(output: Output, case: str, target: Path, earlier: tuple[Path, ...]) -> None:
    """Write what a third party needs to check when a case was registered and audited."""
    from preserve.administration.duties import Duty
    from preserve.archival_storage.packages import read_version
    from preserve.data_management import checkpoints, sealing
    from preserve.data_management.cases import find_case
    from preserve.data_management.database import open_catalogue
    from preserve.data_management.proof.export import PROGRAM, write_evidence
    from preserve.outputs import new_folder

    home = output.home()
    catalogue = open_catalogue(home)
    acting(catalogue, Duty.REPORT, subject=case)
    known = [checkpoints.parse_checkpoint(path.read_text(encoding="utf-8")) for path in earlier]
    sealing.close_segment(home, catalogue)
    with catalogue.read() as connection, new_folder(target.absolute(), home) as staged:
        name = read_version(connection, find_case(connection, case) or case).name
        done = write_evidence(home, connection, name, staged, earlier=known)
    output.sentence(
        "cli.proof-written", style="green", path=str(target), entries=done.entries, checks=done.checks, program=PROGRAM
    )
    output.result(
        {
            "ok": True,
            "path": str(target),
            "entries": done.entries,
            "checks": done.checks,
            "files": done.files,
            "size": done.size,
        }
    )
