"""`preserve search`: cases by words and filters, each with the place where it was found."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preserve.cli.acting import acting, record_look
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.messages import say

if TYPE_CHECKING:
    from preserve.data_management.search import Hit

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
@click.pass_obj
def search(
    output: Output,
    words: tuple[str, ...],
    by_party: str,
    by_officer: str,
    by_device: str,
    by_place: str,
    by_stage: str,
    by_case_type: str,
    by_measure: str,
    by_kind: str,
    by_classification: str,
    on_day: datetime | None,
    from_day: datetime | None,
    to_day: datetime | None,
    most: int,
) -> None:
    """Full-text search with filters."""
    from dataclasses import asdict

    from preserve.administration.duties import Duty
    from preserve.data_management import search as finding
    from preserve.data_management.database import open_catalogue
    from preserve.data_management.facets import Filters
    from preserve.errors import UsageError

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND)
    since, until = (day.date().isoformat() if day else "" for day in (on_day or from_day, on_day or to_day))
    if since and until and since > until:
        raise UsageError("catalogue.date-order", since, since=since, until=until)
    filters = Filters(
        party=by_party,
        officer=by_officer,
        device=by_device,
        place=by_place,
        kind=by_kind,
        since=since,
        until=until,
        **_names(home.profiles, by_stage, by_case_type, by_measure, by_classification),
    )
    with catalogue.read() as connection:
        hits = finding.find(connection, " ".join(words), filters, most + 1)
    more, hits = len(hits) > most, hits[:most]
    # What was searched for may name a person: the ledger keeps which cases were shown, and no words.
    record_look(catalogue, person, "catalogue.searched", home.settings.archive_id, cases=[hit.objid for hit in hits])
    output.result({"ok": True, "hits": [asdict(hit) for hit in hits], "more": more})
    if output.as_json:
        return
    if not hits:
        output.sentence("cli.none-found")
        return
    output.table(
        [say(f"words.heading-{name}") for name in ("number", "title", "where", "file", "text")],
        [(h.case_number, h.title, say(f"cli.field-{h.field}"), h.place, _marked(h)) for h in hits],
    )
    if more:
        output.sentence("cli.search-more", count=most)


def _names(profiles: Path, stage: str, case_type: str, measure: str, classification: str) -> dict[str, str]:
    """What people write, in either language, as the names that stand in descriptions."""
    from preserve.description.labels import value_of
    from preserve.description.schema import Classification, Stage
    from preserve.description.vocabulary import read_vocabulary

    words = read_vocabulary(profiles)
    return {
        "stage": value_of(Stage, stage),
        "case_type": words.name_of("case_type", case_type),
        "measure": words.name_of("measure", measure),
        "classification": value_of(Classification, classification),
    }


def _marked(hit: Hit) -> str:
    """What was found between lenticular brackets, which a pipe and a black-and-white printer show too."""
    shown, end, out = hit.shown, 0, ""
    for first, last in hit.marks:
        out += f"{shown[end:first]}【{shown[first:last]}】"
        end = last
    return out + shown[end:]
