"""Tables of requests: the list, everything about one, use by year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from preserve.messages import bytes_for_people, listed, say
from preserve.services.request_views import Examination, Request, RequestList, RequestView, UseByYear
from preserve.services.tables import NOTHING, Table, facts, table

_FEW = 3
_USE = ("year", "requests", "persons", "approved", "refused", "withdrawn", "late", "cases", "files", "size", "open")


def requests(listing: RequestList) -> Table:
    """A line each: what waits, and for how long it may."""
    return table(
        "request state capacity asker due case-numbers urgent",
        (
            (
                row.number,
                say(f"request.state-{row.state}"),
                row.capacity_name,
                row.name or NOTHING,
                row.due + (" " + say("cli.overdue") if row.overdue else ""),
                _some(row.case_numbers),
                say("words.yes") if row.urgent else "",
            )
            for row in listing.requests
        ),
    )


def _some(numbers: Sequence[str]) -> str:
    """The first few numbers, and how many there are where there are more."""
    shown = listed(numbers[:_FEW])
    return shown if len(numbers) <= _FEW else say("words.places", places=shown, count=len(numbers))


def request(view: RequestView) -> Iterator[Table]:
    """The facts of one; the files that are to be given, and what its plan takes out, where there is any."""
    yield facts(_rows(view))
    if view.request.examination is not None and view.request.examination.selection:
        yield _selection(view.request.examination)
    if view.redactions:
        yield _redactions(view)


def _rows(view: RequestView) -> list[tuple[str, str]]:
    request, who = view.request, view.request.consumer
    rows = [
        (say("words.heading-request"), request.number),
        (say("words.heading-state"), say(f"request.state-{request.state}")),
        (say("dip.consumer"), f"{who.name} {who.organisation}".strip()),
        (say("dip.capacity"), view.capacity_name),
        (say("dip.purpose"), request.purpose),
        (say("words.heading-received"), request.received.isoformat()),
        (say("words.heading-due"), request.due.isoformat()),
        (say("request.opened-by"), request.opened_by),
        (say("dip.papers"), say("words.list-comma").join(paper.kind for paper in request.papers) or NOTHING),
    ]
    if request.urgent:
        rows.append((say("words.heading-urgent"), request.urgent))
    for wanted in request.wanted:
        what = " ".join(filter(None, (wanted.case_number, wanted.stage, wanted.object)))
        rows.append((say("request.wanted"), what))
    return rows + _examined(request) + _decided(request)


def _examined(request: Request) -> list[tuple[str, str]]:
    if (examination := request.examination) is None:
        return []
    opinion = f"{say(f'request.opinion-{examination.opinion}')} {examination.note}".strip()
    rows = [(say("request.examined-by"), f"{examination.by} {examination.when}"), (say("request.opinion"), opinion)]
    for concern in examination.concerns:
        sentence = say(concern.code, **{"object": concern.object, **concern.values})
        solved = say(f"request.solved-{concern.solved}") if concern.solved else say("request.solved-not")
        rows.append((say("request.concern"), f"{sentence} {solved}"))
    return rows


def _decided(request: Request) -> list[tuple[str, str]]:
    rows = []
    if (decision := request.decision) is not None:
        by = decision.by + (say("request.on-behalf", head=decision.on_behalf_of) if decision.on_behalf_of else "")
        outcome = say(f"request.state-{decision.outcome}") + f" {decision.reason}".rstrip()
        rows += [(say("request.decided-by"), f"{by} {decision.when}"), (say("request.decision"), outcome)]
    if (delivery := request.delivery) is not None:
        rows.append((say("request.delivery"), f"{delivery.dip} → {delivery.to} {delivery.when}"))
    if (receipt := request.acknowledgement) is not None:
        rows.append((say("request.acknowledgement"), f"{receipt.receiver} {receipt.when}"))
    if (withdrawal := request.withdrawal) is not None:
        rows.append((say("request.state-withdrawn"), f"{withdrawal.reason} {withdrawal.when}"))
    return rows


def _selection(examination: Examination) -> Table:
    return table(
        "file representation size redacted given-as",
        (
            (
                file.path,
                say(f"words.representation-{file.representation}"),
                bytes_for_people(file.size),
                say("words.yes") if file.redacted else "",
                file.given_as,
            )
            for file in examination.selection
        ),
        title=say("request.selection"),
    )


def _redactions(view: RequestView) -> Table:
    heads = (say(f"redaction.head-{name}") for name in ("what", "where", "reason", "article"))
    rows = (
        (line["object"], way, place, line["reason"], line["article"])
        for line, way, place in zip(view.redactions, view.ways, view.places, strict=True)
    )
    return Table((say("words.heading-file"), *heads), tuple(rows), say("redaction.planned"))


def statistics(use: UseByYear) -> Iterator[Table]:
    """Every year in a line, then of each year how often people of which capacity asked."""
    years = (
        tuple(bytes_for_people(year.size) if name == "size" else str(getattr(year, name)) for name in _USE)
        for year in use.years
    )
    yield Table(tuple(say(f"cli.use-{name}") for name in _USE), tuple(years))
    for year in use.years:
        capacities = ((use.capacity_names.get(name, name), str(count)) for name, count in year.capacities.items())
        yield Table((say("dip.capacity"), say("cli.use-requests")), tuple(capacities), str(year.year))
