"""`preserve ingest`: deposits are taken in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preserve.cli.failures import tell
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.cli.standing import say_standing
from preserve.errors import NotPermitted, UsageError
from preserve.messages import bytes_for_people
from preserve.services import deposits
from preserve.services.deposits import Ingested, Ingests, NotIngested
from preserve.services.failures import failure_of

_STOPPED = 8
SIPS = click.argument("sips", nargs=-1, required=True, type=InputPath(), metavar="SIP...")
DESCRIPTION = click.option("--description", type=InputPath(exists=True, dir_okay=False), metavar="FILE")
JOBS = click.option("--jobs", type=click.IntRange(0, 64), default=0, metavar="N")


@click.command(cls=Command)
@SIPS
@DESCRIPTION
@JOBS
@click.option("--restart", is_flag=True)
def ingest(output: Output, sips: tuple[Path, ...], **given: Any) -> int:
    """Take deposits in, one after the other; the exit status is that of the first failure."""
    if given["description"] is not None and len(sips) != 1:
        raise UsageError("ingest.description-one-case")
    output.session()  # an archive that cannot be opened is no deposit's failure
    ended: list[Ingested | NotIngested] = []
    status = 0
    for sip in sips:
        try:
            done = output.work("", deposits.ingest, sip, **given)
        except NotPermitted:
            raise
        except Exception as error:
            failure = failure_of(error)
            if failure is None:
                raise
            status = status or failure.status
            if output.as_json and len(sips) > 1:
                ended.append(NotIngested(sip, False, failure.status, str(error)))
            else:
                tell(failure, output.as_json)
            if failure.status == _STOPPED:
                break
        else:
            _say_ingested(output, done)
            ended.append(done)
    if ended:
        output.document(Ingests(status, tuple(ended)))
    return status


def _say_ingested(output: Output, done: Ingested) -> None:
    output.findings(done.findings)
    output.sentence(
        "cli.ingest-resumed" if done.resumed else "cli.ingest-done",
        style="green",
        number=done.case_number,
        objid=done.objid,
        files=done.files,
        originals=done.originals,
        size=bytes_for_people(done.bytes),
        place=done.location,
    )
    # What was taken in just now lies on the server alone.
    say_standing(output, done.sealed, done.missing, alone=True)
