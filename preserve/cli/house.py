"""`preserve house`: archives of several fonds beside each other, and the ledger over them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.options import day_option
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, NewArchive, NewFile
from preserve.cli.request import paper_of
from preserve.services import house as services
from preserve.services.founding import InBucket
from preserve.services.house import NewFonds
from preserve.services.tables import house as tables


@click.group(cls=Group)
def house() -> None:
    """Keep archives of several fonds beside each other."""


@house.command()
@click.argument("place", type=NewArchive(), metavar="DIR")
@click.option("--institution", required=True, metavar="NAME")
@click.option("--bucket", metavar="NAME")
@click.option("--endpoint", default="", metavar="URL")
def init(output: Output, place: Path, institution: str, bucket: str | None, endpoint: str) -> None:
    """Make a house."""
    store = None if bucket is None else InBucket(bucket, endpoint)
    founded = output.call(services.found, place, institution, store=store)
    output.done("cli.house-founded", founded, path=str(founded.house))


@house.command()
@click.argument("code", metavar="FONDS")
@click.argument("name", metavar="NAME")
@click.option("--account", required=True, metavar="ACCOUNT")
@click.option("--person", required=True, metavar="TEXT")
@click.option("--os-user", default="", metavar="TEXT")
@click.option("--number", default="", metavar="TEXT")
@click.option("--quota", type=click.IntRange(0), default=0, metavar="BYTES")
def add(output: Output, code: str, **options: Any) -> None:
    """Enter a fonds and found its archive."""
    added = output.call(services.add, code, NewFonds(**options))
    output.done("cli.house-added", added, code=code, account=added.account, password=added.password)


@house.command()
@click.argument("code", metavar="FONDS")
@day_option("--until", required=True)
@click.option("--reason", required=True, metavar="TEXT")
def close(output: Output, code: str, until: date, reason: str) -> None:
    """Close a fonds; its archive stays to be read."""
    closed = output.call(services.close, code, until=until, reason=reason)
    output.done("cli.fonds-closed", closed, code=code, until=closed.until)


@house.command()
@click.argument("code", metavar="FONDS")
@click.argument("number", metavar="NUMBER")
@click.option("--paper", required=True, metavar="TEXT")
def number(output: Output, code: str, number: str, paper: str) -> None:
    """Write down the number that the receiving archive gave."""
    numbered = output.call(services.number, code, number, paper=paper)
    output.done("cli.fonds-numbered", numbered, code=code, number=number)


@house.command()
@click.argument("code", metavar="FONDS")
@click.argument("quota", type=click.IntRange(0), metavar="BYTES")
@click.option("--reason", required=True, metavar="TEXT")
def limit(output: Output, code: str, quota: int, reason: str) -> None:
    """Set how much a fonds may take."""
    limited = output.call(services.limit, code, quota, reason=reason)
    output.done("cli.house-limited", limited, code=code)


@house.command()
def overview(output: Output) -> None:
    """Every fonds by its counts."""
    seen = output.call(services.overview)
    output.listing(tables.overview(seen), seen)


@house.command()
def anchor(output: Output) -> int:
    """Name the root of each fonds' ledger; exit status 4 where one contradicts, 5 where one is away."""
    done = output.call(services.anchor)
    output.tables(tables.anchored(done))
    output.findings(done.findings)
    output.document(done)
    return done.status


@house.command()
@click.argument("code", metavar="FONDS")
@click.argument("entries", type=click.IntRange(1), nargs=-1, required=True, metavar="N...")
@click.option("--target", type=NewFile(), required=True, metavar="FILE")
def prove(output: Output, code: str, entries: tuple[int, ...], target: Path) -> None:
    """Prove entries of a fonds up to the house's checkpoint."""
    proved = output.call(services.prove, code, entries, target=target)
    output.done("cli.house-proved", proved, path=str(target), count=len(proved.entries))


@house.command()
@click.argument("proof", type=InputPath(), metavar="FILE")
@click.option("--key", default="", metavar="TEXT")
def check(output: Output, proof: Path, key: str) -> None:
    """Check such a proof, wherever it is."""
    checked = output.call(services.check_proof, proof, key=key)
    output.done("cli.house-proof-holds", checked, code=checked.code, count=len(checked.entries))


@house.command()
@click.argument("code", metavar="FONDS")
@click.argument("cases", nargs=-1, required=True, metavar="AIP...")
@click.option("--purpose", required=True, metavar="TEXT")
@click.option("--paper", "papers", multiple=True, metavar="KIND=FILE")
def request(output: Output, code: str, cases: tuple[str, ...], purpose: str, papers: tuple[str, ...]) -> None:
    """Ask a fonds for the content of cases."""
    given = [paper_of(paper) for paper in papers]
    made = output.call(services.request, code, cases, purpose=purpose, papers=given)
    output.done("cli.request-opened", made, number=made.number, due=made.due.isoformat())
