"""The campaigns of `make soak`, for a moment each."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.campaigns import cluster, faults, read_case

pytestmark = pytest.mark.xdist_group("recovery")


def test_faults_on_copies_of_every_kind(tmp_path: Path) -> None:
    said = faults.run(tmp_path, 240, 20261124, 120, bucket=False)
    assert said.startswith("120 faults")


def test_machines_of_one_archive_hurt_while_they_work(tmp_path: Path) -> None:
    kinds, late = ["shared disk full", ""], ["line to PostgreSQL cut"]
    said = cluster.story(tmp_path, 900, random.Random(20261130), kinds, late, 4, bucket=False)
    assert said.startswith("3 faults") and "planning.run" in said


def test_a_case_of_scans_and_recordings_with_the_help_of_machine_readings(tmp_path: Path) -> None:
    said = read_case.story(tmp_path, 3, 30, 20261130)
    assert said.startswith("3 scanned pages")
