"""Drives on real file systems: conformance, identity, pulled, full, read-only, cloned, resumed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from storage_adapters.conformance import check_adapter, make_package
from storage_adapters.contract import CopyRef, ExpectedFile, Package, Scope
from storage_adapters.drive import DriveAdapter
from storage_adapters.drive_marker import find_drives, prepare_drive
from storage_adapters.errors import (
    MediumAbsent,
    MediumFull,
    NotWrittenRight,
    ReadOnly,
    SourceDamaged,
    StorageError,
    WrongMedium,
)
from storage_adapters.file_systems import mount_of
from storage_adapters.marker import read_marker, write_marker
from storage_adapters.recovery import protect, repair
from storage_adapters.smart import interpret, read_health
from tests.support.loop import Loop, loop, run

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
FACTS = {"medium": "drive-1", "kind": "drive", "label": "DRV-01", "session": "first"}


@pytest.fixture
def plugged(tmp_path: Path) -> Iterator[Loop]:
    with loop(tmp_path) as made:
        prepare_drive(made.top, FACTS, KEY.sign)
        yield made


def adapter(at: Loop, **more: object) -> DriveAdapter:
    return DriveAdapter(at.top, "drive-1", mount_of(at.top).uuid, (PUBLIC,), **more)  # type: ignore[arg-type]


def quiet(_: int) -> None:
    return None


def large(folder: Path, name: str = "aip-large_v0001", files: int = 8, size: int = 1 << 20) -> Package:
    """A package of random files with known digests."""
    import hashlib

    digests = {}
    for number in range(files):
        data = os.urandom(size)
        path = folder / name / f"data/{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        digests[f"data/{number}.bin"] = hashlib.sha256(data).hexdigest()
    return Package(name, folder / name, files * size, digests)


def intact(drive: DriveAdapter, package: Package) -> bool:
    scope = Scope([ExpectedFile(path, None, {"sha256": digest}) for path, digest in package.digests.items()])
    return all(check.verdict == "intact" for check in drive.verify(CopyRef(package.name), scope, quiet))


def test_conforms(plugged: Loop, tmp_path: Path) -> None:
    drive = adapter(plugged)
    check_adapter(drive, tmp_path / "made", lambda copy, path: drive.path(copy) / path)
    assert [marker.identity for mount, marker in find_drives() if mount.target == plugged.top] == ["drive-1"]


def test_another_drive_in_its_place_is_refused(plugged: Loop, tmp_path: Path) -> None:
    known = adapter(plugged)
    with loop(tmp_path, "other") as other:
        prepare_drive(other.top, {**FACTS, "medium": "drive-2"}, KEY.sign)
        with pytest.raises(WrongMedium):
            DriveAdapter(other.top, "drive-1", known.uuid, (PUBLIC,)).probe()
        with pytest.raises(WrongMedium):
            DriveAdapter(other.top, "drive-1", mount_of(other.top).uuid, (PUBLIC,)).probe()
        with pytest.raises(WrongMedium):
            prepare_drive(other.top, FACTS, KEY.sign)
    with loop(tmp_path, "used") as used:
        (used.top / "holiday.jpg").write_bytes(b"x")
        with pytest.raises(WrongMedium):
            prepare_drive(used.top, FACTS, KEY.sign)
        with pytest.raises(MediumAbsent):
            prepare_drive(used.top / "lost+found", FACTS, KEY.sign)


def test_a_forged_marker_is_refused(plugged: Loop) -> None:
    write_marker(plugged.top, {**read_marker(plugged.top).facts, "label": "DRV-99"}, lambda data: b"x" * 64)
    with pytest.raises(WrongMedium):
        adapter(plugged).require()


def test_a_clone_is_refused_beside_the_drive_and_after_it(plugged: Loop, tmp_path: Path) -> None:
    drive = adapter(plugged, sessions=("first", "second"))
    os.sync()
    with loop(tmp_path, "clone", copy_of=plugged.image) as clone:
        with pytest.raises(WrongMedium):
            drive.require()
        clone.unmount()
        drive.begin_session("second", KEY.sign)
        plugged.unmount()
        clone.mount()
        with pytest.raises(WrongMedium):
            DriveAdapter(clone.top, "drive-1", drive.uuid, (PUBLIC,), ("second",)).require()


def test_absent_and_unmounted(plugged: Loop, tmp_path: Path) -> None:
    drive = adapter(plugged)
    package = large(tmp_path)
    plugged.unmount()
    assert not drive.probe().present
    with pytest.raises((MediumAbsent, WrongMedium)):
        drive.write(package, quiet)
    assert not list(plugged.top.iterdir())


def test_pulled_in_the_middle_nothing_lands_below_the_mount_point_and_it_resumes(plugged: Loop, tmp_path: Path) -> None:
    drive = adapter(plugged)
    package = large(tmp_path)
    moved: list[int] = []

    def pull(count: int) -> None:
        moved.append(count)
        if len(moved) == 3:
            plugged.pull()

    with pytest.raises(StorageError):
        drive.write(package, pull)
    assert not list(plugged.top.iterdir()), "bytes were written to what lies below the mount point"
    plugged.mount()
    if package.name not in [copy.name for copy in drive.copies()]:
        drive.write(package, quiet)
    assert intact(drive, package)


def test_interrupted_it_takes_up_what_is_there(plugged: Loop, tmp_path: Path) -> None:
    drive = adapter(plugged)
    package = large(tmp_path)

    class Stop(Exception):
        pass

    moved: list[int] = []

    def stop(count: int) -> None:
        moved.append(count)
        if len(moved) == 5:
            raise Stop

    with pytest.raises(Stop):
        drive.write(package, stop)
    assert not list(drive.copies())
    half = plugged.top / "incoming" / package.name / "data/0.bin"
    inode = half.stat().st_ino
    drive.write(package, quiet)
    assert intact(drive, package)
    assert (plugged.top / "packages" / package.name / "data/0.bin").stat().st_ino == inode


def test_what_was_left_is_never_trusted(plugged: Loop, tmp_path: Path) -> None:
    """A file that an interrupted write left in the right size with wrong bytes is found by the read-back."""
    drive = adapter(plugged)
    package = large(tmp_path)
    left = plugged.top / "incoming" / package.name / "data/0.bin"
    left.parent.mkdir(parents=True)
    left.write_bytes(bytes(1 << 20))
    with pytest.raises(NotWrittenRight):
        drive.write(package, quiet)
    assert not list(drive.copies())
    drive.write(package, quiet)
    assert intact(drive, package)


def test_full(plugged: Loop, tmp_path: Path) -> None:
    drive = adapter(plugged)
    with pytest.raises(MediumFull):
        drive.write(large(tmp_path, size=20 << 20), quiet)
    with pytest.raises(MediumFull):
        adapter(plugged, reserve=1 << 40).write(large(tmp_path, "aip-small_v0001"), quiet)
    # A drive that fills up while it is written, since something else takes its room.
    package = large(tmp_path, "aip-growing_v0001", files=30)
    filler = plugged.top / "filler"

    def fill(count: int) -> None:
        if not filler.exists():
            filler.write_bytes(bytes(shutil_free(plugged.top) - (4 << 20)))

    with pytest.raises(MediumFull):
        drive.write(package, fill)
    assert not list(drive.copies())
    filler.unlink()
    drive.write(package, quiet)
    assert intact(drive, package)


def shutil_free(top: Path) -> int:
    import shutil

    return shutil.disk_usage(top).free


def test_read_only_is_made_writable_and_read_only_again(plugged: Loop, tmp_path: Path) -> None:
    drive = adapter(plugged)
    package = large(tmp_path)
    plugged.remount("ro")
    drive.write(package, quiet)
    assert mount_of(plugged.top).read_only
    assert intact(drive, package)


def test_a_device_that_is_read_only_is_said_to_be(tmp_path: Path) -> None:
    with loop(tmp_path) as made:
        prepare_drive(made.top, FACTS, KEY.sign)
        drive = adapter(made)
        made.unmount()
        run("mount", "-o", "loop,ro,noload", made.image, made.top)
        device = mount_of(made.top).source
        run("blockdev", "--setro", device)
        try:
            with pytest.raises(ReadOnly):
                drive.write(large(tmp_path), quiet)
        finally:
            run("blockdev", "--setrw", device)


def test_a_source_that_is_not_what_was_sealed_is_not_copied(plugged: Loop, tmp_path: Path) -> None:
    drive = adapter(plugged)
    package = large(tmp_path)
    (package.root / "data/3.bin").write_bytes(b"altered")
    with pytest.raises(SourceDamaged):
        drive.write(package, quiet)
    assert not list(drive.copies())


def test_a_flipped_byte_under_a_warm_cache_is_found(plugged: Loop, tmp_path: Path) -> None:
    """The byte is flipped on the device, below the file system: only a read past the cache can see it."""
    drive = adapter(plugged)
    package, expected = make_package(tmp_path / "made", "aip-x_v0001")
    drive.write(package, quiet)
    path = drive.path(CopyRef(package.name)) / "data/现场录像 (1).mp4"
    data = path.read_bytes()
    device = Path(mount_of(plugged.top).source)
    needle = data[:4096]
    raw = device.read_bytes()
    place = raw.find(needle)
    assert place > 0
    with device.open("r+b") as stream:
        stream.seek(place)
        stream.write(bytes([needle[0] ^ 1]))
    os.sync()
    run("blockdev", "--flushbufs", device)
    path.read_bytes()
    checks = drive.verify(CopyRef(package.name), Scope(expected), quiet)
    assert {check.path for check in checks if check.verdict != "intact"} == {"data/现场录像 (1).mp4"}


def test_recovery_data_repairs_a_copy(tmp_path: Path) -> None:
    package = large(tmp_path, files=6, size=200_000)
    files = [(path, 200_000) for path in package.digests]
    size = protect(package.root, files, tmp_path / "recovery" / package.name, 20)
    assert 240_000 < size < 1_200_000
    spoilt = package.root / "data/2.bin"
    whole = spoilt.read_bytes()
    spoilt.write_bytes(whole[:1000] + bytes(5000) + whole[6000:])
    assert repair(package.root, tmp_path / "recovery" / package.name)
    assert spoilt.read_bytes() == whole


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        ({"smart_status": {"passed": True}}, "good"),
        ({"smart_status": {"passed": False}}, "failing"),
        ({}, "unknown"),
        (
            {"smart_status": {"passed": True}, "ata_smart_attributes": {"table": [{"id": 197, "raw": {"value": 8}}]}},
            "failing",
        ),
        (
            {"smart_status": {"passed": True}, "ata_smart_attributes": {"table": [{"id": 5, "raw": {"value": 3}}]}},
            "good",
        ),
        ({"smart_status": {"passed": True}, "nvme_smart_health_information_log": {"critical_warning": 4}}, "failing"),
    ],
)
def test_health(report: dict[str, object], verdict: str) -> None:
    assert interpret(report).verdict == verdict


def test_a_device_without_smart_is_unknown(plugged: Loop) -> None:
    assert read_health(mount_of(plugged.top).source).verdict == "unknown"
    assert adapter(plugged).probe().health == "unknown"
