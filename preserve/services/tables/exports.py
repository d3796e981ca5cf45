"""Tables of exports: the list, and everything about one."""

from __future__ import annotations

from collections.abc import Iterator

from preserve.messages import bytes_for_people, listed, say
from preserve.services.exports import LOST, Export, ExportList, ExportView
from preserve.services.tables import Table, cells, facts, table


def exports(listing: ExportList) -> Table:
    """A line each: who gets it, and how far it is."""
    return table(
        "number state receiver form cases proposed",
        (
            (
                row.number,
                say(f"exporting.state-{row.state}"),
                row.receiver,
                say(f"exporting.form-{row.form}"),
                _count(len(row.cases), row.whole),
                row.proposed,
            )
            for row in listing.exports
        ),
        domain="exporting.head",
    )


def export(view: ExportView) -> Iterator[Table]:
    """The facts of one, and its cases."""
    yield facts(_rows(view.export))
    yield table(
        "case title files bytes",
        (cells(item.case_number, item.title, item.files, bytes_for_people(item.size)) for item in view.export.items),
        domain="exporting.head",
    )


def _count(cases: int, whole: bool) -> str:
    return say("exporting.whole") if whole else str(cases)


def _rows(export: Export) -> Iterator[tuple[str, str]]:
    yield say("exporting.head-number"), export.number
    yield say("exporting.head-state"), say(f"exporting.state-{export.state}")
    yield say("exporting.head-receiver"), export.receiver
    yield say("exporting.head-purpose"), export.purpose
    yield say("exporting.head-form"), say(f"exporting.form-{export.form}")
    yield say("exporting.head-lost"), listed([say(f"exporting.lost-{what}") for what in LOST[export.form]])
    yield say("exporting.head-cases"), _count(len(export.items), export.whole)
    yield say("exporting.head-proposed"), f"{export.proposed_by} {export.proposed}"
    if (decision := export.decision) is not None:
        yield say("exporting.head-decided"), f"{decision.by} {decision.when} {decision.reason}"
    for begun in export.begun:
        yield say("exporting.head-begun"), f"{begun.by} {begun.when} {begun.to}"
    if (written := export.written) is not None:
        yield say("exporting.head-written"), f"{written.by} {written.when} {written.to}"
        yield say("exporting.head-digest"), written.list_sha256
        if written.left_out:
            yield say("exporting.head-left-out"), str(len(written.left_out))
    if (ended := export.ended) is not None:
        yield say("exporting.state-withdrawn"), f"{ended.by} {ended.when} {ended.reason}"
