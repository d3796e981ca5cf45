"""What must be there after machines were hurt: what an undisturbed run leaves, each case and delivery once."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from preserve.services import job_folders
from tests.campaigns.cluster_work import Campaign
from tests.support.machines import Machines
from tests.support.people import entries
from tests.support.program import Archive as Program


def acts_of_a_case(held: Machines, cases: int) -> dict[str, int]:
    """What the ledger tells of each case, by how often; what happens to all cases alike."""
    counted = Counter(str(entry["action"]) for entry in entries(held.archive))
    return {
        act: many // cases for act, many in counted.items() if act in ("case.registered",) or act.startswith("copy.")
    }


def judge(campaign: Campaign, undisturbed: dict[str, int]) -> None:
    """Hold what is there against what was handed in, and the ledger against an undisturbed run's."""
    held, many = campaign.held, len(campaign.cases)
    registered = [entry["subject"] for entry in entries(held.archive, "case.registered")]
    assert len(registered) == len(set(registered)) == many, (len(registered), many)
    assert acts_of_a_case(held, many) == undisturbed, (acts_of_a_case(held, many), undisturbed)
    program = Program(held.archive.home.path)
    assert program.json("ledger", "verify")["ok"] is True
    judge_deliveries(campaign)
    asked = program.json("audit", "run", "--all") if held.store is not None else {"status": 0}
    assert asked["status"] == 0, asked
    if held.store is not None:
        return
    packages = program.packages()
    assert len(packages) == many
    there = Counter(frozenset(_originals(package)) for package in packages)
    assert there == Counter(frozenset(_handed_in(folder)) for folder in campaign.cases)
    assert all(program.run("verify", str(package)).returncode == 0 for package in packages)


def judge_anew(campaign: Campaign) -> None:
    """Each case has one more version, with its originals; the ledger verifies."""
    versions = campaign.versions()
    assert len(versions) == len(set(versions)) == len(campaign.cases), (len(versions), len(campaign.cases))
    program = Program(campaign.held.archive.home.path)
    assert program.json("ledger", "verify")["ok"] is True
    assert program.json("audit", "run", "--all")["status"] == 0
    if campaign.held.store is None:
        newest = [package for package in program.packages() if package.name.endswith("_v0002")]
        there = Counter(frozenset(_originals(package)) for package in newest)
        assert there == Counter(frozenset(_handed_in(folder)) for folder in campaign.cases)
        assert all(program.run("verify", str(package)).returncode == 0 for package in newest)


def judge_deliveries(campaign: Campaign) -> None:
    """Each left once, is intact by its own verifier, and holds what was handed in of its case."""
    told = Counter(str(entry["subject"]) for entry in entries(campaign.held.archive, "request.delivered"))
    assert told == dict.fromkeys(campaign.delivered, 1), told
    handed_in = {json.loads((one / "case.json").read_text("utf-8"))["case_number"]: one for one in campaign.cases}
    for case, job in campaign.delivered.values():
        (place,) = job_folders.outbox(campaign.held.archive.home, job).iterdir()
        verifier = [sys.executable, "-I", str(place / "verify.py"), str(place)]
        done = subprocess.run(verifier, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        # The description that came with the deposit holds identity numbers, and is not given.
        given = [path for path in handed_in[case].iterdir() if path.name != "case.json"]
        assert sorted(_originals(place)) == sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in given)


def _originals(package: Path) -> list[str]:
    found = package.glob("data/*/representations/original/data/**/*")
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in found if path.is_file()]


def _handed_in(folder: Path) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()]
