"""`preserve search`: cases by words and filters, each with the place where it was found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from preserve.cli.main import Command
from preserve.cli.output import Output, headings
from preserve.messages import say
from preserve.services import cases
from preserve.services.cases import Hit, SearchWish
from preserve.services.pages import Page

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(cls=Command)
@click.argument("words", nargs=-1, metavar="[TEXT]")
@click.option("--party", "by_party", default="", metavar="TEXT")
@click.option("--officer", "by_officer", default="", metavar="TEXT")
@click.option("--device", "by_device", default="", metavar="TEXT")
@click.option("--place", "by_place", default="", metavar="TEXT")
@click.option("--stage", "by_stage", default="", metavar="NAME")
@click.option("--type", "by_case_type", default="", metavar="NAME")
@click.option("--measure", "by_measure", default="", metavar="NAME")
@click.option("--kind", "by_kind", default="", metavar="TEXT")
@click.option("--classification", "by_classification", default="", metavar="NAME")
@click.option("--date", "on_day", type=_DAY, default=None)
@click.option("--since", "from_day", type=_DAY, default=None)
@click.option("--until", "to_day", type=_DAY, default=None)
@click.option("--limit", "most", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--after", "after", default="", metavar="TEXT")
def search(output: Output, words: tuple[str, ...], most: int, after: str, **options: Any) -> None:
    """Full-text search with filters."""
    day, since, until = (_day(options.pop(name)) for name in ("on_day", "from_day", "to_day"))
    filters = {name.removeprefix("by_"): value for name, value in options.items()}
    wish = SearchWish(" ".join(words), since=day or since, until=day or until, **filters)
    result = output.call(cases.search_cases, wish, Page(after, most))
    output.document(result)
    if not result.hits:
        output.sentence("cli.none-found")
        return
    output.table(
        headings("number title where file text"),
        [(hit.case_number, hit.title, say(f"cli.field-{hit.field}"), hit.place, _marked(hit)) for hit in result.hits],
    )
    if result.more:
        output.sentence("cli.search-more", count=len(result.hits))
        output.sentence("cli.search-next", after=result.next)


def _day(moment: datetime | None) -> Any:
    return moment.date() if moment else None


def _marked(hit: Hit) -> str:
    """What was found between lenticular brackets, which a pipe and a black-and-white printer show too."""
    shown, end, out = hit.shown, 0, ""
    for first, last in hit.marks:
        out += f"{shown[end:first]}【{shown[first:last]}】"
        end = last
    return out + shown[end:]
