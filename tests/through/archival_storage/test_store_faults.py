"""A volume server of the object store dies in the middle: nothing is half published, nothing is called damaged."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from metadata.verify import verify_package
from storage_adapters.contract import CopyRef, Scope
from storage_adapters.errors import StorageError
from storage_adapters.s3 import S3Adapter
from tests.support.buckets import bucket, cluster, numbers, quiet, random_package, verdicts
from tests.support.object_store import Cluster
from tests.support.office import Office, staff
from tests.support.program import found, kill
from tests.support.tiny_case import write_case

__all__ = ["cluster"]
pytestmark = pytest.mark.xdist_group("object-store")
NAME = "aip-x_v0001"


@pytest.fixture
def whole(cluster: Cluster) -> Iterator[Cluster]:
    """All servers run when a test begins, and again when it has ended."""
    cluster.start()
    yield cluster
    cluster.start()


def at_request(made: S3Adapter, operation: str, number: int, cluster: Cluster, victim: str) -> None:
    """Kill a server just before the request of that number."""
    seen: list[int] = []
    lock = threading.Lock()

    def count(**_: object) -> None:
        with lock:
            seen.append(1)
            if len(seen) == number:
                cluster.kill(victim)

    made.client().meta.events.register(f"before-send.s3.{operation}", count)


@pytest.mark.parametrize("victim", ["volume-0", "volume-2"])
def test_in_the_middle_of_a_write(whole: Cluster, tmp_path: Path, victim: str) -> None:
    made = bucket(whole)
    package, expected = random_package(tmp_path, NAME, [1_200_000] * 12 + [3000] * 5)
    at_request(made, "PutObject", 6, whole, victim)
    try:
        made.write(package, quiet)
    except StorageError:
        assert not list(made.copies()), "half of a package is published"
        whole.start()
        made.write(package, quiet)
    assert verdicts(made, NAME, expected) == {"intact"}
    whole.start()
    assert verdicts(made, NAME, expected) == {"intact"}


def test_in_the_middle_of_an_audit_and_of_reading(whole: Cluster, tmp_path: Path) -> None:
    made = bucket(whole, workers=2)
    package, expected = random_package(tmp_path, NAME, [1_200_000] * 8 + [3000] * 5 + [9_000_000])
    made.write(package, quiet)
    checks = []
    for check in made.verify(CopyRef(NAME), Scope(expected), quiet):
        checks.append(check)
        if len(checks) == 2:
            whole.kill("volume-1")
    assert {check.verdict for check in checks} == {"intact"} and len(checks) == len(expected)
    whole.start()
    large = expected[-1].path
    with made.read(CopyRef(NAME), PurePosixPath(large)) as stream:
        data = stream.read(100_000)
        whole.kill("volume-0")
        data += stream.read()
    assert data == (package.root / large).read_bytes()


def test_through_the_program(whole: Cluster, tmp_path: Path) -> None:
    """Killed while a case is taken in, while it is audited and while it is delivered: each ends, or goes on."""
    made = S3Adapter(f"archive-{next(numbers)}", "", endpoint=whole.endpoint)
    made.client().create_bucket(Bucket=made.bucket)
    archive = found(tmp_path / "home", "--bucket", made.bucket, "--endpoint", whole.endpoint, "--test-authority")
    papers = [f"笔录{number:02}.txt" for number in range(12)]
    objects = [{"file": name, "kind": "现场检查笔录", "stage": "调查"} for name in ("笔录.txt", *papers)]
    decision = {"file": "决定书.txt", "kind": "行政处罚决定书", "stage": "决定"}
    case = write_case(tmp_path / "case", objects=[*objects, decision])
    for name in papers:
        (case / name).write_text(os.urandom(600_000).hex(), encoding="utf-8")
    office = Office(archive, "临文综罚〔2026〕77号", staff(archive), tmp_path / "papers")
    office.papers.mkdir()
    ingest = archive.start("ingest", str(case), token=office.tokens["head"])
    deadline = time.monotonic() + 60
    while "packages/" not in listed(made) and ingest.poll() is None and time.monotonic() < deadline:
        continue
    whole.kill("volume-0")
    out, error = ingest.communicate(timeout=240)
    whole.start()
    if ingest.returncode:
        assert ingest.returncode == 5, error
        assert archive.json("list")["cases"] == []
        office.json("head", "ingest", str(case))
    assert len(archive.json("list")["cases"]) == 1
    audit = archive.start("--json", "audit", "run", "--all")
    whole.kill("volume-1")
    out, error = audit.communicate(timeout=240)
    assert '"damaged": []' in out, out
    whole.start()
    assert archive.json("audit", "run", "--all")["ok"]
    number_of_request = replace(office).approved()
    arguments = ("request", "deliver", number_of_request, "--output", str(tmp_path / "out"))
    delivery = archive.start("--json", *arguments)
    whole.kill("volume-2")
    out, error = delivery.communicate(timeout=240)
    if delivery.returncode:
        whole.start()
        office.json("", *arguments)
    (place,) = (path for path in (tmp_path / "out").iterdir() if path.is_dir())
    assert verify_package(place).intact


@pytest.mark.parametrize("seen", ["segments/", "published/"])
def test_killed_ourselves_it_goes_on(whole: Cluster, tmp_path: Path, seen: str) -> None:
    """SIGKILL while a package is sent, and after its list was: the same command ends it, and nothing is there twice."""
    made = S3Adapter(f"archive-{next(numbers)}", "", endpoint=whole.endpoint)
    made.client().create_bucket(Bucket=made.bucket)
    archive = found(tmp_path / "home", "--bucket", made.bucket, "--endpoint", whole.endpoint)
    token = staff(archive, ["head"])["head"]
    case = write_case(tmp_path / "case")
    ingest = archive.start("ingest", str(case), token=token)
    deadline = time.monotonic() + 60
    while seen not in listed(made) and ingest.poll() is None and time.monotonic() < deadline:
        continue
    kill(ingest)
    done = archive.run("ingest", str(case), token=token)
    assert done.returncode == 0 or "in the archive already" in done.stderr, done.stderr
    assert len(archive.json("list")["cases"]) == 1 and listed(made).count("/published/") == 1
    audited = archive.json("audit", "run", "--all")
    assert audited["ok"] and audited["counts"]["intact"] == 1, audited
    assert archive.leftovers() == ["work/brought"]


def listed(made: S3Adapter) -> str:
    """The keys of a bucket."""
    rows = made.client().list_objects_v2(Bucket=made.bucket).get("Contents", [])
    return " ".join(str(row["Key"]) for row in rows)
