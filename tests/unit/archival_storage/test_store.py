"""One interface over both stores: what a folder answers and what an object store answers is the same."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest

from preserve.administration.founding import Member, found, found_member
from preserve.archival_storage.media import establish_store, server_store
from preserve.archival_storage.policy import read_policy
from preserve.archival_storage.store import Store
from preserve.home import Home
from preserve.settings import ObjectStore, Settings, Web
from storage_adapters.conformance import check_adapter
from storage_adapters.contract import CopyRef, Package, Warrant
from storage_adapters.errors import CopyUnknown, WrongMedium
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


def test_what_was_never_entered_is_taken_back(store: Store) -> None:
    copy = published(store)
    store.bring(copy)
    store.withdraw(copy)
    assert not store.has(copy) and not list(store.copies())
    published_again = store.staging(NAME)
    if published_again.exists():
        shutil.rmtree(published_again)
    assert store.has(published(store))


def test_what_is_brought_is_for_the_group_where_the_door_is_another_user(server: Server, tmp_path: Path) -> None:
    home = home_in(tmp_path / "home", server, "s3")
    store = establish_store(Home(home.path, home.settings.model_copy(update={"web": Web(group="archive")})))
    copy = published(store)
    before = os.umask(0o027)
    try:
        root = store.bring(copy)
    finally:
        os.umask(before)
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (root, *root.rglob("*"))}
    assert modes == {True: 0o2770, False: 0o660}


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


def test_bytes_that_are_not_the_listed_ones_are_brought_as_they_are_and_asked_for_again(
    server: Server, tmp_path: Path
) -> None:
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
    assert (store.bring(copy, [path]) / path).read_bytes() != FILES[path]
    data[place_of] ^= 1
    made.client().put_object(Bucket=made.bucket, Key=key, Body=bytes(data))
    assert (store.bring(copy, [path]) / path).read_bytes() == FILES[path], "what was wrong is kept"
    made.client().put_object(Bucket=made.bucket, Key=key, Body=bytes(data[:place_of]))
    store.let_go(copy)
    assert (store.bring(copy, [path]) / path).read_bytes() == b""
    made.client().delete_object(Bucket=made.bucket, Key=key)
    assert not (store.bring(copy, [path]) / path).exists()
    assert not list((tmp_path / "work").rglob("*.part"))


def test_a_fonds_of_a_house_has_keys_of_its_own_in_the_bucket(server: Server, tmp_path: Path) -> None:
    made = bucket(server)
    place = ObjectStore(kind="s3", bucket=made.bucket, endpoint=server.endpoint)
    options = {"institution": "局", "policy": "compact", "store": place, "digests": ("sha256",), "language": "zh"}
    house = found(tmp_path / "house", **options).home  # type: ignore[arg-type]
    member = found_member(tmp_path / "member", "乙局", house, Member("乙", "house:li")).home
    assert house.away is not None and member.away is not None
    assert house.away.bucket == member.away.bucket and house.away.prefix != member.away.prefix
    for home in (house, member):
        assert home.away is not None and home.away.prefix == f"{home.settings.archive_id}/"
        assert {wanted.kind for wanted in read_policy(home.profiles).wanted(long_term=False)} == {"s3"}
        assert next(iter(server_store(home).copies()), None) is None
