"""Buckets on a real object store: conformance, refused checksums, locks, a server killed in the middle, a volume lost."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from storage_adapters.conformance import check_adapter, check_kind, make_package
from storage_adapters.contract import CopyRef, ExpectedFile, Package, Scope, StorageAdapter, Warrant
from storage_adapters.errors import MediumAbsent, NotErasable, SourceDamaged, StorageError, WarrantVoid, WrongMedium
from storage_adapters.s3 import S3Adapter
from tests.support.object_store import KEY, SECRET, ObjectStore

pytestmark = pytest.mark.xdist_group("s3")
_numbers = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"] = KEY, SECRET
    store = ObjectStore(tmp_path_factory.mktemp("weed"))
    store.start()
    yield store
    store.kill()


def bucket(server: ObjectStore, *, lock: bool = False, **more: object) -> S3Adapter:
    name = f"archive-{next(_numbers)}"
    made = S3Adapter(name, "s3-1", endpoint=server.endpoint, **more)  # type: ignore[arg-type]
    made.client().create_bucket(Bucket=name, **({"ObjectLockEnabledForBucket": True} if lock else {}))
    made.prepare()
    return made


def quiet(_: int) -> None:
    return None


def random_package(folder: Path, name: str, sizes: list[int]) -> tuple[Package, list[ExpectedFile]]:
    expected = []
    for number, size in enumerate(sizes):
        data = os.urandom(size)
        path = folder / name / f"data/录像 {number}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        expected.append(ExpectedFile(f"data/录像 {number}.mp4", size, {"sha256": digest}))
    digests = {file.path: file.digests["sha256"] for file in expected}
    return Package(name, folder / name, sum(sizes), digests), expected


def verdicts(adapter: S3Adapter, name: str, expected: list[ExpectedFile]) -> set[str]:
    return {check.verdict for check in adapter.verify(CopyRef(name), Scope(expected), quiet)}


def test_conforms(server: ObjectStore, tmp_path: Path) -> None:
    check_adapter(bucket(server), tmp_path / "made")


@pytest.mark.slow
def test_kind(server: ObjectStore, tmp_path: Path) -> None:
    def fresh() -> StorageAdapter:
        return bucket(server, prefix="档案/")

    check_kind(fresh, tmp_path / "made", many=600, large=40 << 20)


def test_the_server_refuses_a_wrong_checksum(server: ObjectStore) -> None:
    made = bucket(server)
    wrong = base64.b64encode(bytes(32)).decode()
    with pytest.raises(ClientError):
        made.client().put_object(Bucket=made.bucket, Key="x", Body=b"data", ChecksumSHA256=wrong)


def test_another_bucket_in_its_place(server: ObjectStore, tmp_path: Path) -> None:
    made = bucket(server)
    other = S3Adapter(made.bucket, "s3-2", endpoint=server.endpoint)
    with pytest.raises(WrongMedium):
        other.probe()
    with pytest.raises(WrongMedium):
        other.prepare()
    assert not S3Adapter("no-such-bucket", "s3-1", endpoint=server.endpoint).probe().present
    away = S3Adapter(made.bucket, "s3-1", endpoint="http://127.0.0.1:9")
    assert not away.probe().present
    with pytest.raises(MediumAbsent):
        away.write(make_package(tmp_path, "aip-x_v0001")[0], quiet)


def test_a_source_that_is_not_what_was_sealed(server: ObjectStore, tmp_path: Path) -> None:
    made = bucket(server, part=5 << 20)
    package, expected = random_package(tmp_path, "aip-x_v0001", [1000, 20_000_000])
    (package.root / expected[1].path).write_bytes(os.urandom(20_000_000))
    with pytest.raises(SourceDamaged):
        made.write(package, quiet)
    assert not list(made.copies())


def test_a_locked_copy_cannot_be_deleted(server: ObjectStore, tmp_path: Path) -> None:
    until = datetime.now(UTC) + timedelta(days=1)
    made = bucket(server, lock=True, retain_until=until, part=5 << 20)
    package, expected = random_package(tmp_path, "aip-x_v0001", [1000, 20_000_000])
    made.write(package, quiet)
    soon = datetime.now(UTC) + timedelta(minutes=5)
    with pytest.raises(WarrantVoid):
        made.remove(CopyRef(package.name), Warrant(CopyRef(package.name), "s3-1", "d", ("li", "li"), soon))
    with pytest.raises(NotErasable):
        made.remove(CopyRef(package.name), Warrant(CopyRef(package.name), "s3-1", "d", ("li", "wang"), soon))
    key = f"packages/{package.name}/{expected[1].path}"
    head = made.client().head_object(Bucket=made.bucket, Key=key)
    assert head["ObjectLockMode"] == "COMPLIANCE"
    with pytest.raises(ClientError):
        made.client().delete_object(Bucket=made.bucket, Key=key, VersionId=head["VersionId"])
    assert verdicts(made, package.name, expected) == {"intact"}
    count, locked = made.left(CopyRef(package.name))
    assert count >= len(expected) and locked[:16] == until.strftime("%Y-%m-%dT%H:%M")


def test_removed_under_a_warrant(server: ObjectStore, tmp_path: Path) -> None:
    made = bucket(server)
    package, _ = random_package(tmp_path, "aip-x_v0001", [1000])
    made.write(package, quiet)
    soon = datetime.now(UTC) + timedelta(minutes=5)
    made.remove(CopyRef(package.name), Warrant(CopyRef(package.name), "s3-1", "d", ("li", "wang"), soon))
    assert not list(made.copies()) and made.left(CopyRef(package.name)) == (0, "")
    assert not [
        row for row in made.client().list_objects_v2(Bucket=made.bucket).get("Contents", []) if "aip" in row["Key"]
    ]


@pytest.mark.slow
def test_killed_in_the_middle_of_an_upload_it_goes_on(server: ObjectStore, tmp_path: Path) -> None:
    made = bucket(server, workers=1, part=5 << 20)
    package, expected = random_package(tmp_path, "aip-x_v0001", [2_000_000, 3_000_000, 60_000_000])
    client = made.client()
    sent: list[int] = []

    def watch(params: dict[str, object], **_: object) -> None:
        sent.append(int(params["PartNumber"]))  # type: ignore[call-overload]
        if len(sent) == 5:
            server.kill()

    client.meta.events.register("before-parameter-build.s3.UploadPart", watch)
    with pytest.raises(StorageError):
        made.write(package, quiet)
    client.meta.events.unregister("before-parameter-build.s3.UploadPart", watch)
    server.start()
    assert not list(made.copies())
    again = S3Adapter(made.bucket, "s3-1", endpoint=server.endpoint, workers=1, part=5 << 20)
    counted: list[int] = []
    again.client().meta.events.register("before-parameter-build.s3.UploadPart", lambda params, **_: counted.append(1))
    again.write(package, quiet)
    assert len(counted) < 12, "the whole file was sent again"
    assert verdicts(again, package.name, expected) == {"intact"}


@pytest.mark.slow
def test_a_lost_volume_is_told_by_file(server: ObjectStore, tmp_path: Path) -> None:
    made = bucket(server)
    package, expected = random_package(tmp_path, "aip-x_v0001", [3_000_000] * 12)
    made.write(package, quiet)
    server.kill()
    # The fullest of the bucket's volumes: one of them may hold nothing.
    data = max(server.folder.glob(f"{made.bucket}_*.dat"), key=lambda path: path.stat().st_size)
    assert data.stat().st_size > 3_000_000
    data.unlink()
    data.with_suffix(".idx").unlink()
    server.start()
    seen = verdicts(S3Adapter(made.bucket, "s3-1", endpoint=server.endpoint), package.name, expected)
    assert seen & {"unreadable", "absent", "damaged"}


@pytest.mark.slow
def test_through_the_program(server: ObjectStore, tmp_path: Path) -> None:
    """A policy that asks for a bucket: added, written, fetched back, and the case is sealed."""
    from demo.make_case import make_case
    from tests.support.program import found

    archive = found(tmp_path / "archive")
    policy = '[[ordinary]]\nkind = "directory"\n[[long_term]]\nkind = "directory"\n[[long_term]]\nkind = "s3"\n'
    (archive.home / "profiles" / "storage.toml").write_text(policy)
    name = f"archive-{next(_numbers)}"
    S3Adapter(name, "", endpoint=server.endpoint).client().create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    done = archive.run("ingest", str(make_case(tmp_path / "案件", small=True)))
    assert done.returncode == 0, done.stderr
    assert archive.json("copies")["cases"][0]["next"][0]["act"] == "register"
    arguments = ["media", "add", "s3", name, "--label", "BUCKET-01", "--endpoint", server.endpoint, "--lock"]
    assert archive.run(*arguments).returncode == 0
    done = archive.run("replicate")
    assert done.returncode == 0, done.stderr
    (case,) = archive.json("copies")["cases"]
    assert case["sealed"]
    client = S3Adapter(name, "", endpoint=server.endpoint).client()
    keys = [row["Key"] for row in client.list_objects_v2(Bucket=name)["Contents"]]
    (listed,) = [key for key in keys if "/published/" in key]
    head = client.head_object(Bucket=name, Key=listed)
    assert head["ObjectLockMode"] == "COMPLIANCE"
    assert head["ObjectLockRetainUntilDate"].year >= 2036
    # A version is damaged and a file is gone: the audit names them, the store mends them, the old bytes stay.
    objects = [row["Key"] for row in client.list_objects_v2(Bucket=name)["Contents"]]
    altered, gone = [key for key in objects if key.endswith(".mp4")][:2]
    client.put_object(Bucket=name, Key=altered, Body=b"altered", ChecksumAlgorithm="SHA256")
    client.delete_object(Bucket=name, Key=gone)
    assert archive.json("audit", "run", "--all")["status"] == 4
    done = archive.run("repair")
    assert done.returncode == 0, done.stderr
    assert archive.json("audit", "run", "--all")["ok"]
    kept = [
        key for key in (row["Key"] for row in client.list_objects_v2(Bucket=name)["Contents"]) if "quarantine/" in key
    ]
    assert len(kept) == 1
    assert client.get_object(Bucket=name, Key=kept[0])["Body"].read() == b"altered"
