"""Cases as tables: listed, not done, and found."""

from __future__ import annotations

from preserve.messages import bytes_for_people, say
from preserve.services.cases import CaseList, Hit, SearchResult
from preserve.services.tables import Table, table


def list_cases(page: CaseList) -> Table:
    """Cases, one a row."""
    return table(
        "number title type closed version pieces size objid",
        (
            (
                case.case_number,
                case.title,
                case.case_type_name,
                case.closed or "",
                str(case.version),
                str(case.pieces),
                bytes_for_people(case.size),
                case.objid,
            )
            for case in page.cases
        ),
    )


def unfinished(page: CaseList) -> Table:
    """Ingests that are not done."""
    return table(
        "number state step time where",
        (
            (ingest.case_number, say(f"cli.state-{ingest.state}"), ingest.step, ingest.started, ingest.source)
            for ingest in page.unfinished
        ),
        title=say("cli.unfinished"),
    )


def search_cases(result: SearchResult) -> Table:
    """Cases that were found, each with a place where."""
    return table(
        "number title where file text",
        ((hit.case_number, hit.title, where(hit), hit.place, _marked(hit)) for hit in result.hits),
    )


def where(hit: Hit) -> str:
    """In what it was found; of what a machine read the page or the moment, and always that a machine read it."""
    field = say(f"cli.field-{hit.field}")
    if hit.field == "machine":
        return say("reading.hit-page", page=hit.page)
    if hit.field == "heard":
        return say("reading.hit-heard", at=f"{int(hit.at) // 60}:{int(hit.at) % 60:02d}")
    return say("reading.hit-beside", field=field) if hit.machine else field


def _marked(hit: Hit) -> str:
    """What was found between lenticular brackets, which a pipe and a black-and-white printer show too."""
    shown, end, out = hit.shown, 0, ""
    for first, last in hit.marks:
        out += f"{shown[end:first]}【{shown[first:last]}】"
        end = last
    return out + shown[end:]
