"""What is asked of the model: kinds of cases, and sites that grow. Each figure says where it is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.simulation.model import Case, Costs, Outcome, Site, keep_busy

SMALL = Case(20, 20 * 2_000)
"""Measured: the case of the check."""

# Processor seconds a second of 1080p video for FFV1 with its proof: benchmarks/results.md (transcode), 25.5 s on two
# processors for 8 s, measured on a quiet machine. The same clip is of 8 Mbit/s.
TRANSCODING_A_SECOND = 25.5 * 2 / 8
VIDEO_A_SECOND = 1_000_000
GROWS = 12
"""Assumed: FFV1 of such a recording is so many times as large as what it was made from."""

PAPERS = Case(60, 100_000_000)
"""Assumed: papers, photographs and some sound, kept as they are: 100 MB in 60 files."""
RECORDED = Case(80, 5_000_000_000)
"""Assumed: 80 minutes of recordings in a current codec, kept bit for bit (policy `compact`): 5 GB."""
LOSSLESS = replace(
    RECORDED, transcoding=RECORDED.size / VIDEO_A_SECOND * TRANSCODING_A_SECOND, made=GROWS * RECORDED.size
)
"""The same under the policy `lossless`: every recording as FFV1 beside the original."""

CASES: Mapping[str, Case] = {
    "papers, 100 MB": PAPERS,
    "recordings kept, 5 GB": RECORDED,
    "recordings to FFV1, 5 GB": LOSSLESS,
}
WORKERS = (10, 32, 100, 316, 1_000)
WORKERS_A_NODE, COPIES, NODE_SPEED = 2, 2, 250e6
"""Assumed: for each two workers a node of the store that moves 250 MB/s; the store writes two copies of each byte."""

APPENDS = 1_528
"""Measured in an earlier trial on PostgreSQL: entries a second by 32 writers, one call each, under one lock."""
ENTRIES = 7
"""Of a small case, as that trial counted them."""
LEDGERS = 10


@dataclass(frozen=True, slots=True)
class Way:
    """How ledgers are locked: `share` of the time under the lock that is left, of so many ledgers."""

    name: str
    share: float
    ledgers: int


def ways(costs: Costs, case: Case) -> tuple[Way, ...]:
    """Today's lock; one held only while an entry is appended; ten bureaus with a ledger each."""
    short = min(1.0, ENTRIES / APPENDS / costs.under_lock(case.files))
    return (Way("today", 1.0, 1), Way("append only", short, 1), Way("ten ledgers", 1.0, LEDGERS))


def site(workers: int, **changes: Any) -> Site:
    """A site of so many workers, its store in proportion."""
    usual = Site(workers, nodes=max(3, -(-workers // WORKERS_A_NODE)), copies=COPIES, node_speed=NODE_SPEED)
    return replace(usual, **changes)


def seconds_for(costs: Costs, case: Case, workers: int, way: Way) -> float:
    """For how long a site is watched: until each worker had its turn some times, were this lock what holds it up."""
    one = costs.start + costs.outside(case.files, case.size) + case.transcoding
    moved = (case.size + case.made) * (COPIES + 1) / NODE_SPEED
    behind = workers * costs.under_lock(case.files) * way.share / way.ledgers
    return 4 * max(one + moved, behind) + one


def grow(costs: Costs, case: Case, way: Way, workers: int) -> Outcome:
    """These cases, this lock, so many workers."""
    grown = site(workers, held_share=way.share, ledgers=way.ledgers)
    return keep_busy(grown, costs, case, seconds=seconds_for(costs, case, workers, way))


HELD = {1: 10, 10: 32, 100: 100}
"""Petabytes, and how many workers take recordings in beside them."""
NODE_HOLDS, INTERVAL = 300e12, 90
"""Assumed: a node holds 300 TB; every copy is read each 90 days, as profiles/storage.toml has it for object stores."""


def audited(costs: Costs, petabytes: int, workers: int) -> tuple[Site, Outcome]:
    """A site that holds so much, where workers take recordings in while every copy is to be read in time."""
    held = petabytes * 1e15 * COPIES
    nodes = max(3, round(held / NODE_HOLDS))
    reading = held / (INTERVAL * 86_400)
    whole = site(workers, nodes=nodes, audited=reading, held_share=ways(costs, RECORDED)[1].share)
    return whole, keep_busy(whole, costs, RECORDED, seconds=600)
