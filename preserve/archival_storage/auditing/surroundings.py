"""Holds all that lies on a medium beside its packages to what was written there: guide, verifiers, ledger, records.

What it is held to does not lie on the medium alone: the ledger has the digests of the guide's own files, and among them
that of the list of everything else. A program that was put there, or in another's place, would be run by whoever trusts
the medium.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from metadata import bag
from metadata.errors import BagUnreadable
from metadata.findings import Finding
from preserve.archival_storage.guide import MANIFEST
from preserve.archival_storage.media_contents import ON_MEDIUM, RECORDS, WAITING
from preserve.data_management.reading_records import FOLDER as READINGS
from preserve.data_management.witnesses import OF_DESKTOP
from preserve.home import Home
from storage_adapters.directory import INCOMING, PACKAGES
from storage_adapters.marker import MARKER
from storage_adapters.reading import digest_file

QUARANTINE, RECOVERY, LEDGER, DISCS = "quarantine", "recovery", "ledger", "discs"
_PER_PACKAGE = (PACKAGES, INCOMING, QUARANTINE, RECOVERY)
# What operating systems put at the top of a drive, and into any folder that is looked at.
_OF_SYSTEM = re.compile(
    r"(System Volume Information|\$RECYCLE\.BIN|lost\+found|\.(Trash(-\d+)?|Spotlight-V100|fseventsd))"
)
_PROGRAM = re.compile(r"(?i)\.(exe|dll|com|scr|msi|bat|cmd|ps1|vbs|js|jar|lnk|hta|sh|py|desktop|inf|app)$")
_STARTS = (b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_LITTER = 1 << 20  # desktop.ini and the like are small; what is larger is something else


@dataclass(frozen=True, slots=True)
class Expected:
    """What should lie on a medium. `guide`: digests from the ledger, empty where an earlier release wrote it.

    `held` are the packages whose copies are there and are read by themselves, `known` all that were ever there,
    `quarantine` the folders of `quarantine/` that the ledger tells of.
    """

    label: str
    guide: Mapping[str, str] = field(default_factory=dict)
    held: Collection[str] = ()
    known: Collection[str] = ()
    quarantine: Collection[str] = ()


def check_surroundings(root: Path, expected: Expected, progress: Callable[[int], None]) -> Iterator[Finding]:
    """Everything on a drive but the files of the packages held there. What is altered, missing or not ours is named."""

    def told(code: str, path: str, severity: str = "error") -> Finding:
        return Finding(f"audit.{code}", f"{expected.label}: {path}", severity)  # type: ignore[arg-type]

    listed, unread = _list_of(root)
    if unread:
        yield told("list-unreadable", MANIFEST)
    if listed and not expected.guide:
        yield told("list-unproven", MANIFEST, "note")
    wanted = {path: digest for path, digest in listed.items() if not _of_package(path, expected)}
    wanted |= dict(expected.guide)
    parents = {path[:place] for path in wanted for place, letter in enumerate(path) if letter == "/"}
    seen: set[str] = set()
    for path, kind in walk(root, _inside_package):
        if kind == "folder":
            if path not in parents and path.split("/")[0] not in _PER_PACKAGE and not _of_system(path):
                yield told("file-unexpected", f"{path}/")
        elif kind != "file":
            yield told("file-unreadable" if kind == "unreadable" else "not-a-file", path)
        elif path in wanted:
            seen.add(path)
            if (code := _differs(root / path, wanted[path], progress)) != "":
                yield told(code, path)
        elif path == MARKER or (path == MANIFEST and not expected.guide):
            continue  # the marker is signed, and was held to that; a list does not name itself
        elif _left_behind(path, expected):
            yield told("left-behind", path, "note")
        elif is_litter(root, path):
            yield told("of-system", path, "note")
        else:
            yield told("file-unexpected", path)
    for path in sorted(set(wanted) - seen):
        if not os.path.lexists(root / path):
            yield told("file-missing", path)


def check_store(home: Home, label: str) -> Iterator[Finding]:
    """What lies at the top of the server store, and among its packages, that the program did not put there."""
    own = {MARKER, *_PER_PACKAGE, LEDGER, DISCS, WAITING, READINGS, *RECORDS}
    for folder in ("", f"{PACKAGES}/"):
        top = home.store / folder
        for entry in sorted(os.scandir(top), key=lambda entry: entry.name) if top.is_dir() else ():
            path = folder + entry.name
            right = entry.is_file(follow_symlinks=False) if path == MARKER else entry.is_dir(follow_symlinks=False)
            if right and (folder or entry.name in own):
                continue  # a folder among the packages that is none is named by itself
            if entry.is_symlink():
                yield Finding("audit.not-a-file", f"{label}: {path}", "error")
            elif _OF_SYSTEM.fullmatch(entry.name) or is_litter(home.store, path):
                yield Finding("audit.of-system", f"{label}: {path}", "note")
            else:
                yield Finding("audit.file-unexpected", f"{label}: {path}", "error")


def check_records(home: Home, root: Path, label: str) -> Iterator[Finding]:
    """The records on a drive against the server's: written once, so they are the same, and none is only there."""
    for folder in RECORDS:
        top = root / ON_MEDIUM / folder
        for path, kind in walk(top, lambda path: False) if top.is_dir() and not top.is_symlink() else ():
            if kind != "file":
                continue
            where = f"{label}: {ON_MEDIUM}/{folder}/{path}"
            ours = home.store / folder / path
            if not ours.is_file():
                yield Finding("audit.record-only-there", where, "error")
            elif digest_file(ours, ("sha256",))[1] != digest_file(top / path, ("sha256",))[1]:
                yield Finding("audit.record-differs", where, "error")


def walk(root: Path, passed_over: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Each path below a folder, with `/`, and what it is: file, folder (its content follows) or other; no link is
    followed."""
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError:
            yield folder.removesuffix("/"), "unreadable"
            continue
        for entry in entries:
            path = folder + entry.name
            if passed_over(path):
                continue
            mode = entry.stat(follow_symlinks=False).st_mode
            yield path, "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"
            if stat.S_ISDIR(mode):
                pending.append(path + "/")


def _of_system(path: str) -> bool:
    return _OF_SYSTEM.fullmatch(path.split("/")[0]) is not None


def is_litter(root: Path, path: str) -> bool:
    """Whether an operating system left this file, and it is nothing that could be run."""
    top, _, name = path.partition("/")[0], "", path.rpartition("/")[2]
    if not (OF_DESKTOP.fullmatch(name) or (_OF_SYSTEM.fullmatch(top) and top != path)):
        return False
    if _PROGRAM.search(name):
        return False
    try:
        with (root / path).open("rb") as stream:
            start = stream.read(4)
    except OSError:
        return False
    small = not OF_DESKTOP.fullmatch(name) or (root / path).stat().st_size <= _LITTER
    return small and not start.startswith(_STARTS)


def _list_of(root: Path) -> tuple[dict[str, str], bool]:
    """The medium's own list, and whether there is one that cannot be read."""
    try:
        with (root / MANIFEST).open("rb") as stream:
            return {line.raw: line.digest for line in bag.lines_in(stream, MANIFEST)}, False
    except FileNotFoundError:
        return {}, False
    except (OSError, BagUnreadable):
        return {}, True


def _of_package(path: str, expected: Expected) -> bool:
    """Whether a listed path is a package's: read by itself where it is held, gone by decision where it is not."""
    steps = path.split("/", 2)
    if len(steps) < 3 or steps[0] not in (PACKAGES, RECOVERY):
        return False
    return steps[0] == PACKAGES or steps[1] not in expected.held


def _inside_package(path: str) -> bool:
    """What lies in a package: read by itself where it is held; where it is not, the package as a whole is named."""
    return path.startswith(f"{PACKAGES}/") and path.count("/") > 1


def _left_behind(path: str, expected: Expected) -> bool:
    """What a write that was cut off, or a repair, leaves of a package of this medium."""
    steps = path.split("/")
    if len(steps) < 3:
        return False
    return (steps[0] == INCOMING and steps[1].removesuffix(".removed") in expected.known) or (
        steps[0] == QUARANTINE and "/".join(steps[:2]) in expected.quarantine
    )


def _differs(path: Path, wanted: str, progress: Callable[[int], None]) -> str:
    try:
        seen = digest_file(path, ("sha256",), progress=progress)[1]["sha256"]
    except OSError:
        return "file-unreadable"
    return "" if seen == wanted else "file-altered"
