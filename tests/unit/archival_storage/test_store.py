"""One interface over both stores: what a folder answers and what an object store answers is the same."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest

from preserve.archival_storage.media import establish_store
from preserve.archival_storage.store import Store
from preserve.home import Home
from preserve.settings import ObjectStore, Settings
from storage_adapters.conformance import check_adapter
from storage_adapters.contract import CopyRef, Package, Warrant
from storage_adapters.errors import CopyUnknown, MediumFailing, WrongMedium
from storage_adapters.s3_listing import segment_key
from tests.support.buckets import bucket, quiet, server
from tests.support.object_store import ObjectStore as Server

__all__ = ["server"]
pytestmark = pytest.mark.xdist_group("s3")
NAME = "aip-x_v0001"
FILES = {
    "bagit.txt": b"BagIt-Version: 1.0\n",
    "data/aip-x/METS.xml": b"<mets/>",
    "data/aip-x/representations/original/METS.xml": b"<mets/>",
    "data/aip-x/representations/original/data/a.txt": b"a" * 3000,
    "data/aip-x/representations/original/data/film.mp4": bytes(range(256)) * 5000,
}
Makes = Callable[[], Store]


def home_in(folder: Path, server: Server, kind: str) -> Home:
    place: str | ObjectStore = "store"
    if kind == "s3":
        place = ObjectStore(kind=kind, bucket=bucket(server).bucket, endpoint=server.endpoint, prefix="home/")
    folder.mkdir(exist_ok=True)
    (folder / "work").mkdir(exist_ok=True)
    return Home(folder, Settings(archive_id="a", institution="局", store=place, reserve=0))


@pytest.fixture(params=["directory", "s3"])
def home(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Home:
    return home_in(tmp_path / "home", server, request.param)


@pytest.fixture
def store(home: Home) -> Store:
    return establish_store(home)


def published(store: Store) -> CopyRef:
    root = store.staging(NAME)
    for path, data in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return store.publish(Package(NAME, root, sum(map(len, FILES.values()))), quiet).copy


def test_it_conforms(store: Store, tmp_path: Path) -> None:
    check_adapter(store, tmp_path / "made")
    assert all(trial.passed for trial in store.trials())


def test_a_package_is_published_looked_into_and_read(store: Store) -> None:
    assert not store.has(CopyRef(NAME))
    copy = published(store)
    assert store.has(copy) and [one.name for one in store.copies()] == [NAME] and NAME in store.place(copy)
    described = store.path(copy)
    assert {path for path in FILES if (described / path).is_file()} >= set(FILES) - {
        path for path in FILES if "/data/" in path.removeprefix("data/")
    }
    sizes = store.sizes(copy)
    assert {path: sizes(path) for path in FILES} == {path: len(data) for path, data in FILES.items()}
    for path, data in FILES.items():
        with store.read_range(copy, PurePosixPath(path), 5, 100) as part:
            assert part.read() == data[5:105]
        assert (store.bring(copy, [path]) / path).read_bytes() == data
    whole = store.bring(copy)
    assert {path: (whole / path).read_bytes() for path in FILES} == FILES
    for nothing in (lambda: store.path(CopyRef("aip-none_v0001")), lambda: store.sizes(CopyRef("aip-none_v0001"))):
        with pytest.raises(CopyUnknown):
            nothing()


def test_another_archive_s_place_is_refused(store: Store, home: Home) -> None:
    other = Home(home.path, home.settings.model_copy(update={"archive_id": "b"}))
    with pytest.raises(WrongMedium):
        establish_store(other)


def test_nothing_is_left_when_it_is_removed(store: Store, home: Home) -> None:
    copy = published(store)
    store.bring(copy)
    soon = datetime.now(UTC) + timedelta(minutes=5)
    store.remove(copy, Warrant(copy, store.identity, "D2026-0001", ("li", "wang"), soon))
    assert not store.has(copy)
    assert not [path for path in home.path.rglob("*") if NAME in path.name]


def test_what_was_brought_goes_after_a_day_and_is_brought_again(server: Server, tmp_path: Path) -> None:
    home = home_in(tmp_path / "home", server, "s3")
    store = establish_store(home)
    copy = published(store)
    film = "data/aip-x/representations/original/data/film.mp4"
    brought = store.bring(copy, [film])
    old = time.time() - 2 * 86_400
    os.utime(brought, (old, old))
    store.path(copy)
    assert not (brought / film).exists()
    store.bring(copy, [film])
    store.let_go(copy)
    assert not brought.exists()


def test_bytes_that_are_not_the_listed_ones_are_not_brought(server: Server, tmp_path: Path) -> None:
    made = bucket(server)
    place = ObjectStore(kind="s3", bucket=made.bucket, endpoint=server.endpoint, prefix="home/")
    (tmp_path / "work").mkdir()
    store = establish_store(Home(tmp_path, Settings(archive_id="a", institution="局", store=place)))
    copy = published(store)
    key = "home/" + segment_key(NAME, 0)
    data = bytearray(made.client().get_object(Bucket=made.bucket, Key=key)["Body"].read())
    place_of = data.index(b"a" * 3000)
    data[place_of] ^= 1
    made.client().put_object(Bucket=made.bucket, Key=key, Body=bytes(data))
    path = "data/aip-x/representations/original/data/a.txt"
    with pytest.raises(MediumFailing):
        store.bring(copy, [path])
    assert not (tmp_path / "work" / "brought" / NAME / path).exists()
    assert not list((tmp_path / "work").rglob("*.part"))
