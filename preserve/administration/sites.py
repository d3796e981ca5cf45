"""Where a home is made: in a hidden folder beside its place, which becomes the home by one rename, or never."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from preserve.errors import Busy, Conflict, MediumProblem, Refused, Stopped
from preserve.outputs import check_folder
from preserve.settings import SETTINGS
from storage_adapters.directory import MARKER
from storage_adapters.durable import discard, drop_file, publish, sync_file_system, sync_folder
from storage_adapters.errors import CopyExists


@contextmanager
def site(path: Path, act: str) -> Iterator[Path]:
    """The folder in which a home for `path` is made, and in which nobody else makes one meanwhile.

    What a killed run left there is still in it. After an error it is gone; a wish to stop leaves it for the next run.
    Raises Refused where something lies at `path`, Busy, MediumProblem.
    """
    require_free(path)
    check_folder(path, None)  # neither in another archive nor on a medium
    building = path.parent / f".{path.name}.{act}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = _claim(building, path)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        require_free(path)  # who was at it may have ended meanwhile
        yield building
    except Stopped:
        raise
    except Exception as error:
        discard(building, path.parent)
        if isinstance(error, OSError):
            raise _unwritable(path, error) from error
        raise
    finally:
        os.close(handle)


def _unwritable(path: Path, error: OSError) -> MediumProblem:
    return MediumProblem("home.unwritable", str(path), reason=error.strerror or str(error))


def require_free(path: Path) -> None:
    """Raises Refused where a home, or anything else, lies at `path`."""
    if (path / SETTINGS).exists():
        raise Conflict("home.exists", str(path))
    if os.path.ismount(path):  # it could not be put there by a rename
        raise Refused("home.mount-point", str(path))
    if path.is_symlink() or (path.exists() and (not path.is_dir() or any(os.scandir(path)))):
        raise Conflict("home.not-empty", str(path))


def _claim(building: Path, path: Path) -> int:
    """Lock the folder itself: it is let go with the process, and no lock file stays behind."""
    while True:
        building.mkdir(mode=0o750, exist_ok=True)
        try:
            handle = os.open(building, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise Busy("home.under-way", str(path)) from error
        except OSError:
            return handle  # a file system that cannot lock folders
        found = os.stat(building) if building.exists() else None
        if found is not None and os.path.samestat(found, os.fstat(handle)):
            return handle
        os.close(handle)  # it became a home, or was thrown away, between the two


def clear(folder: Path, keep: Path | None = None) -> None:
    """Empty a folder that was never published, but for `keep` inside it."""
    for entry in list(os.scandir(folder)):
        path = Path(entry.path)
        if keep is not None and path == keep:
            continue
        if keep is not None and path in keep.parents:
            clear(path, keep)
        elif entry.is_dir(follow_symlinks=False):
            discard(path, folder)
        else:
            drop_file(path, folder)


def is_store_of(store: Path, archive_id: str) -> bool:
    """Whether a folder is marked as the server store of this archive."""
    try:
        return bool(json.loads((store / MARKER).read_bytes())["medium"] == f"store-{archive_id}")
    except (OSError, ValueError, KeyError, TypeError):
        return False


def publish_site(building: Path, path: Path) -> None:
    """Make the folder the home, durably. Raises Refused where something came to lie at `path` meanwhile."""
    sync_file_system(building)
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
        sync_folder(path.parent)
    try:
        publish(building, path)
    except CopyExists as error:
        raise Conflict("home.not-empty", str(path)) from error
