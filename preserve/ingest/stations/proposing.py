"""Which recordings fit a case: by the times of its measures, its officers, its cameras. Only proposed, never taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal

from preserve.clock import stamp
from preserve.data_management.pool import PoolRow
from preserve.ingest.stations.profile import StationsProfile

Certainty = Literal["likely", "question"]
ReasonCode = Literal["measure", "officer", "officer-name", "device", "case-number", "case-days"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One sign that a recording belongs to a case, and the value that is the same in both."""

    code: ReasonCode
    value: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A measure of the case with its times in UTC, as recordings may fall around it."""

    measure: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a description recordings are held against. Numbers are in lower case, without zeros before them."""

    case_number: str = ""
    measures: tuple[Taken, ...] = ()
    days: tuple[datetime, datetime] | None = None
    officers: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    devices: frozenset[str] = field(default=frozenset())

    def spans(self) -> Iterator[tuple[str, str]]:
        """The times within which recordings are looked for, as rows have them; each moment once."""
        spans = sorted((one.since, one.until) for one in self.measures)
        if not spans and self.days is not None:
            spans = [self.days]
        begin: datetime | None = None
        end = datetime.min.replace(tzinfo=UTC)
        for since, until in spans:
            if begin is not None and since <= end:
                end = max(end, until)
                continue
            if begin is not None:
                yield stamp(begin), stamp(end + timedelta(seconds=1))
            begin, end = since, until
        if begin is not None:
            yield stamp(begin), stamp(end + timedelta(seconds=1))


def wanted_by(content: Mapping[str, Any], profile: StationsProfile, zone: tzinfo) -> Wanted:
    """What a description says, as far as it is filled in; what is no time or number says nothing."""
    slack = timedelta(seconds=profile.slack)
    measures = []
    for row in _rows(content, "measures"):
        since = _moment(row.get("start"), zone)
        if since is None:
            continue
        until = _moment(row.get("end"), zone) or _end_of_day(since, zone)
        measures.append(Taken(str(row.get("measure", "")), since - slack, max(until, since) + slack))
    first, last = _moment(content.get("start"), zone), _moment(content.get("closed"), zone)
    officers = _rows(content, "officers")
    return Wanted(
        _text(content.get("case_number")),
        tuple(measures),
        (first, _end_of_day(last, zone)) if first is not None and last is not None and first <= last else None,
        frozenset(_number(row.get("number")) for row in officers) - {""},
        frozenset(_text(row.get("name")) for row in officers) - {""},
        frozenset(_number(row.get("device")) for row in _rows(content, "objects")) - {""},
    )


def fit(wanted: Wanted, row: PoolRow) -> tuple[Certainty, tuple[Reason, ...]] | None:
    """How well a waiting recording fits, and why; None where it does not, or is another officer's."""
    if row.state != "waiting":
        return None
    reasons = list(_reasons(wanted, row))
    codes = {one.code for one in reasons}
    if "case-number" in codes:
        return "likely", tuple(reasons)
    who = codes & {"officer", "officer-name", "device"}
    if "measure" in codes:
        if who:
            return "likely", tuple(reasons)
        other = bool(row.officer and wanted.officers) or bool(row.officer_name and wanted.names)
        return None if other else ("question", tuple(reasons))
    return ("question", tuple(reasons)) if "case-days" in codes and who and not wanted.measures else None


def _reasons(wanted: Wanted, row: PoolRow) -> Iterator[Reason]:
    if wanted.case_number and row.case_number.strip() == wanted.case_number:
        yield Reason("case-number", row.case_number)
    moment = datetime.fromisoformat(row.taken) if row.taken else None
    if moment is not None:
        for one in wanted.measures:
            if one.since <= moment <= one.until:
                yield Reason("measure", one.measure)
                break
        else:
            if wanted.days is not None and wanted.days[0] <= moment <= wanted.days[1]:
                yield Reason("case-days", row.taken[:10])
    if _number(row.officer) in wanted.officers:
        yield Reason("officer", row.officer)
    elif row.officer_name in wanted.names and not (row.officer and wanted.officers):  # numbers say more than names
        yield Reason("officer-name", row.officer_name)
    if _number(row.device) in wanted.devices:
        yield Reason("device", row.device)


def _rows(content: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = content.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, (list, tuple)) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _number(value: object) -> str:
    return _text(value).casefold().lstrip("0")


def _moment(value: object, zone: tzinfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value)) if value else None
        if found is None:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _end_of_day(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(hour=23, minute=59, second=59, microsecond=0).astimezone(UTC)
