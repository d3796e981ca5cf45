"""What is known of a case and of each of its originals that a period rests on: from description and package."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from preserve.administration.retention.periods import (
    NOT_DECLARED,
    CaseFacts,
    Due,
    ObjectFacts,
    due_of_case,
    due_of_object,
)
from preserve.administration.retention.profile import RetentionProfile
from preserve.clock import zone
from preserve.data_management import cases, object_index, versions
from preserve.data_management.cases import Case
from preserve.data_management.object_index import ObjectRow
from preserve.data_management.retention_index import RetentionRow
from preserve.description.fixed_values import LegacyFact
from preserve.description.legacy import closed_at_latest, is_known
from preserve.home import Home

if TYPE_CHECKING:
    from preserve.description.schema import CaseDescription, CaseObject


def facts_of(
    home: Home,
    connection: Connection,
    profile: RetentionProfile,
    objid: str,
    description: CaseDescription | None = None,
) -> tuple[CaseFacts, dict[str, ObjectFacts]]:
    """What is known of a case and of its originals, as `facts_in` has it, from description and package.

    `description` is the case's, from whoever has just entered it: to read a large one again takes a second.
    """
    created = [version.created for version in versions.of_case(connection, objid)]
    case = cases.read(connection, objid)
    originals = object_index.originals_of_many(connection, (objid,))
    return facts_in(home, profile, Kept(case, created, originals, description))


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of a case that its facts are made from; `created` is when each of its versions was (RFC 3339).

    The originals are read from the catalogue as they are taken, once: a large case has more than memory should hold.
    """

    case: Case
    created: Sequence[str]
    originals: Iterable[ObjectRow]
    described: CaseDescription | None = None
    """What the case's text says, where it was read already."""


def kept_of(connection: Connection, objids: Iterable[str]) -> Iterator[Kept]:
    """The rows of each of these cases, at most some thousand, in a few queries; each is to be used before the next."""
    wanted = list(objids)
    created = versions.created_of(connection, wanted)
    groups = groupby(object_index.originals_of_many(connection, wanted), lambda original: original.objid)
    coming = next(groups, None)
    for case in cases.each_of(connection, wanted):
        if coming is not None and coming[0] == case.objid:
            yield Kept(case, created.get(case.objid, []), coming[1])
            coming = next(groups, None)
        else:
            yield Kept(case, created.get(case.objid, []), ())


def facts_in(home: Home, profile: RetentionProfile, kept: Kept) -> tuple[CaseFacts, dict[str, ObjectFacts]]:
    """What these rows say: of each recording, and of the first of those other files of which the same is known.

    Raises ValueError, KeyError, TypeError where the rows hold what no release writes.
    """
    case, created = kept.case, kept.created
    description = case.description if kept.described is None else kept.described
    local = zone(home.settings.time_zone)
    filed = datetime.fromisoformat(min(created)).astimezone(local).date() if created else None
    declared = description.retention.value if is_known(description, LegacyFact.RETENTION) else NOT_DECLARED
    # Of an old case that was closed in some year: its last day, so that nothing falls due too early.
    facts = CaseFacts(closed_at_latest(description), filed, description.case_type, declared, case.long_term)
    from preserve.description.matching import described  # whoever only reads days pays for no whole description

    about = described(description)
    objects: dict[str, ObjectFacts] = {}
    alike: dict[ObjectFacts, ObjectFacts] = {}  # a large case has many files and few kinds of them
    for original in kept.originals:
        timed, began = _recorded(original.properties)
        item = about.find(original.deposited)
        own = object_facts(profile, item, original.name, timed=timed, began=began, local=local)
        known = alike.setdefault(own, own)
        if own.recording or known is own:
            objects[original.identifier] = known
    return facts, objects


@lru_cache(maxsize=256)
def _recorded(properties: str) -> tuple[bool, str]:
    """Whether a file has a length, and when it says itself that it begins; the same for thousands of files."""
    significant = dict(json.loads(properties))
    return "duration" in significant, significant.get("recording start", "")


def paths_of(connection: Connection, objid: str) -> dict[str, str]:
    """The depositor's name of each original of the newest version, by identifier."""
    return {original.identifier: original.name for original in object_index.originals(connection, objid)}


def object_facts(
    profile: RetentionProfile, item: CaseObject | None, name: str, *, timed: bool, began: str, local: tzinfo
) -> ObjectFacts:
    """What its period rests on. `timed`: it has a length; `began` is when it says itself that it begins, or empty."""
    words = f"{item.kind} {item.title}" if item else ""
    ending = name.rpartition(".")[2].casefold()
    known = profile.recordings
    recording = ending in known.suffixes or (timed and any(word in words for word in known.words))
    recorded: date | None = None
    if item and item.recording_start:
        start = item.recording_start
        recorded = (start.astimezone(local) if start.tzinfo else start).date()
    elif item and item.date:
        recorded = item.date
    elif began:
        recorded = datetime.fromisoformat(began.partition(" (")[0]).astimezone(local).date()
    evidence = item is None or item.evidence  # what no description speaks of is kept as if it mattered
    declared = item.retention.value if item and item.retention else ""
    return ObjectFacts(recording, evidence, declared, recorded, item is None or item.with_case)


def facts_text(case: CaseFacts, objects: Iterable[ObjectFacts]) -> str:
    """The facts as a row keeps them; alike objects once."""
    facts = {
        "objects": sorted({_object_values(thing) for thing in objects}),
        "closed": case.closed.isoformat() if case.closed else "",
        "filed": case.filed.isoformat() if case.filed else "",
        "type": case.case_type,
        "declared": case.declared,
        "long_term": int(case.long_term),
    }
    return json.dumps(facts, separators=(",", ":"))


def _object_values(thing: ObjectFacts) -> tuple[int | str, ...]:
    recorded = thing.recorded.isoformat() if thing.recorded else ""
    values = (int(thing.recording), int(thing.evidence), thing.declared, recorded)
    return values if thing.with_case else (*values, 0)  # as rows of earlier releases have it


def read_facts(text: str) -> tuple[CaseFacts, list[ObjectFacts]]:
    """The facts that a row keeps."""
    kept = json.loads(text)
    day = date.fromisoformat  # nothing else of this is worth more than its microsecond: a million cases are read so
    facts = CaseFacts(
        day(kept["closed"]) if kept["closed"] else None,
        day(kept["filed"]) if kept["filed"] else None,
        kept["type"],
        kept["declared"],
        bool(kept["long_term"]),
    )
    objects = [
        ObjectFacts(bool(rec), bool(evidence), declared, day(when) if when else None, not alone)
        for rec, evidence, declared, when, *alone in kept["objects"]
    ]
    return facts, objects


def calculate(profile: RetentionProfile, row: RetentionRow, case_facts: str = "") -> Due:
    """The calculation of a row by any rules; `case_facts` are those of its case where the row is a recording's."""
    facts, objects = read_facts(row.facts)
    if row.item:
        own = due_of_object(profile, facts, objects[0])
        if own is not None:
            return own
        facts, objects = read_facts(case_facts)
    return due_of_case(profile, facts, objects)
