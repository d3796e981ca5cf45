"""What the operating system says about a medium, as errors of the medium; and the modes of what is made there."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage_adapters.errors import MediumFailing, MediumFull, NameTooLong, ReadOnly, StorageError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What a medium says that has no room."""
FILE, FOLDER = 0o640, 0o750
"""Modes of what is made: for the archive's account and its group; the caller's umask can only take from them."""


def translate(error: OSError, where: str) -> StorageError:
    """An operating-system error on the medium as the one of ours that says what to do."""
    reason = error.strerror or str(error)
    if error.errno in FULL:
        return MediumFull(where, reason=reason)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return ReadOnly(where, reason=reason)
    if error.errno == errno.ENAMETOOLONG:
        return NameTooLong(where)
    return MediumFailing(where, reason=reason)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, all for owner and group. Raises OSError."""
    if not folder.is_dir():
        if folder.parent != folder:
            make_folder(folder.parent)
        folder.mkdir(FOLDER, exist_ok=True)


@contextmanager
def on_medium(where: str | Path) -> Iterator[None]:
    """Errors inside are the medium's: raised as StorageError."""
    try:
        yield
    except OSError as error:
        raise translate(error, str(where)) from error
