"""What is asked of the model: kinds of cases, and sites that grow. Each figure says where it is from."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.simulation.model import Case, Costs, Outcome, Site, keep_busy

SMALL = Case(20, 20 * 2_000)
"""Measured: the case of the check."""

# Processor seconds a second of 1080p video for FFV1 with its proof: benchmarks/results.md (transcode), 25.5 s on two
# processors for 8 s. Bytes: the same clip at 8 Mbit/s. Measured here, on 2026-11-29, quiet.
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

CASES = {"papers, 100 MB": PAPERS, "recordings kept, 5 GB": RECORDED, "recordings as FFV1, 5 GB": LOSSLESS}
WORKERS = (10, 32, 100, 316, 1_000)
WORKERS_A_NODE, COPIES = 4, 2
"""Assumed: a node of the store (250 MB/s of discs) for each four workers; the store writes two copies."""


def site(workers: int, **changes: float) -> Site:
    """A site of so many workers, its store in proportion."""
    usual = Site(workers, nodes=max(3, -(-workers // WORKERS_A_NODE)), copies=COPIES)
    return replace(usual, **changes)  # type: ignore[arg-type]


def seconds_for(costs: Costs, case: Case) -> float:
    """For how long a site is watched: some cases of each worker."""
    one = costs.start + costs.outside(case.files, case.size) + case.transcoding
    return max(60.0, 12 * one + 24 * case.size * COPIES / 250e6)


def grow(costs: Costs, case: Case, **changes: float) -> dict[int, Outcome]:
    """The same cases at each number of workers."""
    seconds = seconds_for(costs, case)
    return {workers: keep_busy(site(workers, **changes), costs, case, seconds=seconds) for workers in WORKERS}
