"""In which fonds a case belongs, and the archival number that it has or gets there, within a caller's transaction."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from preserve.administration.numbering import pattern
from preserve.administration.numbering.profile import NumberingProfile, read_numbering
from preserve.data_management import filings, fonds
from preserve.data_management.cases import Case
from preserve.data_management.filings import Filing, How, Number
from preserve.data_management.fonds import FondsRow
from preserve.description.legacy import closed_at_latest
from preserve.description.schema import CaseDescription
from preserve.errors import Conflict, Refused
from preserve.home import Home
from preserve.messages import bytes_for_people


def belongs_to(rows: Iterable[FondsRow], description: CaseDescription) -> FondsRow | None:
    """The fonds of the body that made the case, of those that took cases on the day it was closed.

    An old case of which no day is known may be any body's; one of which the year is known, that of its end.
    Where none has its producer's name, the only one there is; None where there are several, or none.
    """
    last = closed_at_latest(description)
    day = last.isoformat() if last else ""
    taking = [row for row in rows if not day or (row.since or day) <= day <= (row.until or day)]
    named = [row for row in taking if _same(row.name, description.producer.name)]
    chosen = named or taking
    return chosen[0] if len(chosen) == 1 else None


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def require_fileable(connection: Connection, home: Home, description: CaseDescription, needed: int) -> None:
    """Before anything is copied: what would be in the way of a case when it is registered; `needed` bytes of it.

    Raises Conflict where the number that its depositor wrote is another case's; Refused where numbers are given here
    and the case belongs in no fonds, its series is full, or it is more than its fonds may take; and where this archive
    is of a fonds that takes no case of that day.
    """
    rows = fonds.all_fonds(connection)
    row = belongs_to(rows, description)
    _require_taking(home, rows, row, description)
    if row is not None and row.quota:
        _require_room(connection, row, needed)
    profile = read_numbering(home.profiles)
    if profile.use == "as-given":
        return
    written = description.archival_number
    if written and (holder := _holder(connection, profile, row, written)):
        raise Conflict("numbering.taken", written, objid=holder)
    if profile.use == "give" and not written:
        if row is None:
            raise Refused("numbering.no-fonds", description.case_number, producer=description.producer.name)
        series = pattern.series_of(profile, description)
        if pattern.given(profile, series, filings.next_sequence(connection, row.code, series)) is None:
            raise Refused("numbering.full", description.case_number, series=row.whole(series))


def _require_taking(home: Home, rows: Iterable[FondsRow], row: FondsRow | None, description: CaseDescription) -> None:
    """In a house an archive is one fonds': what is not of it, or came after its end, is not taken in."""
    if home.settings.fonds and (row is None or row.code != home.settings.fonds):
        known = next((one for one in rows if one.code == home.settings.fonds), None)
        if known is not None and known.until:
            raise Refused("fonds.ended", description.case_number, until=known.until, name=known.name)
        raise Refused("fonds.not-of-it", description.case_number, producer=description.producer.name)


def _require_room(connection: Connection, row: FondsRow, needed: int) -> None:
    taken = filings.bytes_kept(connection) + filings.bytes_arriving(connection)
    if taken + needed > row.quota:
        left = bytes_for_people(max(row.quota - taken, 0))
        raise Refused(
            "fonds.quota", row.code, quota=bytes_for_people(row.quota), needed=bytes_for_people(needed), left=left
        )


def _holder(connection: Connection, profile: NumberingProfile, row: FondsRow | None, written: str) -> str | None:
    """The case that has or had the number that somebody wrote."""
    local = pattern.described(profile, written, row.number) if row is not None else None
    held = filings.holder_of(connection, row.code, local.local) if row is not None and local is not None else None
    return held or filings.described_by(connection, written, pattern.normalised(written))


def enter(
    connection: Connection, home: Home, objid: str, description: CaseDescription, *, actor: str, moment: datetime
) -> None:
    """File a case that is being registered, where there are fonds: with its number, or the next where they are given.

    Nothing here refuses: the package is published. What cannot be numbered is filed without a number.
    """
    row = belongs_to(fonds.all_fonds(connection), description)
    if row is None:
        return
    number, how = _number(connection, home, row, description)
    if number.local and filings.holder_of(connection, row.code, number.local) not in (None, objid):
        number, how = Number(""), "described"
    filings.file(connection, Filing(objid, row.code, number.local, how), number, actor=actor, moment=moment)


def _number(connection: Connection, home: Home, row: FondsRow, description: CaseDescription) -> tuple[Number, How]:
    profile = read_numbering(home.profiles)
    if description.archival_number:
        return pattern.described(profile, description.archival_number, row.number) or Number(""), "described"
    if profile.use != "give":
        return Number(""), "described"
    series = pattern.series_of(profile, description)
    sequence = filings.next_sequence(connection, row.code, series)
    return pattern.given(profile, series, sequence) or Number(""), "given"


def file(
    connection: Connection, home: Home, case: Case, code: str, reason: str, *, actor: str, moment: datetime
) -> Filing:
    """File a case that is in the archive in a fonds, for a reason: it gets a number there where numbers are given.

    The number that it had stays empty for good. Raises NotFound, and Conflict where it is in that fonds already, its
    number is another's, or the series is full.
    """
    row = fonds.require(connection, code)
    profile, description = read_numbering(home.profiles), case.description
    known = filings.filing_of(connection, case.objid)
    if known is not None and known.fonds == code and (known.local or profile.use != "give"):
        raise Conflict("fonds.filed-there", case.case_number, name=row.name)
    number, how = _number(connection, home, row, description)
    if how == "given" and not number.local:
        raise Conflict("numbering.full", case.case_number, series=row.whole(pattern.series_of(profile, description)))
    filing = Filing(case.objid, code, number.local, how)
    filings.file(connection, filing, number, actor=actor, moment=moment, reason=reason)
    return filing
