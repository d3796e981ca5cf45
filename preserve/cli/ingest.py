"""`preserve ingest` and `deposits`: takes deposits in, and says what became of those that somebody handed in."""

from __future__ import annotations

from pathlib import Path

import click

from preserve.cli.failures import tell
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.errors import NotPermitted
from preserve.messages import bytes_for_people, listed, say
from preserve.services import deposits as room
from preserve.services.deposits import HandedIn, Ingested, Ingests, NotIngested
from preserve.services.failures import failure_of
from preserve.services.kinds import kind_word

_STOPPED = 8


@click.command(cls=Command)
@click.argument("sips", nargs=-1, required=True, type=InputPath(), metavar="SIP...")
@click.option("--jobs", type=click.IntRange(0, 64), default=0, metavar="N")
@click.option("--restart", is_flag=True)
def ingest(output: Output, sips: tuple[Path, ...], jobs: int, restart: bool) -> int:
    """Take deposits in, one after the other; the exit status is that of the first failure."""
    output.session()  # an archive that cannot be opened is no deposit's failure
    ended: list[Ingested | NotIngested] = []
    status = 0
    for sip in sips:
        try:
            done = output.work("", room.ingest, sip, jobs=jobs, restart=restart)
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
            _say(output, done)
            ended.append(done)
    if ended:
        output.document(Ingests(status, tuple(ended)))
    return status


def _say(output: Output, done: Ingested) -> None:
    output.findings(done.findings)
    output.sentence(
        "cli.ingest-resumed" if done.resumed else "cli.ingest-done",
        style="green",
        number=done.case_number,
        objid=done.objid,
        files=done.files,
        size=bytes_for_people(done.bytes),
        place=str(done.location),
    )
    _say_standing(output, done.sealed, tuple((copies.kind, copies.count) for copies in done.missing))


def _say_standing(output: Output, sealed: bool, missing: tuple[tuple[str, int], ...]) -> None:
    if sealed:
        output.sentence("cli.sealed", style="green")
    else:
        kinds = listed(f"{kind_word(kind)} × {count}" for kind, count in missing)
        output.sentence("cli.not-sealed", style="yellow", missing=kinds)


@click.command(cls=Command)
@click.argument("case", required=False, default="", metavar="[CASE]")
def deposits(output: Output, case: str) -> None:
    """What became of what I handed in; of one case with everything that was found."""
    own = output.call(room.list_own, case)
    output.table(
        [say(f"words.heading-{name}") for name in ("number", "state", "handed-in", "ended", "files", "size", "found")],
        [_row(deposit) for deposit in own.deposits],
    )
    if case:
        for deposit in own.deposits:
            output.findings(deposit.findings)
    if not own.deposits:
        output.sentence("cli.none-found")
    if own.more:
        output.sentence("cli.deposits-more", count=room.MOST)
    output.document(own)


def _row(deposit: HandedIn) -> tuple[str, ...]:
    return (
        deposit.case_number or deposit.source or "—",
        say(f"cli.deposit-{'sealed' if deposit.sealed else deposit.state}"),
        deposit.handed_in,
        deposit.ended or "—",
        str(deposit.files or "—"),
        bytes_for_people(deposit.bytes) if deposit.bytes else "—",
        " ".join(code.partition(".")[2] for code in deposit.reasons) or "—",
    )
