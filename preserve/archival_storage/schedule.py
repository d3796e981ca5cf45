"""What is due to be read again, by the policy's intervals: on-line copies by age, off-line media by a drawn sample.

On-line media (the server store, buckets) are read copy by copy, the longest unread first. Off-line media (drives,
discs) are read whole; of those that fall due, a sample is drawn by place (GB/T 18894-2002: at least one tenth), never
fewer than one, from a seed that the ledger fixes before anyone knows it: the root over all its entries so far. So a
sample can be drawn again by anyone, and cannot be chosen after the fact.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from preserve.archival_storage.policy import Audit, StorageProfile
from preserve.clock import parse, stamp
from preserve.data_management import checkpoints, copy_counts, holdings, ledger
from preserve.data_management.holdings import CopyRow, MediumRow
from storage_adapters.registry import traits_of

SAMPLED = "audit.sampled"
How = Literal["read", "insert", "draw", "passed"]


@dataclass(frozen=True, slots=True)
class Due:
    """What a medium has to be read for.

    `how`: read (can be done now), insert (a person must bring it), draw (the next run draws whether it is read),
    passed (was not drawn). `copies` of `total` are due, `overdue` since `since` (RFC 3339) where that is known.
    """

    medium: MediumRow
    how: How
    copies: int
    total: int
    since: str
    next: str
    continuous: bool = False  # read at every run, all the time


def rule_for(profile: StorageProfile, kind: str) -> Audit:
    """The audit interval and share of a kind of medium."""
    return profile.audit.get(kind, Audit())


def cutoff(rule: Audit, moment: datetime) -> str:
    """What was read last before this is due; an interval of 0 days means at every run."""
    return stamp(moment - timedelta(days=rule.days))


def plan(
    connection: Connection, profile: StorageProfile, moment: datetime, here: Mapping[str, object] | set[str]
) -> list[Due]:
    """Every medium in use with what is due on it; `here` are those that need a person and are connected now."""
    planned = []
    for row in holdings.all_media(connection):
        if row.state != "in use":
            continue
        rule = rule_for(profile, row.kind)
        waiting = copy_counts.waiting_on(connection, row.id, cutoff(rule, moment), stamp(moment))
        if traits_of(row.kind).online:
            due = min(waiting.due, max(1, math.ceil(rule.share * waiting.copies))) if waiting.due else 0
            following = stamp(parse(waiting.oldest) + timedelta(days=rule.days)) if waiting.oldest else ""
            planned.append(Due(row, "read", due, waiting.copies, waiting.oldest, following, not rule.days))
            continue
        planned.append(_offline(row, rule, waiting.copies, moment, row.id in here))
    return sorted(planned, key=lambda due_medium: (due_medium.next, due_medium.medium.place, due_medium.medium.label))


def last_look(row: MediumRow) -> str:
    """When an off-line medium was last read whole or, not being drawn, passed over."""
    drawn = row.details.get("sample") or {}
    passed = str(drawn.get("at", "")) if drawn and not drawn.get("chosen") else ""
    return max(str(row.details.get("audited") or row.checked or row.added), passed)


def _offline(row: MediumRow, rule: Audit, total: int, moment: datetime, here: bool) -> Due:
    chosen = bool((row.details.get("sample") or {}).get("chosen"))
    last = last_look(row)
    following = stamp(parse(last) + timedelta(days=rule.days))
    if chosen:
        return Due(row, "read" if here else "insert", total, total, last, following)
    if total and last <= cutoff(rule, moment):
        return Due(row, "draw", total, total, last, following)
    return Due(row, "passed", 0, total, last, following)


def due_copies(connection: Connection, due: Due, rule: Audit, moment: datetime, limit: int) -> list[CopyRow]:
    """The copies of an on-line medium that are due, the longest unread first; at most `limit`.

    A check that lies in the future was made under a wrong clock: it proves nothing about now.
    """
    most = min(limit, due.copies)
    return copy_counts.longest_unread(connection, due.medium.id, cutoff(rule, moment), stamp(moment), most)


def seed_at(connection: Connection, size: int, stratum: str) -> str:
    """The seed of a draw: SHA-256 over the root of the ledger's first `size` entries and the stratum's name, hex."""
    root = checkpoints.root_at(connection, size)
    return hashlib.sha256(b"preserve audit sample\0" + root + stratum.encode()).hexdigest()


def chosen(seed: str, population: Sequence[str], share: float) -> list[str]:
    """The sample: the identities whose SHA-256 with the seed is lowest, at least one, at least the share."""
    count = max(1, math.ceil(share * len(population)))
    ranked = sorted(population, key=lambda name: hashlib.sha256(f"{seed}\0{name}".encode()).digest())
    return sorted(ranked[:count])


def draw(connection: Connection, profile: StorageProfile, moment: datetime, actor: str) -> list[str]:
    """Draw from the off-line media that fall due, by kind and building; returns the identities that are to be read.

    Each draw is one entry of the ledger with population, seed and result, made before anything is read.
    """
    strata: dict[str, list[MediumRow]] = {}
    for due in plan(connection, profile, moment, set()):
        if due.how == "draw":
            strata.setdefault(f"{due.medium.kind}/{due.medium.building}", []).append(due.medium)
    taken = []
    for stratum, rows in sorted(strata.items()):
        share = rule_for(profile, rows[0].kind).share
        size = ledger.size(connection)
        seed = seed_at(connection, size, stratum)
        population = sorted(row.id for row in rows)
        result = chosen(seed, population, share)
        ledger.append(
            connection,
            action=SAMPLED,
            subject=stratum,
            actor=actor,
            moment=moment,
            details={"entries": size, "seed": seed, "share": str(share), "population": population, "chosen": result},
        )
        for row in rows:
            sample = {"at": stamp(moment), "chosen": row.id in result, "stratum": stratum}
            holdings.change_medium(connection, row.id, actor=actor, moment=moment, sample=sample)
        taken += result
    return taken


def widen(connection: Connection, failed: MediumRow, moment: datetime, actor: str) -> list[str]:
    """A drawn medium was not intact: the others of its draw are to be read too. Returns their identities."""
    sample = failed.details.get("sample") or {}
    more = []
    for row in holdings.all_media(connection, failed.kind):
        other = row.details.get("sample") or {}
        same = other.get("at") == sample.get("at") and other.get("stratum") == sample.get("stratum")
        if sample and same and not other.get("chosen") and row.state == "in use":
            change = {**other, "chosen": True, "because": failed.id}
            holdings.change_medium(connection, row.id, actor=actor, moment=moment, sample=change)
            more.append(row.id)
    return more
