"""Buckets on a real object store: conformance, refused checksums, locks, a server killed in the middle, a volume lost."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from storage_adapters.conformance import check_adapter, check_kind, make_package
from storage_adapters.contract import CopyRef, StorageAdapter, Warrant
from storage_adapters.errors import MediumAbsent, NotErasable, WarrantVoid, WrongMedium
from storage_adapters.s3 import S3Adapter
from tests.support.buckets import bucket, numbers, quiet, random_package, server, verdicts
from tests.support.object_store import ObjectStore

__all__ = ["server"]

pytestmark = pytest.mark.xdist_group("s3")


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
    name = f"archive-{next(numbers)}"
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
    # A segment is damaged: the audit names its file, the store mends it, the old bytes stay.
    objects = [row["Key"] for row in client.list_objects_v2(Bucket=name)["Contents"]]
    (segment,) = [key for key in objects if key.endswith(".tar")]
    whole = client.get_object(Bucket=name, Key=segment)["Body"].read()
    middle = len(whole) // 2
    altered = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    client.put_object(Bucket=name, Key=segment, Body=altered, ChecksumAlgorithm="SHA256")
    assert archive.json("audit", "run", "--all")["status"] == 4
    done = archive.run("repair")
    assert done.returncode == 0, done.stderr
    assert archive.json("audit", "run", "--all")["ok"]
    assert client.get_object(Bucket=name, Key=segment)["Body"].read() == whole
    kept = [
        key for key in (row["Key"] for row in client.list_objects_v2(Bucket=name)["Contents"]) if "quarantine/" in key
    ]
    assert len(kept) == 1
    assert client.get_object(Bucket=name, Key=kept[0])["Body"].read() == altered
