"""`preserve fonds`: the register of fonds, and the numbers that cases have in them."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.options import day_option
from preserve.cli.output import Output
from preserve.services import fonds as services
from preserve.services.tables import fonds as tables


@click.group(cls=Group)
def fonds() -> None:
    """Keep the register of fonds."""


@fonds.command(name="list")
def list_fonds(output: Output) -> None:
    """The register."""
    listing = output.call(services.list_fonds)
    output.tables(tables.fonds(listing))
    if listing.unfiled and listing.fonds:
        output.sentence("cli.fonds-unfiled", count=listing.unfiled)
    output.document(listing)


@fonds.command()
@click.argument("code", metavar="FONDS")
def show(output: Output, code: str) -> None:
    """One fonds and its numbers."""
    shown = output.call(services.show, code)
    output.tables(*tables.one(shown))
    output.document(shown)


@fonds.command()
@click.argument("code", metavar="FONDS")
@click.argument("name", metavar="NAME")
@click.option("--number", default="", metavar="TEXT")
@day_option("--since")
def add(output: Output, code: str, name: str, **options: Any) -> None:
    """Enter a fonds."""
    entered = output.call(services.enter, code, name=name, **options)
    output.done("cli.fonds-entered", entered, code=code, name=entered.fonds.name)


@fonds.command()
@click.argument("code", metavar="FONDS")
@click.argument("number", metavar="NUMBER")
@click.option("--paper", required=True, metavar="TEXT")
def number(output: Output, code: str, number: str, paper: str) -> None:
    """Write down the number that the receiving archive gave."""
    numbered = output.call(services.number, code, number, paper=paper)
    output.done("cli.fonds-numbered", numbered, code=code, number=number)


@fonds.command()
@click.argument("code", metavar="FONDS")
@click.argument("name", metavar="NAME")
@click.option("--reason", required=True, metavar="TEXT")
def rename(output: Output, code: str, name: str, reason: str) -> None:
    """Another name of the same body."""
    renamed = output.call(services.rename, code, name, reason=reason)
    output.done("cli.fonds-renamed", renamed, code=code, name=renamed.fonds.name)


@fonds.command()
@click.argument("code", metavar="FONDS")
@day_option("--until", required=True)
@click.option("--reason", required=True, metavar="TEXT")
def close(output: Output, code: str, until: date, reason: str) -> None:
    """Close a fonds whose body has ended."""
    closed = output.call(services.close, code, until=until, reason=reason)
    output.done("cli.fonds-closed", closed, code=code, until=closed.fonds.until)


@fonds.command(name="file")
@click.argument("code", metavar="FONDS")
@click.argument("cases", nargs=-1, required=True, metavar="AIP...")
@click.option("--reason", required=True, metavar="TEXT")
def file_cases(output: Output, code: str, cases: tuple[str, ...], reason: str) -> None:
    """File cases in a fonds, or move them there."""
    filed = output.call(services.file, code, cases, reason=reason)
    output.tables(tables.filed(filed))
    output.done("cli.fonds-filed", filed, count=len(filed.cases), name=filed.fonds.name)
