"""`preserve pool`: recordings of collection stations that no case names yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preserve.cli.choices import Labelled
from preserve.cli.main import Group
from preserve.cli.options import day_option
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.messages import bytes_for_people, say
from preserve.services import pool as looking
from preserve.services import pool_claims, pool_collecting, pool_gathering
from preserve.services.pages import LARGEST, Page
from preserve.services.pool import PoolWish
from preserve.services.pool_collecting import Collected
from preserve.services.tables import pool as tables

_STATES = ("waiting", "claimed", "in-case", "cleared", "all")
_SETTLED = click.option("--settled", type=click.IntRange(0, 86_400), default=None, metavar="N")


@click.group(cls=Group)
def pool() -> None:
    """Recordings that no case names yet, in the order of the work."""


@pool.command()
@click.argument("folder", type=InputPath(), metavar="FOLDER")
@click.option("--station", default="", metavar="TEXT")
@_SETTLED
def collect(output: Output, folder: Path, station: str, settled: int | None) -> int:
    """Take the recordings of a station's folder into the pool."""
    seconds = -1 if settled is None else settled
    done = output.work("", pool_collecting.collect, folder, station=station, settled=seconds)
    _tell(output, done)
    output.document(done)
    return 3 if done.failed else 0


def _tell(output: Output, done: Collected) -> None:
    output.findings(done.findings)
    output.sentence(
        "cli.pool-collected",
        style="yellow" if done.failed else "green",
        station=done.station,
        collected=done.collected,
        size=bytes_for_people(done.bytes),
        again=done.again,
        known=done.known,
        filling=done.filling,
        failed=done.failed,
    )


@pool.command()
@_SETTLED
def watch(output: Output, settled: int | None) -> int:
    """One round over the stations of the settings, for a timer."""
    done = output.work("", pool_collecting.watch, settled=-1 if settled is None else settled)
    for one in done.stations:
        _tell(output, one)
    for name in done.absent:
        output.sentence("cli.pool-absent", style="yellow", name=name)
    output.sentence("cli.pool-watched", released=done.released, cleared=done.cleared, overdue=done.overdue)
    output.document(done)
    return 3 if any(one.failed for one in done.stations) else 5 if done.absent else 0


@pool.command(name="list")
@click.option("--officer", default="", metavar="NUMBER")
@click.option("--device", default="", metavar="TEXT")
@click.option("--station", default="", metavar="TEXT")
@day_option("--since")
@day_option("--until")
@click.option("--state", type=Labelled(_STATES, lambda value: say(f"pool.state-{value}")), default="waiting")
@click.option("--after", default="", metavar="TEXT")
@click.option("--size", type=click.IntRange(1, LARGEST), default=50, show_default=True)
def list_(output: Output, after: str, size: int, **wish: Any) -> None:
    """Recordings by officer, device, station and day."""
    listing = output.call(looking.list_pool, PoolWish(**wish), Page(after, size))
    output.tables(tables.recordings(listing.recordings, output.clock()))
    if not listing.recordings:
        output.sentence("cli.none-found")
    output.sentence("cli.pool-counted", count=listing.count, size=bytes_for_people(listing.bytes))
    if listing.next:
        output.sentence("cli.pool-more", after=listing.next)
    if listing.overdue:
        output.sentence("cli.pool-overdue-some", style="yellow", count=listing.overdue)
    output.document(listing)


@pool.command()
@click.argument("recording", metavar="RECORDING")
def show(output: Output, recording: str) -> None:
    """One recording with everything that is known of it."""
    shown = output.call(looking.show, recording)
    output.tables(*tables.one(shown, output.clock()))
    output.findings(shown.findings)
    output.document(shown)


@pool.command()
@click.argument("deposit", metavar="DEPOSIT")
def propose(output: Output, deposit: str) -> None:
    """Which recordings fit the measures of a deposit that waits."""
    found = output.call(pool_claims.propose, deposit)
    output.tables(tables.proposed(found.proposed, output.clock()))
    if not found.proposed:
        output.sentence("cli.none-found")
    if found.claimed:
        output.sentence("cli.pool-claimed-already", count=len(found.claimed))
    output.document(found)


@pool.command()
@click.argument("deposit", metavar="DEPOSIT")
@click.argument("recordings", nargs=-1, required=True, metavar="RECORDING...")
@click.option("--reason", default="", metavar="TEXT")
def claim(output: Output, deposit: str, recordings: tuple[str, ...], reason: str) -> None:
    """Say that recordings belong to a deposit that waits."""
    done = output.call(pool_claims.claim, deposit, recordings, reason=reason)
    output.done("cli.pool-claimed", done, count=len(done.recordings), deposit=deposit)


@pool.command()
@click.argument("recordings", nargs=-1, required=True, metavar="RECORDING...")
@click.option("--reason", required=True, metavar="TEXT")
def release(output: Output, recordings: tuple[str, ...], reason: str) -> None:
    """Say that recordings do not belong to the deposit they were claimed for."""
    done = output.call(pool_claims.release, recordings, reason=reason)
    output.done("cli.pool-released", done, count=len(done.recordings))


@pool.command()
@click.option("--after", default="", metavar="TEXT")
@click.option("--size", type=click.IntRange(1, LARGEST), default=50, show_default=True)
def overdue(output: Output, after: str, size: int) -> None:
    """What nobody claimed within the term."""
    found = output.call(looking.overdue, Page(after, size))
    output.tables(tables.recordings(found.recordings, output.clock()))
    total = bytes_for_people(found.bytes)
    output.sentence("cli.pool-overdue-counted", count=found.count, size=total, years=found.years)
    if found.next:
        output.sentence("cli.pool-more", after=found.next)
    output.document(found)


@pool.command()
@click.option("--reason", required=True, metavar="TEXT")
@click.option("--device", default="", metavar="TEXT")
@click.option("--officer", default="", metavar="NUMBER")
def gather(output: Output, **wish: Any) -> None:
    """Make a deposit for appraisal of what nobody claimed within the term."""
    done = output.work("", pool_gathering.gather, **wish)
    output.done("cli.pool-gathered", done, count=done.recordings, deposit=done.deposit, more=done.more)


@pool.command()
def verify(output: Output) -> int:
    """Read every recording of the pool back."""
    done = output.work("", pool_collecting.verify)
    output.findings(done.damaged)
    size = bytes_for_people(done.bytes)
    output.sentence(
        "cli.pool-verified",
        style="red" if done.damaged else "green",
        count=done.checked,
        size=size,
        damaged=len(done.damaged),
    )
    output.document(done)
    return 4 if done.damaged else 0
