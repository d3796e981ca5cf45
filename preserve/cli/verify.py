"""`preserve verify`: our full verifier on any package or bag, with no home."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.messages import bytes_for_people
from preserve.services.documents import finding_document


@click.command(cls=Command)
@click.argument("path", type=InputPath(), metavar="PATH")
@click.option("--structure", is_flag=True)
@click.pass_obj
def verify(output: Output, path: Path, structure: bool) -> int:
    """Exit status 4 when it is not intact."""
    from metadata.verify import verify_package
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.errors import NotIntact, UsageError
    from preserve.progress import stoppable

    if not path.exists():
        raise UsageError("cli.verify-no-path", str(path))
    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin("cli.verifying")
        report = verify_package(path.absolute(), structure_only=structure, from_medium=True, progress=watcher)
    bad = [finding for finding in report.findings if finding.severity in ("refuse", "error")]
    if bad and not output.as_json:
        raise NotIntact("cli.verify-bad", str(path), findings=report.findings)
    output.findings(report.findings)
    output.sentence(
        "cli.verify-structure-good" if structure else "cli.verify-good",
        style="green",
        files=report.files,
        size=bytes_for_people(report.size),
        digests=report.digests,
        seconds=round(report.seconds, 2),
    )
    output.result(
        {
            "ok": not bad,
            "status": 4 if bad else 0,
            "path": str(path),
            "kind": report.kind,
            "files": report.files,
            "bytes": report.size,
            "digests": report.digests,
            "seconds": report.seconds,
            "contents_read": not structure,
            "findings": [finding_document(finding) for finding in report.findings],
        }
    )
    return 4 if bad else 0
