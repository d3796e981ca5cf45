"""What a store must do is tried: a good one passes and keeps nothing of it, one that does not is told."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from storage_adapters import trials
from storage_adapters.trials import try_folder
from tests.support.buckets import bucket, server
from tests.support.object_store import ObjectStore

__all__ = ["server"]
pytestmark = pytest.mark.xdist_group("s3")


def test_a_folder_of_this_machine(tmp_path: Path) -> None:
    tried = list(try_folder(tmp_path))
    assert [(trial.name, trial.passed) for trial in tried] == [
        (name, True) for name in ("race", "reading", "sync", "rename", "lock")
    ]
    assert not list(tmp_path.iterdir())


def test_a_file_system_that_breaks_its_promises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a shared file system does that knows no exclusive creation, no sync, no rename and no lock."""
    opened = os.open

    def open_any(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        return opened(path, flags & ~os.O_EXCL, mode, **more)

    def no_sync(handle: int) -> None:
        raise OSError(errno.EINVAL, "sync")

    monkeypatch.setattr(os, "open", open_any)
    monkeypatch.setattr(os, "fsync", no_sync)
    monkeypatch.setattr(trials.fcntl, "flock", lambda handle, how: None)
    monkeypatch.setattr(trials, "publish", lambda staged, final: None)
    failed = {trial.name for trial in try_folder(tmp_path) if not trial.passed}
    assert failed == {"race", "reading", "sync", "rename", "lock"}
    assert not list(tmp_path.iterdir())


def test_a_bucket(server: ObjectStore) -> None:
    made = bucket(server)
    before = {row["Key"] for row in made.client().list_objects_v2(Bucket=made.bucket)["Contents"]}
    assert [(trial.name, trial.passed) for trial in made.trials()] == [
        ("race", True),
        ("digest", True),
        ("reading", True),
    ]
    assert {row["Key"] for row in made.client().list_objects_v2(Bucket=made.bucket)["Contents"]} == before


def test_a_bucket_that_heeds_no_condition_and_no_digest(server: ObjectStore) -> None:
    """As older servers do, which pass over headers that they do not know."""
    made = bucket(server)

    def without(params: dict[str, Any], **_: object) -> None:
        for name in ("IfNoneMatch", "ChecksumSHA256"):
            params.pop(name, None)

    made.client().meta.events.register("before-parameter-build.s3.PutObject", without)
    assert {trial.name for trial in made.trials() if not trial.passed} == {"race", "digest"}
