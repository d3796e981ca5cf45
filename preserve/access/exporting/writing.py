"""Writes an export below a folder that a person named: whole, read back from the medium, or not under its name.

Each case is written beside its place, read back, and only then has its name. What a run that was cut off left whole
is read back once more and kept; what it left in part is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from preserve.access import attempts
from preserve.access.exporting import information_package, ocfl, plain
from preserve.access.exporting.holding import Held, held, take
from preserve.access.exporting.layout import Layout
from preserve.access.exporting.model import Export, Form, Item, Written
from preserve.clock import stamp
from preserve.data_management.archive import Archive
from preserve.errors import Conflict, MediumProblem, NotIntact, Refused
from preserve.messages import speaking
from preserve.outputs import into_folder
from preserve.progress import Progress
from preserve.work import require_space
from storage_adapters.contract import ExpectedFile
from storage_adapters.durable import discard, drop_file, publish, sync_file_system, sync_folder, write_file
from storage_adapters.errors import StorageError
from storage_adapters.medium_errors import on_medium
from storage_adapters.reading import check_files, digest_file, size_of, walk_files

ABOUT, SUMS = "export.json", "SHA256SUMS"
_LISTS = ".sums"
_MARGIN = 64 << 20  # bytes for lists, papers and what a file system takes for itself

LAYOUTS: dict[Form, type[Layout]] = {
    "eark-aip": information_package.ArchivalPackages,
    "eark-dip": information_package.DisseminationPackages,
    "plain": plain.Folders,
}


@dataclass(frozen=True)
class Job:
    """An export while it is written: its cases as they are now, those left out, and who writes it."""

    archive: Archive
    export: Export
    items: Sequence[Item]
    left_out: tuple[str, ...]
    account: str
    progress: Progress


@dataclass(slots=True)
class _Count:
    """What was written so far."""

    cases: int = 0
    present: int = 0
    files: int = 0
    size: int = 0
    running: hashlib._Hash = field(default_factory=hashlib.sha256)


@dataclass(frozen=True, slots=True)
class _Room:
    """What this attempt writes, and beside it the list of each case, which is needed until that has its name."""

    staging: Path
    lists: Path


def write(job: Job, target: Path) -> Written:
    """Write the export below `target`: a folder of its number, or new versions in the OCFL storage root there.

    Raises Refused, NotIntact, MediumProblem.
    """
    # What people read in it is in the archive's own language, whoever writes it.
    with into_folder(target, job.archive.home) as folder, speaking(job.archive.home.settings.language):
        if target.absolute().is_relative_to(job.archive.home.outbox):
            _require_room(job, folder)
        try:
            if job.export.form == "ocfl":
                count, place, digest = _into_root(job, folder)
            else:
                count, place, digest = _as_folder(job, folder)
        except (OSError, StorageError) as error:
            raise MediumProblem("request.target-unwritable", str(target), reason=str(error)) from error
    return Written(
        by=job.account,
        when=stamp(job.archive.now()),
        to=str(target.absolute() / place),
        cases=count.cases,
        present=count.present,
        files=count.files,
        size=count.size,
        list_sha256=digest,
        left_out=job.left_out,
    )


def _require_room(job: Job, folder: Path) -> None:
    """What waits to be fetched lies on the disk that the archive works on: its reserve stays free.

    Asked of all cases at once, before any is written: an export of the whole archive is as large as the archive.
    Raises MediumProblem.
    """
    lying = sum((folder / name).lstat().st_size for name in walk_files(folder))
    needed = max(0, sum(item.size for item in job.items) - lying)
    require_space(folder, needed + _MARGIN, job.archive.home.settings.reserve)


def _into_root(job: Job, folder: Path) -> tuple[_Count, str, str]:
    """New versions of each case in the storage root below `folder`; the digest is over the inventories' digests."""
    job.progress.begin("exporting.writing", sum(item.size for item in job.items))
    root, count = ocfl.open_root(folder), _Count()
    for item in job.items:
        stored = ocfl.store(job.archive, root, item, job.progress)
        count.cases += 1
        count.present += stored.versions == 0
        count.files += stored.files
        count.size += stored.size
        count.running.update(f"{stored.inventory_sha512}  {item.objid}\n".encode())
    return count, ocfl.ROOT, count.running.hexdigest()


def _as_folder(job: Job, folder: Path) -> tuple[_Count, str, str]:
    number = job.export.number
    final, archive = folder / number, job.archive
    layout = LAYOUTS[job.export.form](archive, job.export)
    job.progress.begin("exporting.writing", sum(item.size for item in job.items))
    if os.path.lexists(final):
        _require_ours(job, final)
        _drop_lists(folder, number)
        return _read_again(job, final), number, digest_file(final / SUMS, ("sha256",))[1]["sha256"]
    in_hand = archive.catalogue.while_held
    for path in (*attempts.left(folder, number), *attempts.left(folder, number, _LISTS)):
        _refuse_links(path)
    room = _Room(attempts.take_over(folder, number, in_hand), attempts.take_over(folder, number, in_hand, _LISTS))
    left = [item for item in job.items if not (room.staging / layout.place(item)).exists()]
    require_space(folder, sum(layout.needs(item) for item in left) + _MARGIN)
    count = _Count()
    for item in job.items:
        _case(job, layout, item, room, count)
    _finish(job, layout, room, count)
    sync_file_system(room.staging)
    with in_hand():
        publish(room.staging, final)
    _drop_lists(folder, number)
    sync_folder(folder)
    return count, number, digest_file(final / SUMS, ("sha256",))[1]["sha256"]


def _case(job: Job, layout: Layout, item: Item, room: _Room, count: _Count) -> None:
    """One case at its place, read back; its lines in a list of its own until the list of all is made."""
    staging, place, listed = room.staging, layout.place(item), room.lists / item.objid
    with held(job.archive, item, job.progress) as package:
        plan = layout.plan(package)
        if not (staging / place).exists():
            part = staging / ".case.part"
            if part.exists():
                discard(part, staging)
            _fill(job, layout, package, plan, part)
            lines = list(_lines(part))
            write_file(listed, "".join(f"{digest}  {place}/{path}\n" for path, digest, _ in lines).encode())
            sync_file_system(staging)
            _read_back(job, part, [ExpectedFile(path, size, {"sha256": digest}) for path, digest, size in lines])
            publish(part, staging / place)
        else:
            _again(job, package, plan, room, place)
        with listed.open(encoding="utf-8") as lines_there:
            count.files += sum(1 for _ in lines_there)
    count.cases += 1
    count.size += sum(size_of(str(staging / place / path)) for path in walk_files(staging / place))


def _fill(job: Job, layout: Layout, package: Held, plan: dict[str, str], part: Path) -> None:
    part.mkdir()
    for path, source in plan.items():
        take(package, source, part / path, job.progress)
    layout.describe(package, part)


def _again(job: Job, package: Held, plan: dict[str, str], room: _Room, place: str) -> None:
    """What an earlier run left under its name: what was copied is held to the ledger, the rest to that run's list."""
    staging = room.staging
    listed = dict(_read_list(room.lists / package.item.objid))
    for path, source in plan.items():
        wanted = package.files[source].digests.get("sha256", "")
        found = listed.get(f"{place}/{path}", "")
        if not found or (wanted and found != wanted):
            raise NotIntact("exporting.not-read-back", f"{staging}/{place}/{path}", reason="digest")
    _read_back(job, staging, [ExpectedFile(path, None, {"sha256": digest}) for path, digest in listed.items()])


def _finish(job: Job, layout: Layout, room: _Room, count: _Count) -> None:
    """The papers over all cases, the list of every file, and what the export is."""
    staging = room.staging
    for left in [name for name in os.listdir(staging) if (staging / name).is_file()]:
        drop_file(staging / left, staging)  # papers of a run that was cut off, whole or not
    layout.finish(job.items, staging)
    top = [name for name in sorted(os.listdir(staging)) if (staging / name).is_file() and name not in (SUMS, ABOUT)]
    about = {
        "format": "preserve-export-1",
        "number": job.export.number,
        "proposed": job.export.proposed,
        "form": job.export.form,
        "from": job.archive.home.settings.institution,
        "to": job.export.receiver,
        "purpose": job.export.purpose,
        "cases": count.cases,
        "files": count.files,
        "bytes": count.size,
        "left_out": list(job.left_out),
    }
    write_file(staging / ABOUT, (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode())
    with on_medium(staging), (staging / SUMS).open("wb") as out:
        for item in job.items:
            out.write((room.lists / item.objid).read_bytes())
        for name in (*top, ABOUT):
            out.write(f"{digest_file(staging / name, ('sha256',))[1]['sha256']}  {name}\n".encode())


def _drop_lists(folder: Path, number: str) -> None:
    attempts.remove(attempts.left(folder, number, _LISTS), folder)


def _lines(folder: Path) -> Iterator[tuple[str, str, int]]:
    """Path, SHA-256 and bytes of each file of a folder, in the order of names."""
    for path in sorted(walk_files(folder)):
        size, seen = digest_file(folder / path, ("sha256",), from_medium=False)
        yield path, seen["sha256"], size


def _read_list(file: Path) -> Iterator[tuple[str, str]]:
    try:
        for line in file.read_text(encoding="utf-8").splitlines():
            digest, _, path = line.partition("  ")
            if len(digest) != 64 or not path or path.startswith("/") or ".." in path.split("/"):
                raise NotIntact("exporting.not-read-back", str(file), reason="list")
            yield path, digest
    except (OSError, UnicodeDecodeError) as error:
        raise NotIntact("exporting.not-read-back", str(file), reason=str(error)) from error


def _read_back(job: Job, root: Path, wanted: list[ExpectedFile]) -> None:
    """Raises NotIntact where a byte on the medium is not what was written."""
    for check in check_files(root, wanted, from_medium=True, progress=lambda moved: job.progress(0)):
        if check.verdict != "intact":
            raise NotIntact("exporting.not-read-back", f"{root}/{check.path}", reason=check.verdict)


def _read_again(job: Job, final: Path) -> _Count:
    """An export that was written and not entered: read back whole, as its own list says."""
    listed = dict(_read_list(final / SUMS))
    _read_back(job, final, [ExpectedFile(path, None, {"sha256": digest}) for path, digest in listed.items()])
    about = json.loads((final / ABOUT).read_text(encoding="utf-8"))
    return _Count(int(about["cases"]), 0, int(about["files"]), int(about["bytes"]))


def _require_ours(job: Job, final: Path) -> None:
    """Raises Conflict unless what lies there is this very export, whole."""
    try:
        about = json.loads((final / ABOUT).read_text(encoding="utf-8"))
        ours = about["number"] == job.export.number and about["proposed"] == job.export.proposed
    except (OSError, ValueError, KeyError, TypeError):
        ours = False
    if not ours:
        raise Conflict("storage.exists-already", str(final))
    _refuse_links(final)


def _refuse_links(folder: Path) -> None:
    """What an earlier run left is gone on with only where it is what a run leaves: no link leads out of it."""
    if folder.is_symlink() or any(
        (folder / path).is_symlink() for path in (walk_files(folder) if folder.exists() else ())
    ):
        raise Refused("output.not-plain", str(folder))
