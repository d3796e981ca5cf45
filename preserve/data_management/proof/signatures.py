"""The checkpoints in the catalogue, read one after the other: whether each is signed, and the roots that they tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.data_management import checkpoints
from preserve.data_management.signed_notes import says


class Rows:
    """The rows over more than `start` entries, and the newest one. Those that nobody signed are findings."""

    def __init__(self, connection: Connection, public: Sequence[Ed25519PublicKey], start: int = 0) -> None:
        self._connection = connection
        self.count = self.last = 0
        self.forged: list[Finding] = []
        self._unsigned: set[int] = set()
        vouched = (
            ""  # the digest of a checkpoint that one after it names, which holds: its signature was not lost since
        )
        for signed in checkpoints.newest_first(connection):
            if self.count and signed.size <= start:
                break
            self.count += 1
            if (vouched and signed.digest() == vouched and says(signed)) or checkpoints.signed_by_any(signed, public):
                vouched = signed.previous()
                self.last = max(self.last, signed.size)
            else:
                vouched = ""
                self._unsigned.add(signed.size)
                self.forged.append(
                    Finding("ledger.checkpoint-forged", str(signed.size), "error", {"size": signed.size})
                )
        self.forged.reverse()

    def roots(self, start: int) -> Iterator[tuple[int, bytes]]:
        """Size and root of each that is signed, smallest first, over more than `start` entries."""
        for size, root in checkpoints.roots_after(self._connection, start):
            if size not in self._unsigned:
                yield size, root


def merged(
    rows: Iterator[tuple[int, bytes]], files: Mapping[int, set[bytes]], start: int
) -> Iterator[tuple[int, set[bytes]]]:
    """Roots by size, those in files with those in rows, smallest first."""
    beside = sorted(size for size in files if size > start or not start)
    for size, root in rows:
        while beside and beside[0] < size:
            yield beside[0], files[beside.pop(0)]
        if beside and beside[0] == size:
            yield size, {root, *files[beside.pop(0)]}
        else:
            yield size, {root}
    for size in beside:
        yield size, files[size]
