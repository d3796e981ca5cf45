"""Tables of transfers: the list, and everything about one."""

from __future__ import annotations

from collections.abc import Iterator

from preserve.messages import bytes_for_people, say
from preserve.services.tables import Table, cells, facts, table
from preserve.services.transfers import Transfer, TransferList, TransferView


def transfers(listing: TransferList) -> Table:
    """A line each: where it goes, and how far it is."""
    return table(
        "number state archive form cases prepared",
        (
            (
                row.number,
                say(f"transfer.state-{row.state}"),
                row.archive,
                say(f"transfer.form-{row.form}"),
                str(len(row.cases)),
                row.prepared,
            )
            for row in listing.transfers
        ),
        domain="transfer.head",
    )


def transfer(view: TransferView) -> Iterator[Table]:
    """The facts of one, and its cases."""
    yield facts(_rows(view.transfer))
    yield table(
        "case archival title files bytes",
        (
            cells(item.case_number, item.archival_number, item.title, item.files, bytes_for_people(item.size))
            for item in view.transfer.items
        ),
        domain="transfer.head",
    )


def _rows(transfer: Transfer) -> Iterator[tuple[str, str]]:
    yield say("transfer.head-number"), transfer.number
    yield say("transfer.head-state"), say(f"transfer.state-{transfer.state}")
    yield say("transfer.head-archive"), transfer.archive
    yield say("transfer.head-basis"), transfer.basis
    yield say("transfer.head-form"), say(f"transfer.form-{transfer.form}")
    yield say("transfer.head-prepared"), f"{transfer.prepared_by} {transfer.prepared}"
    if (decision := transfer.decision) is not None:
        yield say("transfer.head-decided"), f"{decision.by} {decision.when} {decision.reason}"
    if (handed_over := transfer.handed_over) is not None:
        yield say("transfer.head-handed-over"), f"{handed_over.by} {handed_over.when} {handed_over.to}"
        yield say("transfer.digest"), handed_over.list_sha256
    if (receipt := transfer.receipt) is not None:
        yield say("transfer.head-receipt"), f"{receipt.number} {receipt.receiver} {receipt.received}"
    if (ended := transfer.ended) is not None:
        yield say("transfer.state-cancelled"), f"{ended.by} {ended.when} {ended.reason}"
