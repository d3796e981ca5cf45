"""What a machine's reading of recordings gives a person to look at: clocks that jump, stop or disagree, dead stretches.

A pure function over records and what is known of each recording. A finding is a warning at most, is never a fact of
the case, and is told with the seconds between which a person must look. That there is none says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from metadata.findings import Finding, Severity
from preserve.machine_reading.clock_judging import Break, Read, begins, judge, reads_of
from preserve.machine_reading.clock_profile import ClockProfile
from preserve.machine_reading.records import ClockShown, Record, Stretch
from preserve.messages import length_for_people, listed, say, statute_number
from preserve.services.documents import FindingShown

_CODES = {
    "jump": "reading.clock-jump",
    "stop": "reading.clock-stopped",
    "pace": "reading.clock-pace",
    "back": "reading.clock-backwards",
}
_UNSEEN = ("black", "covered")
"""Stretches that are a warning; what is still or silent may well be so."""


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What is known of a recording: who tells when it began, by local time, and how far its device's clock was ahead.

    `began` has the sources `description`, `container` and `file-name`; `length` is in seconds, 0 where unknown. `zone`
    is the local time's distance from UTC in seconds, which some cameras forget.
    """

    identifier: str
    began: tuple[tuple[str, datetime], ...] = ()
    length: float = 0.0
    offset: float = 0.0
    zone: float = 0.0


@dataclass(frozen=True, slots=True)
class MachineFinding:
    """One thing to look at: the finding, of which file, from which second to which, and which frames show it.

    `shows` is what the clock shows in these frames, as the machine read it.
    """

    finding: FindingShown
    identifier: str
    at: float
    until: float
    frames: tuple[float, ...] = ()
    shows: tuple[str, ...] = ()


def findings_of(
    records: Iterable[Record], facts: Mapping[str, RecordingFacts], profile: ClockProfile
) -> list[MachineFinding]:
    """Everything to look at, by file and second. Files without facts are left out: their reader may not see them."""
    found: dict[str, list[MachineFinding]] = {file: [] for file in facts}
    # All reads of one clock come one after the other: those of one recording are held, and no more.
    for (file, kind), group in groupby(records, lambda record: (record.file, record.kind)):
        if file not in facts or kind not in ("clock", "stretch"):
            continue
        known = facts[file]
        if kind == "clock":
            reads = reads_of((one for one in group if isinstance(one, ClockShown)), profile.least_score)
            found[file] += _clock(file, known, reads, profile)
        else:
            found[file] += _stretches(file, known, (one for one in group if isinstance(one, Stretch)))
    return [one for file, known in facts.items() for one in _not_too_many(file, known, found[file], profile)]


def _not_too_many(
    file: str, known: RecordingFacts, found: list[MachineFinding], profile: ClockProfile
) -> list[MachineFinding]:
    """By time; so many at most, and what is left as one."""
    found.sort(key=lambda one: (one.at, one.until, one.finding.code))
    most = profile.most_findings
    return found if len(found) <= most else [*found[:most], _more(file, known, found[most:])]


def _clock(file: str, known: RecordingFacts, reads: Sequence[Read], profile: ClockProfile) -> Iterator[MachineFinding]:
    if (apart := _disagreement(file, known, reads, profile)) is not None:
        yield apart
    for one in judge(reads, profile):
        yield _break(file, known, one, _cited(profile))


def _break(file: str, known: RecordingFacts, one: Break, articles: str) -> MachineFinding:
    code = _CODES["back" if one.what == "pace" and one.rate < 0 else one.what]
    back = one.seconds < 0
    values = {
        "at": time_code(one.before.at),
        "until": time_code(one.after.at),
        "before": spoken(one.before.shows),
        "after": spoken(one.after.shows),
        "length": length_for_people(abs(one.seconds)),
        "rate": f"{one.rate:g}",
        "way": say("reading.clock-back" if back else "reading.clock-ahead"),
        "articles": articles,
    }
    return MachineFinding(
        Finding(code, file, "warning", values),
        known.identifier,
        one.before.at,
        one.after.at,
        (one.before.at, one.after.at),
        (one.before.shows, one.after.shows),
    )


def _cited(profile: ClockProfile) -> str:
    """The articles that what is found may bear on, as a law is cited."""
    return listed(map(statute_number, profile.articles))


def _disagreement(
    file: str, known: RecordingFacts, reads: Sequence[Read], profile: ClockProfile
) -> MachineFinding | None:
    """Where other sources tell another beginning than the clock does. That they agree proves nothing."""
    if (began := begins(reads)) is None:
        return None
    differing = [
        (source, moment) for source, moment in known.began if not _agrees(began, source, moment, known, profile)
    ]
    if not differing:
        return None
    told = listed(f"{say('rule.source-' + source)} {moment:%Y-%m-%d %H:%M:%S}" for source, moment in differing)
    values = {"clock": f"{began:%Y-%m-%d %H:%M:%S}", "others": told, "articles": _cited(profile)}
    first, last = reads[0], reads[-1]
    return MachineFinding(
        Finding("reading.clock-disagrees", file, "warning", values),
        known.identifier,
        first.at,
        last.at,
        (first.at, last.at),
        (first.shows, last.shows),
    )


def _agrees(began: datetime, source: str, moment: datetime, known: RecordingFacts, profile: ClockProfile) -> bool:
    """Whether a source tells the clock's beginning: as it is, or as devices are known to write it."""
    near = profile.differs_seconds
    if source == "description":  # a person wrote down what was right
        return abs((began - timedelta(seconds=known.offset) - moment).total_seconds()) <= near
    ways = [0.0]
    if source == "container":
        # Some devices write it when they stop, some write local time where UTC belongs.
        ways += [known.length, known.zone, known.zone + known.length]
    return any(abs((moment - began).total_seconds() - way) <= near for way in ways)


def _stretches(file: str, known: RecordingFacts, stretches: Iterable[Stretch]) -> Iterator[MachineFinding]:
    for one in stretches:
        values = {
            "at": time_code(one.start),
            "until": time_code(one.end),
            "length": length_for_people(one.end - one.start),
        }
        frames = () if one.what == "silent" else (round((one.start + one.end) / 2, 3),)
        severity: Severity = "warning" if one.what in _UNSEEN else "note"
        finding = Finding(f"reading.dead-{one.what}", file, severity, values)
        yield MachineFinding(finding, known.identifier, one.start, one.end, frames)


def _more(file: str, known: RecordingFacts, left: Sequence[MachineFinding]) -> MachineFinding:
    finding = Finding("reading.clock-more", file, "note", {"count": len(left), "at": time_code(left[0].at)})
    return MachineFinding(finding, known.identifier, left[0].at, left[-1].until)


def time_code(seconds: float) -> str:
    """`1:02:03.5`, from the start of the recording."""
    tenths = round(seconds * 10)
    text = f"{tenths // 36000}:{tenths // 600 % 60:02}:{tenths // 10 % 60:02}"
    return f"{text}.{tenths % 10}" if tenths % 10 else text


def spoken(shows: str) -> str:
    """What a clock shows, as people write it."""
    return shows.replace("T", " ")
