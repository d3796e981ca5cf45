"""From facts and rules to a day: pure arithmetic over dates. The longest period wins, the unknown never ends.

A period of N years that begins the day after its event ends on the corresponding day N years on, or on the last day of
that month where there is none (民法典 Art. 201, 202). One counted from the first of January after its event ends on a
31 December. A thing is due on the day after its period's last day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from preserve.administration.retention.profile import Count, Event, RetentionClass, RetentionProfile

Never = Literal["", "permanent", "unknown"]
NOT_DECLARED = "not-known"
"""As what a case declares: it is an old one, and nobody knows for how long it was to be kept."""
_DECLARED_YEARS = {"10-years": 10, "30-years": 30}


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the calculation rests on; a day that is not known is None. `declared` is the case's own retention."""

    closed: date | None
    filed: date | None
    case_type: str
    declared: str
    long_term: bool


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """The same of one object: whether it is a recording, evidence, its own declared retention, its recording day.

    `with_case`: filed with the case (随卷), as all is that comes with it unless a person says otherwise.
    """

    recording: bool
    evidence: bool = False
    declared: str = ""
    recorded: date | None = None
    with_case: bool = True


@dataclass(frozen=True, slots=True)
class Period:
    """One rule applied: from which day, how long, its last day; `years` 0 is for ever; `missing` names unknown events.

    `rule` is the name of a class, `floor-…` for the floor or `declared` for what the description itself asks.
    """

    rule: str
    event: str
    start: date | None
    years: int
    count: Count
    last: date | None
    missing: tuple[str, ...] = ()

    @property
    def never(self) -> Never:
        """Whether, and why, it never ends."""
        return "permanent" if not self.years else "unknown" if self.last is None else ""


@dataclass(frozen=True, slots=True)
class Due:
    """The first day on which it may go, or why never; the rule that decided; every period that applies."""

    day: date | None
    never: Never
    rule: str
    periods: tuple[Period, ...]


def last_day(start: date, years: int, count: Count) -> date:
    """The last day of a period of so many years after an event on `start`."""
    if count == "next-year":
        return date(start.year + years, 12, 31)
    try:
        return start.replace(year=start.year + years)
    except ValueError:  # 29 February in a year that has none
        return date(start.year + years, 2, 28)


def longest(periods: Iterable[Period]) -> Due:
    """For ever before unknown, unknown before any day, the later day before the earlier; nothing applies: unknown."""
    applied = tuple(periods)
    if not applied:
        return Due(None, "unknown", "", ())
    best, length = applied[0], _length(applied[0])
    for period in applied[1:]:
        if (other := _length(period)) > length:
            best, length = period, other
    day = best.last + timedelta(days=1) if best.last is not None and best.years else None
    return Due(day, best.never, best.rule, applied)


def decisive(due: Due) -> Period | None:
    """The period that decides: of those of one rule the one that ends as it says."""
    for period in due.periods:
        day = period.last + timedelta(days=1) if period.last is not None and period.years else None
        if (period.rule, period.never, day) == (due.rule, due.never, due.day):
            return period
    return None


_UNKNOWN, _FOR_EVER = 10**8, 10**9  # beyond every day


def _length(period: Period) -> int:
    if not period.years:
        return _FOR_EVER
    return _UNKNOWN if period.last is None else period.last.toordinal()


def _period(rule: str, starts: tuple[Event, ...], years: int, count: Count, days: dict[str, date | None]) -> Period:
    if not years:
        return Period(rule, "", None, 0, count, None)
    event, start = "", date.min
    for name in starts:
        day = days[name]
        if day is None:
            missing = tuple(name for name in starts if days[name] is None)
            return Period(rule, missing[0], None, years, count, None, missing)
        if day > start or not event:
            event, start = name, day
    return Period(rule, event, start, years, count, last_day(start, years, count))


_Key = tuple[int, str, str, bool, bool, bool, bool]
_KNOWN: dict[_Key, tuple[RetentionProfile, tuple[RetentionClass, ...]]] = {}


def _rules(profile: RetentionProfile, case: CaseFacts, thing: ObjectFacts | None) -> tuple[RetentionClass, ...]:
    case_type, declared, long_term = case.case_type, case.declared, case.long_term
    recording = thing is not None
    evidence, with_case = (thing.evidence, thing.with_case) if thing else (False, False)
    # By identity, because hashing a whole profile for each of a million cases costs more than all the rest.
    key = (id(profile), case_type, declared, long_term, recording, evidence, with_case)
    known = _KNOWN.get(key)
    if known is not None and known[0] is profile:
        return known[1]
    wanted = "recording" if recording else "case"
    rules = tuple(
        rule
        for rule in profile.classes
        if rule.applies_to == wanted
        and (not rule.declared or declared in rule.declared)
        and (not rule.case_types or case_type in rule.case_types)
        and (rule.long_term is None or rule.long_term == long_term)
        and (rule.evidence is None or (evidence if rule.evidence else not (evidence or with_case)))
    )
    if len(_KNOWN) > 4096:
        _KNOWN.clear()
    _KNOWN[key] = (profile, rules)
    return rules


def _declared(value: str, days: dict[str, date | None]) -> list[Period]:
    """What the description itself asks for is a floor too: no profile shortens what was promised for this case."""
    if value == "permanent":
        return [_period("declared", (), 0, "next-year", days)]
    if value == NOT_DECLARED:
        return [Period("declared", "", None, 1, "next-year", None, ("declared",))]
    if value in _DECLARED_YEARS:
        return [_period("declared", ("closing",), _DECLARED_YEARS[value], "next-year", days)]
    return []


def own_periods(profile: RetentionProfile, case: CaseFacts) -> list[Period]:
    """The periods of the case file itself, without its recordings."""
    days: dict[str, date | None] = {"closing": case.closed, "filing": case.filed, "recording": None}
    rules = _rules(profile, case, None)
    periods = [_period(rule.name, rule.starts, rule.years or 0, rule.count, days) for rule in rules]
    if not periods:
        return [Period("", "", None, 1, "next-year", None, ("class",))]
    periods += _declared(case.declared, days)
    periods.append(_period("floor-case", ("closing",), profile.floor.case_years, "day-after", days))
    if case.long_term:
        periods.append(_period("floor-long-term", ("closing",), profile.floor.long_term_years, "day-after", days))
    return periods


def object_periods(profile: RetentionProfile, case: CaseFacts, thing: ObjectFacts) -> list[Period] | None:
    """The periods of one object; None where no rule is its own: then it is kept with the case."""
    if not thing.recording:
        return None
    days: dict[str, date | None] = {"closing": case.closed, "filing": case.filed, "recording": thing.recorded}
    rules = _rules(profile, case, thing)
    if not rules:
        return None
    periods = [_period(rule.name, rule.starts, rule.years or 0, rule.count, days) for rule in rules]
    periods += _declared(thing.declared, days)
    # What was filed with the case was recorded by then, so that a day which nobody wrote down makes nothing unknown.
    by_then = thing.recorded is None and thing.with_case and case.filed is not None
    known: Event = "filing" if by_then else "recording"
    periods.append(_period("floor-recording", (known,), profile.floor.recording_years, "day-after", days))
    if case.long_term:
        periods.append(_period("floor-long-term", ("closing",), profile.floor.long_term_years, "day-after", days))
    return periods


def due_of_object(profile: RetentionProfile, case: CaseFacts, thing: ObjectFacts) -> Due | None:
    """When one object falls due; None where it is kept with the case."""
    periods = object_periods(profile, case, thing)
    return None if periods is None else longest(periods)


def due_of_case(profile: RetentionProfile, case: CaseFacts, objects: Iterable[ObjectFacts]) -> Due:
    """When the whole case falls due: not before its last recording, nor before what any object declares."""
    periods = own_periods(profile, case)
    days: dict[str, date | None] = {"closing": case.closed, "filing": case.filed, "recording": None}
    count = 0
    for thing in objects:
        count += 1
        periods += object_periods(profile, case, thing) or _declared(thing.declared, days)
        if thing.recording and thing.recorded is not None and thing.recorded > (case.closed or date.max):
            floor = {**days, "recording": thing.recorded}
            periods.append(
                _period("floor-recording", ("recording",), profile.floor.recording_years, "day-after", floor)
            )
    return longest(dict.fromkeys(periods) if count > 1 else periods)
