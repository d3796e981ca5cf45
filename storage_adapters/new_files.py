"""Makes files and folders that were not there before, through a handle on the folder they go into; never over another.

A path is looked up once, without following a link, and everything after that goes through the handle. So whoever
exchanges a folder on the way for a link, between the check and the writing, exchanges nothing.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from storage_adapters.durable import PART, discard
from storage_adapters.medium_errors import FILE, FOLDER

_WALK = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_libc = ctypes.CDLL(None, use_errno=True)
Identity = tuple[int, int]
"""Device and inode: what a folder is, by whatever name it is reached."""


@dataclass(slots=True)
class HeldFolder:
    """A folder that is held, or as much of it as exists."""

    path: Path
    handle: int
    chain: tuple[Identity, ...]  # from the root down to what exists
    marked: Path | None  # the lowest folder on the way that holds one of the names looked for
    missing: tuple[str, ...]  # the parts that do not exist
    blocked: bool = False  # the first of them does, and is no folder
    _made: list[tuple[int, str]] = field(default_factory=list)
    _locks: list[int] = field(default_factory=list)

    def make(self) -> None:
        """Make the parts that are missing. Raises OSError."""
        while self.missing:
            name = self.missing[0]
            with suppress(FileExistsError):
                os.mkdir(name, FOLDER, dir_fd=self.handle)
                self._made.append((os.dup(self.handle), name))
            try:
                below = os.open(name, _WALK, dir_fd=self.handle)
            except FileNotFoundError:
                continue  # another had made it, and took it away
            if self.missing[1:] or self.keep(below):
                os.close(self.handle)
                self.handle, self.missing = below, self.missing[1:]
            else:
                os.close(below)

    def keep(self, handle: int) -> bool:
        """Have nobody take this folder away while it is held (`unmake`); False where somebody just did."""
        with suppress(OSError):  # a folder that may not be read, or a file system that knows no locks
            self._locks.append(os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=handle))
            fcntl.flock(self._locks[-1], fcntl.LOCK_SH)
        return os.fstat(handle).st_nlink > 0

    def unmake(self) -> None:
        """Take away again what `make` made, as far as nothing lies in it and nobody else holds the last of it."""
        if not self._made or not self._locks:
            return
        with suppress(OSError):
            fcntl.flock(self._locks[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
            for handle, name in reversed(self._made):
                os.rmdir(name, dir_fd=handle)

    def close(self) -> None:
        """Let go of it."""
        for handle in (self.handle, *self._locks, *(handle for handle, _ in self._made)):
            os.close(handle)

    @property
    def held(self) -> Path:
        """The folder by its handle; other programs can use it while this process holds it."""
        return Path(f"/proc/{os.getpid()}/fd/{self.handle}")


@contextmanager
def reach(folder: Path, names: Sequence[str] = ()) -> Iterator[HeldFolder]:
    """Hold a folder, or the nearest one above it that exists; what was made is taken away again after an error.

    `names` are what marks a folder; the lowest that holds one of them is told. Raises OSError.
    """
    path = real(folder)
    place = _walk(path, names)
    while not place.missing and not place.keep(place.handle):  # another took it away meanwhile
        place.close()
        place = _walk(path, names)
    try:
        yield place
    except BaseException:
        place.unmake()
        raise
    finally:
        place.close()


def _walk(path: Path, names: Sequence[str]) -> HeldFolder:
    handle = os.open("/", _WALK)
    place = HeldFolder(path, handle, (_identity(handle),), None, path.parts[1:])
    try:
        _look(place, Path("/"), names)
        for number, name in enumerate(path.parts[1:], 1):
            try:
                below = os.open(name, _WALK, dir_fd=place.handle)
            except (FileNotFoundError, NotADirectoryError) as error:
                place.blocked = isinstance(error, NotADirectoryError)
                break
            os.close(place.handle)
            place.handle, place.missing = below, path.parts[number + 1 :]
            place.chain = (*place.chain, _identity(below))
            _look(place, Path(*path.parts[: number + 1]), names)
    except BaseException:
        place.close()
        raise
    return place


def real(path: Path) -> Path:
    """The path without links, as far as it exists. Raises OSError for links that go round in circles."""
    try:
        return path.resolve()
    except RuntimeError as error:  # how Python before 3.13 tells of a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from error


def _identity(handle: int) -> Identity:
    status = os.fstat(handle)
    return status.st_dev, status.st_ino


def _look(place: HeldFolder, path: Path, names: Sequence[str]) -> None:
    for name in names:
        with suppress(OSError):
            os.stat(name, dir_fd=place.handle, follow_symlinks=False)
            place.marked = path


def spot_of(handle: int) -> tuple[str, Path]:
    """Where a folder lies: the number of its file system, and its path in that, whatever is mounted where.

    A folder that is mounted a second time somewhere else (`mount --bind`) lies where it lay.
    """
    mount = _lines(f"/proc/self/fdinfo/{handle}", "mnt_id:").strip()
    path = Path(os.readlink(f"/proc/self/fd/{handle}"))
    for number, device, root, point in mounts():
        if number == mount and path.is_relative_to(point):
            return device, root / path.relative_to(point)
    return "", path


def _lines(file: str, wanted: str) -> str:
    with open(file, encoding="utf-8") as lines:
        return next((line.removeprefix(wanted) for line in lines if line.startswith(wanted)), "")


def mounts() -> list[tuple[str, str, Path, Path]]:
    """Each mount: its number, its file system's, the path in the file system that is mounted, and where (proc(5))."""
    listed = []
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            number, _, device, root, point = line.split(" ")[:5]
            listed.append((number, device, Path(_plain(root)), Path(_plain(point))))
    return listed


def _plain(text: str) -> str:
    for code, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, letter)
    return text


def kind_of(place: HeldFolder, name: str) -> str:
    """What is there by that name: nothing (""), a `file`, a `folder`, or something `other`, a link among them."""
    if place.missing:
        return ""
    try:
        mode = os.stat(name, dir_fd=place.handle, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return ""
    return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "other"


@contextmanager
def making_file(place: HeldFolder, name: str, *, replace: bool = False) -> Iterator[Path]:
    """A new, empty file under a hidden name, to be written; it gets its own name when the context ends well.

    Raises FileExistsError where something has that name by then, unless `replace` is given and it is a plain file.
    """
    _sweep(place, name)
    part = _hidden(name)
    mine = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE, dir_fd=place.handle)
    try:
        with suppress(OSError):  # a file system that knows no locks
            fcntl.flock(mine, fcntl.LOCK_SH)
        yield place.held / part
        _sync(place, part, os.O_RDONLY)
        if replace and kind_of(place, name) == "file":
            os.rename(part, name, src_dir_fd=place.handle, dst_dir_fd=place.handle)
        else:
            _give_name(place, part, name)
    except BaseException:
        with suppress(OSError):
            os.unlink(part, dir_fd=place.handle)
        raise
    finally:
        os.close(mine)
    _sync(place, ".", os.O_RDONLY | os.O_DIRECTORY)


@contextmanager
def making_folder(place: HeldFolder, name: str) -> Iterator[Path]:
    """A new, empty folder under a hidden name, to be filled; it gets its own name when the context ends well.

    Raises FileExistsError where something has that name by then.
    """
    _sweep(place, name)
    part = _hidden(name)
    os.mkdir(part, FOLDER, dir_fd=place.handle)
    mine = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place.handle)
    try:
        fcntl.flock(mine, fcntl.LOCK_SH)
        yield place.held / part
        _give_name(place, part, name)
    except BaseException:
        with suppress(OSError):
            discard(place.held / part, place.held)
        raise
    finally:
        os.close(mine)
    _sync(place, ".", os.O_RDONLY | os.O_DIRECTORY)


def _prefix(name: str) -> str:
    return f".preserve-{hashlib.sha256(os.fsencode(name)).hexdigest()[:12]}-"


def _hidden(name: str) -> str:
    return f"{_prefix(name)}{os.urandom(6).hex()}{PART}"


def _sweep(place: HeldFolder, name: str) -> None:
    """Take away what a process that was killed left of an attempt at the same name; one that lives holds a lock."""
    with suppress(OSError):
        for left in os.listdir(place.held):
            if left.startswith(_prefix(name)) and left.endswith(PART):
                _take_away(place, left)


def _take_away(place: HeldFolder, left: str) -> None:
    with suppress(OSError):  # it is somebody's at work, or not ours to take away
        handle = os.open(left, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place.handle)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if kind_of(place, left) == "folder":
                discard(place.held / left, place.held)
            else:
                os.unlink(left, dir_fd=place.handle)
        finally:
            os.close(handle)


def _give_name(place: HeldFolder, part: str, name: str) -> None:
    # RENAME_NOREPLACE
    if _libc.renameat2(place.handle, os.fsencode(part), place.handle, os.fsencode(name), 1) == 0:
        return
    number = ctypes.get_errno()
    if number not in (errno.EINVAL, errno.ENOSYS):
        raise OSError(number, os.strerror(number), name)
    # Some network file systems cannot do that; a second name for a file is never made over another, and the rename of
    # a folder fails on a full one.
    if kind_of(place, part) == "file":
        os.link(part, name, src_dir_fd=place.handle, dst_dir_fd=place.handle, follow_symlinks=False)
        os.unlink(part, dir_fd=place.handle)
        return
    os.mkdir(name, FOLDER, dir_fd=place.handle)
    os.rename(part, name, src_dir_fd=place.handle, dst_dir_fd=place.handle)


def _sync(place: HeldFolder, name: str, flags: int) -> None:
    # A folder that may be written and not read cannot be synced; what was written is there all the same.
    with suppress(PermissionError):
        handle = os.open(name, flags | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=place.handle)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
