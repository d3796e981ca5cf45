"""Folders outside of the archive in which something that leaves it is made: each attempt has its own.

An attempt may lose its lease and go on without knowing it, while the next one is at the same work. So what an earlier
one left is gone on with under another name: whatever that one still opens, renames or removes by name is where nobody
looks. Each step looks first what lies there, and then asks whether the work is held: what it saw is no later attempt's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from ulid import ULID

from preserve.archival_storage.packing.attempts import Held
from storage_adapters.durable import PART, discard
from storage_adapters.medium_errors import on_medium


def own(folder: Path, name: str, suffix: str = PART) -> Path:
    """Where in `folder` this attempt makes what will be called `name`; nothing lies there yet."""
    return folder / f".{name}.{str(ULID()).lower()}{suffix}"


def left(folder: Path, name: str, suffix: str = PART) -> list[Path]:
    """What attempts at `name` left in `folder`, the oldest first. Earlier releases called it `.NAME.part`."""
    ours = re.compile(rf"\.{re.escape(name)}(\.[0-9a-z]{{26}})?{re.escape(suffix)}")
    with on_medium(folder):
        found = [each for each in os.listdir(folder) if ours.fullmatch(each)]
    return [folder / each for each in sorted(found, key=lambda each: (each != f".{name}{suffix}", each))]


def take_over(folder: Path, name: str, held: Held, suffix: str = PART) -> Path:
    """This attempt's own folder, with what the attempt before left in it; what older ones left goes.

    Raises Busy where another attempt has taken over meanwhile.
    """
    former, mine = left(folder, name, suffix), own(folder, name, suffix)
    with on_medium(mine), held():
        if former:
            os.rename(former[-1], mine)
        else:
            mine.mkdir()
    remove(former[:-1], folder)
    return mine


def remove(paths: Iterable[Path], folder: Path) -> None:
    """Remove what lies in `folder`; of a link only the link."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            discard(path, folder)
        else:
            with on_medium(path):
                path.unlink(missing_ok=True)
