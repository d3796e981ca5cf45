"""`preserve list` and `search`: which cases there are. What a single case needs is not loaded for them."""

from __future__ import annotations

from typing import Any

import click

from preserve.cli.choices import Day
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.services import cases
from preserve.services.cases import SearchWish
from preserve.services.pages import Page, how_many
from preserve.services.tables import listed_cases

_SIZE = click.IntRange(1, 10_000)
_DAY = Day()


@click.command(name="list", cls=Command)
@click.option("--after", default="", metavar="TEXT")
@click.option("--size", type=_SIZE, default=50, show_default=True)
def list_cases(output: Output, **given: Any) -> None:
    """Cases in the catalogue, a page at a time, then ingests that are not done."""
    page = output.call(cases.list_cases, Page(**given))
    output.tables(listed_cases.list_cases(page))
    if not page.cases:
        output.sentence("cli.none-found")
    if page.more:
        output.sentence("cli.list-more", count=how_many(page.more), after=page.next)
    if page.unfinished:
        unfinished = listed_cases.unfinished(page)
        output.table(unfinished.heads, unfinished.rows, unfinished.title)
    output.document(page)


@click.command(cls=Command)
@click.argument("words", nargs=-1, metavar="[TEXT]")
@click.option("--party", default="", metavar="TEXT")
@click.option("--officer", default="", metavar="TEXT")
@click.option("--device", default="", metavar="TEXT")
@click.option("--place", default="", metavar="TEXT")
@click.option("--stage", default="", metavar="NAME")
@click.option("--type", "case_type", default="", metavar="NAME")
@click.option("--measure", default="", metavar="NAME")
@click.option("--kind", default="", metavar="TEXT")
@click.option("--classification", default="", metavar="NAME")
@click.option("--volume", default="", metavar="NAME")
@click.option("--date", type=_DAY, default=None)
@click.option("--since", type=_DAY, default=None)
@click.option("--until", type=_DAY, default=None)
@click.option("--machine/--no-machine", default=True)
@click.option("--limit", type=_SIZE, default=50, show_default=True)
@click.option("--after", default="", metavar="TEXT")
def search(output: Output, words: tuple[str, ...], limit: int, after: str, date: Any, **filters: Any) -> None:
    """Full-text search with filters."""
    filters |= {name: date or filters[name] for name in ("since", "until")}
    result = output.call(cases.search_cases, SearchWish(" ".join(words), **filters), Page(after, limit))
    if result.hits:
        output.tables(listed_cases.search_cases(result))
        if any(hit.machine for hit in result.hits):
            output.sentence("reading.hits-not-checked", style="yellow")
    else:
        output.sentence("cli.none-found")
    if result.more:
        output.sentence("cli.search-more", count=len(result.hits))
        output.sentence("cli.search-next", after=result.next)
    output.document(result)
