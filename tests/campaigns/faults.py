"""Thousands of faults on copies of every kind: each is found and named, nothing is named falsely, what can be mended is.

A fault is put into one copy, the copy is checked, and what is named is held against what was done. Now and then several
copies are hurt in different files, audited and repaired, with SIGKILL in the middle of it, and must come back whole.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from demo.make_case import make_case
from preserve.archival_storage.checking import check_copy
from preserve.data_management.database import open_catalogue
from preserve.data_management.proof.anchors import Anchor, read_anchor
from preserve.home import open_home
from storage_adapters.contract import Package, StorageAdapter
from storage_adapters.directory import DirectoryAdapter
from storage_adapters.drive import DriveAdapter
from storage_adapters.file_systems import mount_of
from storage_adapters.marker import read_marker
from storage_adapters.optical.adapter import OpticalAdapter
from storage_adapters.optical.reading import list_files
from storage_adapters.s3 import S3Adapter
from tests.campaigns.eio import failing
from tests.support.loop import Loop, loop
from tests.support.object_store import KEY, SECRET, ObjectStore
from tests.support.program import found, kill, state_of

POLICY = """[[ordinary]]
kind = "directory"
[[long_term]]
kind = "directory"
[[long_term]]
kind = "drive"
"""


def _quiet(moved: int) -> None:
    return None


class Copies:
    """One package in an archive's store, on a drive, on a disc and in a bucket; and its pristine bytes."""

    def __init__(self, folder: Path, media: ExitStack, *, bucket: bool) -> None:
        self.folder = folder
        self.archive = found(folder / "archive")
        (self.archive.home / "profiles" / "storage.toml").write_text(POLICY)
        assert self.archive.run("ingest", str(make_case(folder / "案件", small=True))).returncode == 0
        self.drive: Loop = media.enter_context(loop(folder, "drive", "128M"))
        assert self.archive.run("media", "add", "drive", str(self.drive.top), "--label", "DRV").returncode == 0
        assert self.archive.run("replicate").returncode == 0
        (package,) = self.archive.packages()
        self.name = package.name
        self.pristine = folder / "pristine" / "packages" / self.name
        shutil.copytree(package, self.pristine)
        home = open_home(self.archive.home)
        catalogue = open_catalogue(home)
        with catalogue.read() as connection:
            self.anchor: Anchor = read_anchor(connection, self.name)
        catalogue.close()
        self.files = sorted(str(path.relative_to(self.pristine)) for path in self.pristine.rglob("*") if path.is_file())
        self.disc = folder / "disc"
        OpticalAdapter(self.disc, "disc-1", work=folder).write(Package(self.name, self.pristine, 0), _quiet)
        self.image = self.disc.read_bytes()
        self.bucket: S3Adapter | None = None
        if bucket:
            os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"] = KEY, SECRET
            server = ObjectStore(folder / "weed")
            server.start()
            media.callback(server.kill)
            self.bucket = S3Adapter("archive", "s3-1", endpoint=server.endpoint)
            self.bucket.client().create_bucket(Bucket="archive")
            self.bucket.prepare()
            self.bucket.write(Package(self.name, self.pristine, 0), _quiet)
        self.bad = folder / "bad-paths"
        self.fuse = media.enter_context(failing(self.archive.home / "store", folder / "fuse", self.bad))

    def tree(self, kind: str) -> Path:
        """Where a copy's files lie."""
        top = self.drive.top if kind == "drive" else self.archive.home / "store"
        return top / "packages" / self.name

    def adapter(self, kind: str) -> StorageAdapter:
        """The adapter through which a copy is checked."""
        if kind == "drive":
            identity = read_marker(self.drive.top).identity
            return DriveAdapter(self.drive.top, identity, mount_of(self.drive.top).uuid)
        if kind == "optical":
            return OpticalAdapter(self.disc, "disc-1")
        if kind == "s3":
            assert self.bucket is not None
            return self.bucket
        identity = f"store-{open_home(self.archive.home).settings.archive_id}"
        return DirectoryAdapter(self.fuse if kind == "eio" else self.archive.home / "store", identity)


Injector = Callable[[Path, list[str], random.Random], set[str]]


def _flip(root: Path, files: list[str], chance: random.Random) -> set[str]:
    path = root / (name := chance.choice(files))
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    return {name}


def _truncate(root: Path, files: list[str], chance: random.Random) -> set[str]:
    name = chance.choice(files)
    os.truncate(root / name, chance.randrange((root / name).stat().st_size))
    return {name}


def _grow(root: Path, files: list[str], chance: random.Random) -> set[str]:
    name = chance.choice(files)
    with (root / name).open("ab") as stream:
        stream.write(chance.randbytes(chance.randint(1, 5000)))
    return {name}


def _zero(root: Path, files: list[str], chance: random.Random) -> set[str]:
    name = chance.choice(files)
    size = (root / name).stat().st_size
    start = chance.randrange(size)
    with (root / name).open("r+b") as stream:
        stream.seek(start)
        block = stream.read(4096)
        stream.seek(start)
        stream.write(bytes(len(block)) if any(block) else b"\xff" * len(block))
    return {name}


def _swap(root: Path, files: list[str], chance: random.Random) -> set[str]:
    one, two = chance.sample(files, 2)
    first, second = (root / one).read_bytes(), (root / two).read_bytes()
    (root / one).write_bytes(second)
    (root / two).write_bytes(first)
    return {one, two} if first != second else set()


def _delete(root: Path, files: list[str], chance: random.Random) -> set[str]:
    name = chance.choice(files)
    (root / name).unlink()
    return {name}


def _add(root: Path, files: list[str], chance: random.Random) -> set[str]:
    name = f"{Path(chance.choice(files)).parent}/多出-{chance.randrange(10**9)}".removeprefix("./")
    (root / name).write_bytes(chance.randbytes(chance.randint(0, 100)))
    return {name}


def _rename(root: Path, files: list[str], chance: random.Random) -> set[str]:
    name = chance.choice(files)
    other = f"{name}.{chance.randrange(10**9)}"
    (root / name).rename(root / other)
    return {name, other}


def _stale(root: Path, files: list[str], chance: random.Random) -> set[str]:
    """A file as another version of it might have been: same size, same dates, other bytes."""
    name = chance.choice(files)
    before = (root / name).stat()
    (root / name).write_bytes(chance.randbytes(before.st_size))
    os.utime(root / name, ns=(before.st_atime_ns, before.st_mtime_ns))
    return {name}


def _lose(root: Path, files: list[str], chance: random.Random) -> set[str]:
    shutil.rmtree(root)
    return set()


KINDS: dict[str, Injector] = {
    "flip": _flip,
    "truncate": _truncate,
    "grow": _grow,
    "zero": _zero,
    "swap": _swap,
    "delete": _delete,
    "add": _add,
    "rename": _rename,
    "stale": _stale,
    "lose": _lose,
}
MANIFESTS = {"manifest-sha256.txt", "tagmanifest-sha256.txt"}


@contextmanager
def _hurt(copies: Copies, kind: str, fault: str, chance: random.Random) -> Iterator[set[str]]:
    """Within it a copy has this fault; yields what must be named."""
    if kind == "eio":
        names = set(chance.sample(copies.files, chance.randint(1, 3)))
        copies.bad.write_text("".join(f"packages/{copies.name}/{name}\n" for name in names), encoding="utf-8")
        yield names
        copies.bad.write_text("")
    elif kind == "optical":
        prefix = f"packages/{copies.name}/"
        files = [file for file in list_files(copies.disc) if file.path.startswith(prefix) and file.size]
        file = chance.choice(files)
        place = file.extents[0][0] + chance.randrange(file.size)
        data = bytearray(copies.image)
        data[place] ^= 1 << chance.randrange(8)
        copies.disc.write_bytes(data)
        yield {file.path.removeprefix(prefix)}
        copies.disc.write_bytes(copies.image)
    elif kind == "s3":
        assert copies.bucket is not None
        name = chance.choice([one for one in copies.files if (copies.pristine / one).stat().st_size])
        client, key = copies.bucket.client(), f"packages/{copies.name}/{name}"
        data = bytearray((copies.pristine / name).read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        if fault == "delete":
            client.delete_object(Bucket="archive", Key=key)
        else:
            client.put_object(Bucket="archive", Key=key, Body=bytes(data), ChecksumAlgorithm="SHA256")
        yield {name}
        good = (copies.pristine / name).read_bytes()
        client.put_object(Bucket="archive", Key=key, Body=good, ChecksumAlgorithm="SHA256")
    else:
        root = copies.tree(kind)
        files = [name for name in copies.files if (root / name).stat().st_size]
        yield KINDS[fault](root, files, chance)
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(copies.pristine, root)


def _checked(copies: Copies, kind: str, wanted: set[str], lost: bool, where: str) -> None:
    check = check_copy(copies.adapter(kind), kind, copies.anchor, _quiet)
    named = {one.path for one in check.problems}
    if wanted & MANIFESTS and kind != "s3":
        wanted, named = wanted & MANIFESTS, named & MANIFESTS  # a copy whose lists are not proven is named by them
    if lost:
        good = check.outcome == "damaged" and check.reason == "absent"
    elif not wanted:
        good = check.outcome == "intact"
    else:
        good = check.outcome == "damaged" and named == wanted
    if not good:
        raise SystemExit(f"{where}: should name {sorted(wanted)}, says {check.outcome} {check.reason} {sorted(named)}")


def _repaired(copies: Copies, chance: random.Random, where: str) -> None:
    """Store and drive are hurt in different files, audited, repaired with kills in the middle, and are whole again."""
    files = [name for name in copies.files if (copies.pristine / name).stat().st_size and name not in MANIFESTS]
    chance.shuffle(files)
    half = len(files) // 2
    for kind, names in (("directory", files[:half]), ("drive", files[half:])):
        for _ in range(chance.randint(1, 3)):
            fault = chance.choice(("flip", "truncate", "zero", "delete", "stale", "grow"))
            KINDS[fault](copies.tree(kind), [one for one in names if _has(copies.tree(kind) / one)], chance)
    label = ["--medium", f"{copies.drive.top}", "--all"]
    if copies.archive.run("audit", "run", *label).returncode != 4:
        raise SystemExit(f"{where}: the damage was not found")
    for _ in range(chance.randint(0, 3)):
        process = copies.archive.start("repair")
        end = time.monotonic() + chance.uniform(0.4, 1.6)
        while time.monotonic() < end and process.poll() is None:
            continue
        kill(process)
    done = copies.archive.run("repair")
    if done.returncode == 0:
        done = copies.archive.run("audit", "run", *label)
        if done.returncode == 4:  # a repair that was killed between two renames is found as absent
            copies.archive.run("repair")
            done = copies.archive.run("audit", "run", *label)
    wanted = {name: entry[2] for name, entry in state_of(copies.pristine).items()}
    for kind in ("directory", "drive"):
        if {name: entry[2] for name, entry in state_of(copies.tree(kind)).items()} != wanted:
            raise SystemExit(f"{where}: the {kind} copy did not come back\n{done.stdout}{done.stderr}")
    if done.returncode != 0:
        raise SystemExit(f"{where}: whole again, but the audit says {done.returncode}\n{done.stdout}{done.stderr}")
    for top in (copies.drive.top, copies.archive.home / "store"):
        shutil.rmtree(top / "quarantine", ignore_errors=True)


def _has(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def run(folder: Path, seconds: float, seed: int, count: int = 10**9, *, bucket: bool = True) -> str:
    """As many faults as fit the time, or `count`; a repair under kills every hundred faults."""
    chance = random.Random(seed)
    done: Counter[str] = Counter()
    repairs = 0
    end = time.monotonic() + seconds
    with ExitStack() as media:
        copies = Copies(folder, media, bucket=bucket)
        kinds = ["directory"] * 5 + ["drive"] * 3 + ["optical"] * 2 + ["eio"] * 2 + (["s3"] if bucket else [])
        while time.monotonic() < end and sum(done.values()) < count:
            number = sum(done.values()) + 1
            kind, fault = chance.choice(kinds), chance.choice(sorted(KINDS))
            where = f"fault {number} ({kind}, {fault}, seed {seed})"
            with _hurt(copies, kind, fault, chance) as wanted:
                _checked(copies, kind, wanted, fault == "lose" and kind in ("directory", "drive"), where)
            if number % 20 == 0:
                _checked(copies, kind, set(), False, where + ", undone")
            done[kind] += 1
            if number % 100 == 0 or number == count:
                _repaired(copies, chance, where)
                repairs += 1
                print(f"{number} faults, {repairs} repairs", flush=True)
    told = ", ".join(f"{kind} {number}" for kind, number in sorted(done.items()))
    return (
        f"{sum(done.values())} faults ({told}): every one found and named, none named falsely; {repairs} times both copies "
        "were hurt in different files and repaired, with SIGKILL in the middle, and came back byte for byte."
    )
