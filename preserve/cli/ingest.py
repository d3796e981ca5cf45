"""`preserve ingest`: calls the ingest, shows its progress, says what was found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from preserve.cli.acting import acting
from preserve.cli.failures import tell
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.errors import PreserveError, Stopped
from preserve.messages import bytes_for_people, listed, say
from preserve.services.documents import finding_document
from preserve.services.failures import status_of


@click.command(cls=Command)
@click.argument("sips", nargs=-1, required=True, type=InputPath(), metavar="SIP...")
@click.option("--jobs", type=click.IntRange(0, 64), default=0, metavar="N")
@click.option("--restart", is_flag=True)
@click.pass_obj
def ingest(output: Output, sips: tuple[Path, ...], jobs: int, restart: bool) -> int:
    """Take deposits in, one after the other; the exit status is that of the first failure."""
    from metadata.errors import MetadataError
    from preserve.administration.duties import Duty
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.data_management.database import open_catalogue
    from preserve.ingest.runner import run
    from preserve.progress import stoppable
    from storage_adapters.errors import StorageError

    home = output.home()
    catalogue = open_catalogue(home)
    actor = acting(catalogue, Duty.INGEST).account
    documents: list[dict[str, Any]] = []
    status = 0
    try:
        for sip in sips:
            try:
                with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
                    result = run(home, catalogue, sip, person=actor, jobs=jobs, watcher=watcher, restart=restart)
            except (PreserveError, MetadataError, StorageError) as error:
                status = status or status_of(error)
                if output.as_json and len(sips) > 1:
                    documents.append({"sip": str(sip), "ok": False, "status": status_of(error), "error": str(error)})
                else:
                    tell(error, output.as_json)
                if isinstance(error, Stopped):
                    break
                continue
            output.findings(result.findings)
            code = "cli.ingest-resumed" if result.resumed else "cli.ingest-done"
            output.sentence(
                code,
                style="green",
                number=result.case_number,
                objid=result.objid,
                files=result.files,
                size=bytes_for_people(result.size),
                place=str(result.location),
            )
            _say_standing(output, result.sealed, result.missing)
            documents.append(
                {
                    "sip": str(sip),
                    "ok": True,
                    "status": 0,
                    "objid": result.objid,
                    "name": result.name,
                    "case_number": result.case_number,
                    "location": str(result.location),
                    "files": result.files,
                    "bytes": result.size,
                    "resumed": result.resumed,
                    "sealed": result.sealed,
                    "missing": [{"kind": kind, "count": count} for kind, count in result.missing],
                    "findings": [finding_document(finding) for finding in result.findings],
                }
            )
    finally:
        catalogue.close()
    if documents:
        output.result({"ok": status == 0, "status": status, "ingests": documents})
    return status


def _say_standing(output: Output, sealed: bool, missing: tuple[tuple[str, int], ...]) -> None:
    if sealed:
        output.sentence("cli.sealed", style="green")
    else:
        kinds = listed(f"{say('words.medium-' + kind)} × {count}" for kind, count in missing)
        output.sentence("cli.not-sealed", style="yellow", missing=kinds)
