"""The log of looks again, in a catalogue that is made again: from the old one, else from the segments in the store."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import DatabaseError, IntegrityError

from metadata.findings import Finding
from preserve.data_management import looks, looks_sealing, looks_segments, sealing
from preserve.data_management.ledger_keys import trusted_keys
from preserve.data_management.proof import verify_looks
from preserve.data_management.tables import looks as table
from preserve.data_management.tables import looks_checkpoint
from preserve.home import Home

_BATCH = 2000


def take_over(home: Home, old: Connection | None, connection: Connection, findings: list[Finding]) -> None:
    """Fill the log from what can be proven; the ledger, which holds its roots, is there already.

    The old catalogue's counts where it contradicts nothing; else the segments, with those of its looks behind them
    that the newest checkpoint proves. What is lost is written into the ledger. Where there is no old catalogue and the
    ledger does not know the key yet, nothing is taken, for nothing could be signed: an archive that is restored calls
    this again after the entry that tells of its key. Raises NotIntact.
    """
    if old is None and not looks_sealing.may_sign(home, connection):
        return
    told = 0
    if old is not None:
        try:
            told = looks.size(old)
            if _from_old(home, old, connection):
                looks_sealing.enter_loss(home, connection, 0)
                return
        except DatabaseError:
            told = 0  # what cannot be read proves nothing
    _clear(connection)
    try:
        with connection.begin_nested():
            _enter(connection, looks_segments.lines(home.store / looks_sealing.FOLDER))
    except (OSError, ValueError, KeyError, TypeError, IntegrityError) as error:
        findings.append(Finding("looks.segment-broken", str(home.store / looks_sealing.FOLDER), detail=str(error)))
    count = looks.size(connection)
    if count or told:
        values = {"count": count}
        findings.append(Finding("looks.from-segments", str(home.store / looks_sealing.FOLDER), "note", values))
    if old is not None and told > count:
        _go_on(home, old, connection, count)
    if looks_sealing.may_sign(home, connection):
        _settle(home, connection, findings, told)


def _settle(home: Home, connection: Connection, findings: list[Finding], told: int) -> None:
    """Sign the log that was brought back, and write into the ledger what of it is lost: there were `told` or more."""
    if looks.size(connection):
        looks_sealing.sign(home, connection)
    if lost := looks_sealing.enter_loss(home, connection, told):
        findings.append(Finding("looks.lost", str(home.store / looks_sealing.FOLDER), "warning", {"count": lost}))
        sealing.sign_what_grew(home, connection)


def _from_old(home: Home, old: Connection, connection: Connection) -> bool:
    """Whether the old catalogue's log was taken, which nothing contradicts."""
    _copy(old, connection, 1)
    for row in old.execute(select(looks_checkpoint)).mappings():
        connection.execute(insert(looks_checkpoint), dict(row))
    return _is_proven(home, connection)


def _go_on(home: Home, old: Connection, connection: Connection, count: int) -> None:
    """Take the old catalogue's looks behind the segments, where all of them together are what was signed."""
    try:
        with connection.begin_nested() as attempt:
            _copy(old, connection, count + 1)
            for row in old.execute(select(looks_checkpoint)).mappings():
                connection.execute(insert(looks_checkpoint), dict(row))
            if not _is_proven(home, connection):
                attempt.rollback()
    except DatabaseError:
        return


def _is_proven(home: Home, connection: Connection) -> bool:
    report = verify_looks.prove(connection, home.store / "ledger", trusted_keys(home.keys / "ledger.pub"))
    beside = ("looks.head-missing", "looks.segment-broken")
    if any(finding.severity == "error" and finding.code not in beside for finding in report.findings):
        return False
    if (signed := looks_sealing.newest(connection)) is not None:
        looks_sealing.tree(connection).extend(signed.size)
    return True


def _copy(old: Connection, connection: Connection, start: int) -> None:
    rows: list[dict[str, object]] = []
    for look in looks.entries(old, start):
        rows.append({"number": look.number, "entry": look.text, "leaf": look.leaf})
        if len(rows) == _BATCH:
            connection.execute(insert(table), rows)
            rows = []
    if rows:
        connection.execute(insert(table), rows)


def _enter(connection: Connection, lines: Iterable[str]) -> None:
    for expected, line in enumerate(lines, 1):
        row = looks.row_of(line)
        if row["number"] != expected:
            raise ValueError(f"{row['number']} where {expected} should be")
        connection.execute(insert(table), row)


def _clear(connection: Connection) -> None:
    connection.execute(delete(table))
    connection.execute(delete(looks_checkpoint))
