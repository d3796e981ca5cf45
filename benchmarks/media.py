"""Writing to a drive, making an image, packing discs and planning a million packages, each against its floor."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import row, scratch, settle
from storage_adapters.contract import Package
from storage_adapters.drive import DriveAdapter
from storage_adapters.drive_marker import prepare_drive
from storage_adapters.file_systems import mount_of
from storage_adapters.optical.image import Graft, make_image
from storage_adapters.optical.packing import pack
from tests.support.loop import loop

_FILES, _SIZE = 24, 64 << 20
_CAPACITY = 25_025_314_816


def _package(folder: Path) -> Package:
    digests = {}
    for number in range(_FILES):
        path = folder / f"data/{number:02d}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = os.urandom(_SIZE)
        path.write_bytes(data)
        digests[f"data/{number:02d}.mp4"] = hashlib.sha256(data).hexdigest()
    return Package("aip-bench_v0001", folder, _FILES * _SIZE, digests)


def _floor(source: Path, target: Path) -> float:
    """cp, fsync, and SHA-256 of what lies there, past the cache."""
    settle()
    began = time.perf_counter()
    subprocess.run(["cp", "-r", source, target], check=True)
    subprocess.run(["sync", "-f", target], check=True)
    for path in sorted(target.rglob("*.mp4")):
        with path.open("rb") as stream:
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            hashlib.file_digest(stream, "sha256")
    seconds = time.perf_counter() - began
    shutil.rmtree(target)
    return seconds


def _drive(folder: Path, package: Package) -> tuple[float, float]:
    floors, ours = [], []
    with loop(folder, "drive", "4G") as made:
        prepare_drive(made.top, {"medium": "d", "kind": "drive"}, lambda data: b"")
        adapter = DriveAdapter(made.top, "d", mount_of(made.top).uuid)
        for _ in range(3):
            floors.append(_floor(package.root, made.top / "floor"))
            settle()
            began = time.perf_counter()
            adapter.write(package, lambda moved: None)
            ours.append(time.perf_counter() - began)
            shutil.rmtree(made.top / "packages" / package.name)
    return statistics.median(ours), statistics.median(floors)


def _image(folder: Path, package: Package) -> tuple[float, float]:
    date = "2026112408301500"
    bare = [
        "xorriso",
        "-as",
        "mkisofs",
        "-quiet",
        "-iso-level",
        "3",
        "-J",
        "-joliet-long",
        "-r",
        "-V",
        "V",
        "--md5",
        f"--modification-date={date}",
        "-o",
        str(folder / "bare.iso"),
        "-graft-points",
        f"/packages/{package.name}={package.root}",
    ]
    grafts = [Graft(f"packages/{package.name}/{name}", package.root / name) for name in package.digests]
    floors, ours = [], []
    for _ in range(3):
        (folder / "bare.iso").unlink(missing_ok=True)
        settle()
        began = time.perf_counter()
        subprocess.run(bare, check=True, capture_output=True)
        floors.append(time.perf_counter() - began)
        (folder / "ours.iso").unlink(missing_ok=True)
        settle()
        began = time.perf_counter()
        make_image(grafts, folder / "ours.iso", "V", datetime(2026, 11, 24, 8, 30, 15, tzinfo=UTC))
        ours.append(time.perf_counter() - began)
    return statistics.median(ours), statistics.median(floors)


def _fill() -> float:
    """Mean share of a disc that is filled, over ten archives of 1,000 packages of mixed size; the last disc waits."""
    shares = []
    for seed in range(10):
        chance = random.Random(seed)
        sizes = [min(int(chance.lognormvariate(20.5, 1.5)), _CAPACITY) for _ in range(1000)]
        discs = pack(sizes, _CAPACITY)
        shares += [sum(sizes[position] for position in disc) / _CAPACITY for disc in discs[:-1]]
    return statistics.mean(shares)


_PLAN = """
import json, random, resource, sys, time
from pathlib import Path
from sqlalchemy import text
from preserve.archival_storage.discs.compose import plan, room_on, waiting
from preserve.archival_storage.policy import read_media_profile, read_policy
from preserve.data_management.database import create_catalogue
catalogue = create_catalogue(Path(sys.argv[1]))
chance = random.Random(1)
with catalogue.begin() as connection:
    for start in range(0, 1_000_000, 20_000):
        numbers = range(start, start + 20_000)
        connection.execute(text(
            "INSERT INTO cases (objid, case_number, archival_number, title, case_type, cause, producer, classification,"
            " long_term, description) VALUES (:o, :o, '', 't', 'penalty', '', '', 'internal', 1, '{}')"
        ), [{"o": f"aip-{n:026d}"} for n in numbers])
        connection.execute(text(
            "INSERT INTO versions (objid, version, name, created, files, size, manifest_sha256)"
            " VALUES (:o, 1, :o || '_v0001', '2026-01-01T00:00:00Z', 50, :s, '')"
        ), [{"o": f"aip-{n:026d}", "s": int(chance.lognormvariate(20, 1.4)) % 20_000_000_000} for n in numbers])
began = time.perf_counter()
with catalogue.read() as connection:
    items = waiting(connection, read_policy())
profile = read_media_profile()
volumes = plan(items, room_on(profile.kinds["BD-R"], 0), lambda item: [], everything=True)
seconds = time.perf_counter() - began
assert len(items) == 1_000_000 and sum(len(volume.waiting) for volume in volumes) == 1_000_000
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"seconds": seconds, "memory": memory, "discs": len(volumes)}))
"""


def main() -> list[str]:
    """All four."""
    with scratch() as folder:
        package = _package(folder / "package")
        drive, drive_floor = _drive(folder, package)
        image, image_floor = _image(folder, package)
        share = _fill()
        done = subprocess.run(
            [sys.executable, "-c", _PLAN, str(folder / "plan.sqlite")], capture_output=True, text=True, check=True
        )
        planned = json.loads(done.stdout)
    written, made = drive / drive_floor, image / image_floor
    return [
        row(
            "1.5 GiB to a drive, read back",
            f"{drive:.2f} s",
            f"cp + sync + SHA-256 read-back {drive_floor:.2f} s",
            f"{written:.2f}",
            "≤ 1.2",
            written <= 1.2,
        ),
        row(
            "image of 1.5 GiB",
            f"{image:.2f} s",
            f"bare xorriso -as mkisofs {image_floor:.2f} s",
            f"{made:.2f}",
            "≤ 1.1",
            made <= 1.1,
        ),
        row(
            "packing 1,000 packages of mixed size",
            f"{share:.4f} of each disc",
            "1",
            f"{share:.4f}",
            "≥ 0.97",
            share >= 0.97,
        ),
        row(
            "planning discs for 1,000,000 packages",
            f"{planned['seconds']:.1f} s, {planned['memory'] / 1e6:.0f} MB",
            "60 s, 1 GB",
            f"{planned['seconds'] / 60:.2f}",
            "≤ 1",
            planned["seconds"] <= 60 and planned["memory"] <= 1e9,
        ),
    ]
