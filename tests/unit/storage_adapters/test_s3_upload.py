"""Files sent to a bucket: what is not what was sealed is refused, and what was cut off goes on."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from storage_adapters.errors import SourceDamaged, SourceUnreadable, StorageError
from storage_adapters.s3 import S3Adapter
from storage_adapters.s3_bucket import Bucket
from storage_adapters.s3_upload import send
from tests.support.buckets import bucket, quiet, random_package, server, verdicts
from tests.support.object_store import ObjectStore

__all__ = ["server"]
pytestmark = pytest.mark.xdist_group("s3")


def test_what_lies_there_with_the_same_digest_is_kept(server: ObjectStore, tmp_path: Path) -> None:
    made = bucket(server)
    keys = Bucket(made.bucket, "p/", server.endpoint)
    (tmp_path / "a").write_bytes(b"a" * 1000)
    size, digest = send(keys, tmp_path / "a", "a")
    assert (size, digest) == (1000, hashlib.sha256(b"a" * 1000).hexdigest())
    assert list(keys.below("")) == [("a", 1000)] and keys.has("a", digest) and not keys.has("a", "0" * 64)
    (tmp_path / "a").write_bytes(b"b" * 1000)
    assert send(keys, tmp_path / "a", "a", digest, 1000) == (1000, digest)  # known to be there: not read at all
    with keys.open("a") as stream:
        assert stream.read() == b"a" * 1000
    with pytest.raises(SourceUnreadable):
        send(keys, tmp_path / "none", "b")


def test_a_source_that_is_not_what_was_sealed(server: ObjectStore, tmp_path: Path) -> None:
    made = bucket(server, part=5 << 20)
    package, expected = random_package(tmp_path, "aip-x_v0001", [1000, 20_000_000])
    (package.root / expected[1].path).write_bytes(os.urandom(20_000_000))
    with pytest.raises(SourceDamaged):
        made.write(package, quiet)
    assert not list(made.copies())


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
