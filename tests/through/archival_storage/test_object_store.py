"""An archive whose own store is an object store of five servers: a case's whole way, by the command line."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from metadata.verify import verify_package
from preserve.archival_storage.media import server_store
from preserve.data_management.database import open_catalogue
from preserve.home import open_home
from storage_adapters.contract import CopyRef
from storage_adapters.reading import walk_files
from storage_adapters.s3 import S3Adapter
from tests.support.buckets import cluster, numbers
from tests.support.catalogue_state import state
from tests.support.disposing import aged_office, carry_out, decide, found_in, originals_of
from tests.support.object_store import Cluster
from tests.support.office import Office
from tests.support.program import Archive
from tests.support.tiny_case import write_case

__all__ = ["cluster"]
pytestmark = pytest.mark.xdist_group("object-store")

POLICY = (
    '[[ordinary]]\nkind = "s3"\n[[ordinary]]\nkind = "directory"\n[[long_term]]\nkind = "s3"\n[audit.s3]\ndays = 0\n'
)


class Bucket:
    """What lies in a bucket, from outside."""

    def __init__(self, cluster: Cluster) -> None:
        self.name = f"archive-{next(numbers)}"
        self.client = S3Adapter(self.name, "", endpoint=cluster.endpoint).client()
        self.client.create_bucket(Bucket=self.name)

    def all(self, part: str = "") -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return [row["Key"] for page in pages for row in page.get("Contents", []) if part in row["Key"]]

    def read(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=self.name, Key=key)["Body"].read())

    def flip(self, key: str, place: int) -> None:
        """One bit of an object, as rot that no server notices."""
        data = bytearray(self.read(key))
        data[place] ^= 1
        self.client.put_object(Bucket=self.name, Key=key, Body=bytes(data), ChecksumAlgorithm="SHA256")


@pytest.fixture(scope="module")
def kept(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Bucket]]:
    bucket = Bucket(cluster)
    options = ("--bucket", bucket.name, "--endpoint", cluster.endpoint, "--test-authority")
    yield aged_office(tmp_path_factory.mktemp("office"), "10-years", *options), bucket


def test_a_case_s_whole_way(kept: tuple[Office, Bucket], tmp_path: Path) -> None:
    office, bucket = kept
    archive = office.archive
    (case,) = archive.json("list")["cases"]
    name = f"{case['objid']}_v0001"
    assert archive.json("copies")["cases"][0]["sealed"]
    assert archive.run("doctor").returncode == 0
    told = {check["code"]: check["state"] for check in archive.json("doctor")["checks"]}
    assert (told["health.home-trials"], told["health.room"]) == ("good", "good")  # of this machine, where it is made
    _reads_by_ranges(archive.home, name)
    _anybody_can_unpack(bucket, name, tmp_path)
    _damaged_and_mended(office, bucket, name, tmp_path)
    _delivered(office, tmp_path)
    _made_again_from_the_bucket(office, tmp_path / "elsewhere")
    _an_earlier_moment_is_noticed(office, tmp_path / "earlier")
    _disposed_of(office, bucket, name)


def _reads_by_ranges(home_path: Path, name: str) -> None:
    store, copy = server_store(open_home(home_path)), CopyRef(name)
    path = PurePosixPath("manifest-sha256.txt")
    with store.read(copy, path) as stream:
        whole = stream.read()
    for start, length in ((0, 10), (7, 100), (len(whole) - 3, 50), (len(whole), 1)):
        with store.read_range(copy, path, start, length) as stream:
            assert stream.read() == whole[start : start + length]


def _anybody_can_unpack(bucket: Bucket, name: str, folder: Path) -> None:
    """Segments by a tar that knows nothing of us, large files as they lie: together they are the package."""
    for key in bucket.all(f"segments/{name}/"):
        (folder / "segment.tar").write_bytes(bucket.read(key))
        subprocess.run(["tar", "-xf", "segment.tar"], cwd=folder, check=True)
        with tarfile.open(folder / "segment.tar") as opened:
            assert all(member.name.startswith(f"{name}/") for member in opened)
    for key in bucket.all(f"packages/{name}/"):
        target = folder / key.partition("/packages/")[2]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(bucket.read(key))
    assert verify_package(folder / name).intact


def _damaged_and_mended(office: Office, bucket: Bucket, name: str, folder: Path) -> None:
    archive = office.archive
    (archive.home / "profiles" / "storage.toml").write_text(POLICY)
    (folder / "second").mkdir()
    office.json("", "media", "add", "directory", str(folder / "second"), "--label", "SECOND-01")
    office.json("", "replicate")
    assert archive.json("copies")["cases"][0]["sealed"]
    assert archive.json("audit", "run", "--all")["ok"]
    (segment,) = bucket.all(f"segments/{name}/")
    before = bucket.read(segment)
    bucket.flip(segment, len(before) // 2)
    found = archive.json("audit", "run", "--all")
    assert found["status"] == 4
    office.json("", "repair")
    assert bucket.read(segment) == before
    assert archive.json("audit", "run", "--all")["ok"]
    assert len(bucket.all("quarantine/")) == 1


def _delivered(office: Office, folder: Path) -> None:
    """Another case: the first one is to go, and a request would hold it."""
    office.json("head", "ingest", str(write_case(folder / "second-case")))
    asked = replace(office, case="临文综罚〔2026〕77号").approved()
    done = office.json("", "request", "deliver", asked, "--output", str(folder / "out"))
    assert verify_package(Path(done["place"])).intact


def _made_again_from_the_bucket(office: Office, elsewhere: Path) -> None:
    """On another machine, with settings and keys alone: the bucket gives the catalogue back, and all records."""
    office.json("", "ledger", "checkpoint")
    shutil.copytree(office.archive.home, elsewhere)
    for path in elsewhere.glob("catalogue.sqlite*"):
        path.unlink()
    shutil.rmtree(elsewhere / "store")
    shutil.rmtree(elsewhere / "work")
    done = Archive(elsewhere).run("catalogue", "rebuild")
    assert done.returncode == 0, done.stderr
    before, after = _state(office.archive.home), _state(elsewhere)
    (signed,), (again,) = before.pop("looks_checkpoint"), after.pop("looks_checkpoint")
    assert signed[:2] == again[:2], "it is signed again, over the same looks"
    assert {table for table in before if before[table] != after[table]} == set()
    records = set(walk_files(office.archive.home / "store")), set(walk_files(elsewhere / "store"))
    assert records[0] == records[1] | {"medium.json"}


def _state(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    catalogue = open_catalogue(open_home(home))
    with catalogue.read() as connection:
        found = state(connection)
    catalogue.close()
    return found


def _an_earlier_moment_is_noticed(office: Office, earlier: Path) -> None:
    """A machine that was put back writes nothing: the bucket tells of more than its ledger has."""
    shutil.copytree(office.archive.home, earlier)
    office.json("", "audit", "run")
    refused = Archive(earlier).json("audit", "run")
    assert refused["error"]["code"] == "ledger.rolled-back"


def _disposed_of(office: Office, bucket: Bucket, name: str) -> None:
    originals = originals_of(office)
    number = decide(office)
    report = carry_out(office.archive.home, number)
    assert report.done, report.outcomes
    objid = name.rpartition("_v")[0]
    assert bucket.all(objid) == [key for key in bucket.all(objid) if "/records/tombstones/" in key] != []
    assert not found_in(office.archive.home, originals)
    held = {hashlib.sha256(bucket.read(key)).hexdigest() for key in bucket.all()}
    assert not held & set(originals)
