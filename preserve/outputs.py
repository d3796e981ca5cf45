"""The one door by which files and folders leave the archive: to where nothing lies yet, and never into the archive.

Whatever writes to a place that a person named goes through here, whichever door the person came by. The archive is
its home and its store wherever they lie; any other folder that an archive or a medium has marked as its own counts
too, so that a drive is not written to because it happens to be mounted.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from preserve.errors import Conflict, MediumProblem, PreserveError, Refused
from preserve.home import Home
from preserve.settings import SETTINGS
from storage_adapters.errors import StorageError
from storage_adapters.marker import MARKER
from storage_adapters.new_files import HeldFolder, Identity, kind_of, making_file, making_folder, mounts, reach, spot_of

_MARKS = (SETTINGS, MARKER)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What belongs to the archive: its folders by what they are, and by where they lie."""

    identities: frozenset[Identity]
    spots: tuple[tuple[str, Path], ...]


def check_new(target: Path, home: Home | None, *, replace: bool = False) -> None:
    """Before anything is made: raises Refused unless a file or folder could be made at `target`.

    With `replace` a plain file may be there; a link, a device or a folder never. Raises MediumProblem.
    """
    with _told(target), _reach_for(target, home) as place:
        _refuse_existing(place, target, replace)


def check_folder(target: Path, home: Home | None) -> None:
    """Before anything is made: raises Refused unless files could be put into the folder `target`, there or not yet."""
    with _told(target), reach(target, _MARKS) as place:
        _refuse(place, target, home)


def check_device(target: Path, home: Home | None) -> None:
    """Raises Refused where a disc cannot be burned to a path without harm: there may be a burner, or a file of its own.

    A file in the archive is none, nor is one that has a second name, nor a device that a file system is mounted from.
    """
    burner = Path(os.path.realpath(target))
    with _told(target), _reach_for(burner, home) as place:
        if place.missing or not kind_of(place, burner.name):
            return
        found = os.stat(burner.name, dir_fd=place.handle, follow_symlinks=False)
        number = f"{os.major(found.st_rdev)}:{os.minor(found.st_rdev)}"
        in_use = {device for _, device, _, _ in mounts()}
        mounted = stat.S_ISBLK(found.st_mode) and not in_use.isdisjoint(_devices_of(number))
        if mounted or (stat.S_ISREG(found.st_mode) and found.st_nlink > 1):
            raise Refused("output.not-plain", str(target))


def _devices_of(number: str) -> Iterator[str]:
    """A block device, its partitions and what is made of them (sysfs): a file system may be mounted from any."""
    yield number
    for pattern in ("*/partition", "holders/*/dev"):
        for file in Path("/sys/dev/block", number).glob(pattern):
            yield from _devices_of((file.parent / "dev").read_text(encoding="ascii").strip())


@contextmanager
def new_file(target: Path, home: Home | None, *, replace: bool = False) -> Iterator[Path]:
    """A file to write, which gets the name `target` when the context ends well; else nothing is left of it.

    Missing folders are made. The file is for its owner and group (0640). Raises Refused, MediumProblem.
    """
    with _told(target), _reach_for(target, home) as place:
        _refuse_existing(place, target, replace)
        place.make()
        with making_file(place, target.name, replace=replace) as part, _by_its_name(part, target):
            yield part


@contextmanager
def new_folder(target: Path, home: Home | None) -> Iterator[Path]:
    """A folder to fill, which gets the name `target` when the context ends well; else nothing is left of it."""
    with _told(target), _reach_for(target, home) as place:
        _refuse_existing(place, target, replace=False)
        place.make()
        with making_folder(place, target.name) as part, _by_its_name(part, target):
            yield part


@contextmanager
def into_folder(target: Path, home: Home | None) -> Iterator[Path]:
    """The folder `target`, made where it is missing, by a handle: it stays the one that was checked.

    Whoever puts something there must not put it over another (`durable.publish`). A folder that was made for this is
    taken away again after an error, where it is empty. Raises Refused, MediumProblem.
    """
    with ExitStack() as held:
        with _told(target):
            place = held.enter_context(reach(target, _MARKS))
            _refuse(place, target, home)
            place.make()
            if not os.access(place.held, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with _by_its_name(place.held, target):
            yield place.held


def write_new(target: Path, data: bytes, home: Home | None, *, replace: bool = False) -> None:
    """Write a new file whole or not at all. Raises Refused, MediumProblem."""
    with new_file(target, home, replace=replace) as part:
        part.write_bytes(data)


def write_all(files: Iterable[tuple[Path, bytes]], home: Home | None, *, replace: bool = False) -> list[Path]:
    """Write several new files, one after the other, once it was seen that each may be made where it is wanted.

    Raises Refused before the first is written; MediumProblem where the medium fails, and then those before stand.
    """
    wanted = list(files)
    for target, _ in wanted:
        check_new(target, home, replace=replace)
    for target, data in wanted:
        write_new(target, data, home, replace=replace)
    return [target for target, _ in wanted]


@contextmanager
def _reach_for(target: Path, home: Home | None) -> Iterator[HeldFolder]:
    """The folder that `target` lies in, held, which is none of the archive's."""
    if target.name in ("", ".."):
        raise Conflict("output.exists", str(target))
    with reach(target.parent, _MARKS) as place:
        _refuse(place, target, home)
        yield place


def _refuse_existing(place: HeldFolder, target: Path, replace: bool) -> None:
    there = kind_of(place, target.name)
    if there == "file" and replace:
        return
    if there:
        raise Conflict("output.exists" if there != "other" else "output.not-plain", str(target))


def _refuse(place: HeldFolder, target: Path, home: Home | None) -> None:
    if _is_of_a_job(place, home):
        return
    if place.marked is not None:
        raise Refused("output.inside", str(target), place=str(place.marked))
    ground = _ground(home)
    if ground.identities & set(place.chain):
        raise Refused("output.inside", str(target), place=str(home.path if home else ""))
    device, spot = spot_of(place.handle)
    for where, owned in (*ground.spots, *_marked_mounts(device)):
        if where == device and (spot == owned or owned in spot.parents):
            raise Refused("output.inside", str(target), place=str(owned))
    if place.blocked:
        itself = len(place.missing) == 1 and os.path.exists(target)
        raise (Refused if itself else MediumProblem)("output.no-folder", str(target))


def _is_of_a_job(place: HeldFolder, home: Home | None) -> bool:
    """Whether it lies in the folder that a job has in the outbox: what somebody is to fetch waits within the home.

    The folder must be there, by the one who started the job: nobody else makes something of the archive's an output.
    """
    if home is None or place.marked != home.path or place.blocked:
        return False
    with reach(home.outbox) as outbox:
        return not outbox.missing and outbox.chain[-1] in place.chain[:-1]


def _ground(home: Home | None) -> _Ground:
    identities, spots = set(), []
    for folder in (home.path, home.store) if home is not None else ():
        try:
            with reach(folder) as place:
                if not place.missing:
                    identities.add(place.chain[-1])
                    spots.append(spot_of(place.handle))
        except OSError:
            continue  # a store that is not there holds nothing that could be written over
    return _Ground(frozenset(identities), tuple(spots))


def _marked_mounts(device: str) -> Iterator[tuple[str, Path]]:
    """Where media are mounted whole from which only a part may be mounted at the place that was named."""
    for _, other, root, point in mounts():
        if other == device and any(os.path.lexists(point / name) for name in _MARKS):
            yield other, root


@contextmanager
def _by_its_name(held: Path, target: Path) -> Iterator[None]:
    """What goes wrong by the handle is told by the name that the person knows."""
    try:
        yield
    except (PreserveError, StorageError) as error:
        error.where = error.where.replace(str(held), str(target))
        raise
    except OSError as error:
        raise MediumProblem("output.unwritable", str(target), reason=error.strerror or str(error)) from error


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """An error of the operating system as one of ours: what is in the way is refused, what fails is the medium's."""
    try:
        yield
    except PreserveError:
        raise
    except FileExistsError as error:
        raise Conflict("output.exists", str(target)) from error
    except NotADirectoryError as error:
        raise Refused("output.no-folder", str(target)) from error
    except OSError as error:
        raise MediumProblem("output.unwritable", str(target), reason=error.strerror or str(error)) from error
