"""A catalogue that was put back to an earlier moment: from a backup, or by a server's point-in-time recovery.

Its ledger is a beginning of what the store tells. A rebuild takes the ledger from the segments then, and from the
catalogue what stands nowhere else: entries after the last segment, passwords, tokens, what readers keep. Work that was
under way at that moment is not taken over, for it may have ended since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Table, insert, select

from metadata.findings import Finding
from preserve.data_management import checkpoints, ledger
from preserve.data_management.engines.dialect import go_on_numbering
from preserve.data_management.tables import checkpoints as checkpoint_table
from preserve.data_management.tables import ledger as ledger_table


def copy_rows(source: Connection, target: Connection, tables: Iterable[Table]) -> None:
    """Copy every row of these tables, in their order, and go on with their numbers."""
    wanted = tuple(tables)
    for table in wanted:
        own = [column for column in table.columns if column.computed is None]
        rows = source.execute(select(*own), execution_options={"yield_per": 2000})
        for batch in rows.mappings().partitions(2000):
            target.execute(table.insert(), [dict(row) for row in batch])
    go_on_numbering(target, wanted)


def top_up(
    old: Connection, new: Connection, tables: Iterable[Table], public: Sequence[Ed25519PublicKey]
) -> Iterator[Finding]:
    """Take over what `tables` hold where the old ledger and that of the segments do not contradict each other.

    Entries that the old one has beyond the segments come too, where they were signed. Tells how many it lacked.
    """
    before, size = ledger.size(old), ledger.size(new)
    shared = min(before, size)
    both = zip(ledger.entries(old, 1, shared), ledger.entries(new, 1, shared), strict=False)
    if not before or any(one.text != other.text for one, other in both):
        return
    if before > size and not _bring_rest(old, new, size, public):
        return
    copy_rows(old, new, tables)
    if before < size:
        yield Finding("catalogue.topped-up", "", "note", {"count": size - before})


def _bring_rest(old: Connection, new: Connection, size: int, public: Sequence[Ed25519PublicKey]) -> bool:
    """Bring the entries after number `size`; False, and nothing brought, where they are not what was signed."""
    signed = checkpoints.newest(old)
    with new.begin_nested() as attempt:
        for entry in ledger.entries(old, size + 1):
            new.execute(insert(ledger_table), ledger.row_of(entry.text))
        for row in old.execute(select(checkpoint_table).where(checkpoint_table.c.size > size)).mappings():
            new.execute(insert(checkpoint_table), dict(row))
        count = ledger.size(new)
        root = checkpoints.root_of(ledger.leaves(new, 1, count))
        if signed and signed.size == count and signed.root == root and checkpoints.signed_by_any(signed, public):
            return True
        attempt.rollback()
    return False
