"""Several machines of one archive, hurt again and again while they work: the result is that of an undisturbed run."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path

from tests.campaigns.cluster_faults import Faults
from tests.campaigns.cluster_judging import acts_of_a_case, judge, judge_anew
from tests.campaigns.cluster_work import AHEAD, WORKERS, Campaign
from tests.support.machines import parted_machines

FAULTS, CASES = 100, 200
_LATE = 0.4  # the part of the faults that comes while new versions are made


def run(folder: Path, seconds: float, seed: int) -> str:
    """200 cases and 100 faults, or as many faults as come into so many seconds."""
    chance = random.Random(seed)
    late = round(FAULTS * _LATE)
    return story(folder, seconds, chance, ["" for _ in range(FAULTS - late)], [""] * late, CASES, bucket=True)


def undisturbed(folder: Path, chance: random.Random, *, bucket: bool) -> dict[str, int]:
    """What the ledger tells of each case where nothing happens."""
    folder.mkdir()
    calm = Campaign(parted_machines(folder, *WORKERS, bucket=bucket), chance, AHEAD)
    try:
        calm.keep_only()
        calm.ask()
        calm.finish()
        acts = acts_of_a_case(calm.held, len(calm.cases))
        judge(calm, acts)
    finally:
        calm.held.stop()
    return acts


def story(
    folder: Path,
    seconds: float,
    chance: random.Random,
    first: Sequence[str],
    late: Sequence[str],
    cases: int,
    *,
    bucket: bool,
) -> str:
    """Faults of these kinds (empty: by chance), the late ones while new versions are made; then it is judged."""
    acts = undisturbed(folder / "calm", chance, bucket=bucket)
    (folder / "hurt").mkdir()
    campaign = Campaign(parted_machines(folder / "hurt", *WORKERS, bucket=bucket), chance, cases)
    faults = Faults(campaign)
    began = time.monotonic()
    try:
        campaign.keep_only()
        for kind in first:
            if time.monotonic() < began + seconds * (1 - _LATE):
                faults.strike(kind)
        campaign.hand_in_all()
        campaign.finish()
        judge(campaign, acts)
        campaign.want_versions()
        until = time.monotonic() + seconds * _LATE
        for kind in late:
            if time.monotonic() < until and len(campaign.versions()) < len(campaign.cases):
                faults.strike(kind)
        campaign.finish_versions()
        judge_anew(campaign)
    finally:
        campaign.held.stop()
    return _told(faults, "SeaweedFS" if bucket else "a folder")


def _told(faults: Faults, store: str) -> str:
    campaign = faults.campaign
    by_hand, kinds, during = (
        ", ".join(f"{name} {many}" for name, many in sorted(counted.items())) or "none"
        for counted in (campaign.resumed, faults.struck, faults.during)
    )
    others = len(campaign.asked) - len(campaign.cases) - len(campaign.delivered)
    return (
        f"{faults.struck.total()} faults ({kinds}; by what was at work: {during}) while {len(campaign.cases)} cases, a new "
        f"version of each, {len(campaign.delivered)} deliveries to courts and {others} audits, replications and runs of "
        f"re-preservation were done by two machines, each in a network namespace, over {store}: each case and version "
        f"there once, with what was handed in, each delivery there once and intact by its own verifier, the ledger as of "
        f"an undisturbed run; {faults.returned} attempts came back from behind a cut line and wrote nothing; jobs resumed "
        f"by hand: {by_hand}; work of a killed machine again after at most {faults.longest:.1f} s."
    )
