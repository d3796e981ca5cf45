"""Pages that only a program of somebody else can draw (OFD, drawings), as a PDF that is made once and only looked at.

The program is named in the settings. It gets a copy, never the archive's file, in a folder of its own, within bounds
and without a network. What it draws is a view and no evidence; every page says so, with the program's name.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from preserve.settings import Renderer
from storage_adapters.confined import Bounds, run_confined
from storage_adapters.copying import copy_file_checked
from storage_adapters.durable import move_in, write_file
from storage_adapters.programs import ask

_MADE = 1
"""How they are made; it goes up when that changes, and old ones are no longer shown."""

_MOST = 1 << 30
_FAILED_FOR = 3600.0  # seconds in which one that failed is not tried again
_AT_ONCE = threading.BoundedSemaphore(2)


class RenderFailed(Exception):
    """No page was drawn; `reason` is what the program said, or why it was not asked."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason[:200]


@cache
def label_of(renderer: Renderer) -> str:
    """The program and its version, as it is named beside what it drew."""
    name = Path(renderer.program).name
    if not renderer.version:
        return name
    try:
        ended = ask([renderer.program, *renderer.version], patience=20)
    except (OSError, subprocess.TimeoutExpired):
        return name
    said = (ended.out or ended.error).decode("utf-8", "replace").strip().splitlines()
    line = "".join(sign for sign in (said[0] if said else "") if sign.isprintable())[:60].strip()
    return line if name.lower() in line.lower() else f"{name} {line}".strip()


class Rendered:
    """What a program drew of one file, by the digest of the file and by the program."""

    def __init__(self, viewing: Path, digest: str, suffix: str, renderer: Renderer) -> None:
        self._root, self._kept = viewing, viewing / ".pictures"
        self._digest, self._suffix, self._renderer = digest, suffix, renderer
        self.key = sha256(
            json.dumps([_MADE, digest, renderer.model_dump(mode="json"), self.label]).encode()
        ).hexdigest()
        self._target = self._kept / f"rendered-{self.key[:32]}.pdf"
        self._failed = self._kept / f"rendered-{self.key[:32]}.failed"

    @property
    def label(self) -> str:
        """Who drew it."""
        return label_of(self._renderer)

    def pdf(self, source: Path) -> Path:
        """The PDF of the pages, made now where it is not there. Raises RenderFailed."""
        if self._target.is_file():
            with suppress(OSError):
                os.utime(self._target)
            return self._target
        with suppress(OSError, ValueError):
            if time.time() - self._failed.stat().st_mtime < _FAILED_FOR:
                raise RenderFailed(self._failed.read_text(encoding="utf-8"))
        for folder in (self._root, self._kept):
            folder.mkdir(mode=0o770, parents=True, exist_ok=True)
        staged = self._kept / f"rendered-{self.key[:32]}.{secrets.token_hex(8)}.new"
        # Outside of the archive, and without a dot in its path, at which careless programs cut it.
        with tempfile.TemporaryDirectory(prefix="preserve-view-", ignore_cleanup_errors=True) as room:
            try:
                copy_file_checked(self._made(source, Path(room)), staged, (), lambda moved: None)
            except RenderFailed as error:
                write_file(staged, error.reason.encode("utf-8", "replace"))
                move_in(staged, self._failed)
                raise
        move_in(staged, self._target)
        return self._target

    def _made(self, source: Path, room: Path) -> Path:
        named = any("{target}" in one for one in self._renderer.arguments)
        copy, target = room / f"source{self._suffix}", room / ("target.pdf" if named else "source.pdf")
        _, digests = copy_file_checked(source, copy, ("sha256",), lambda moved: None)
        if digests["sha256"] != self._digest:
            raise RenderFailed("the copy differs from the digest that was registered")
        copy.chmod(0o400)
        program = shutil.which(self._renderer.program)
        if program is None:
            raise RenderFailed(f"{self._renderer.program}: not found")
        places = {"{source}": str(copy), "{target}": str(target), "{folder}": str(room)}
        arguments = [_filled(one, places) for one in self._renderer.arguments]
        bounds = Bounds(self._renderer.seconds, self._renderer.memory, _MOST)
        try:
            with _AT_ONCE:
                ended = run_confined([program, *arguments], room, bounds, self._renderer.writes)
        except subprocess.TimeoutExpired as error:
            raise RenderFailed(f"not drawn within {self._renderer.seconds:g} s") from error
        except OSError as error:
            raise RenderFailed(str(error)) from error
        if ended.status != 0:
            words = ended.error.decode("utf-8", "replace").strip().splitlines()
            raise RenderFailed(words[-1] if words else f"exit status {ended.status}")
        if not _is_pdf(target):
            raise RenderFailed("the program wrote no PDF")
        return target


def _filled(argument: str, places: dict[str, str]) -> str:
    for place, path in places.items():
        argument = argument.replace(place, path)
    return argument


def _is_pdf(path: Path) -> bool:
    """Whether it is a file of its own and begins as a PDF: a program may be led to write a link to somewhere else."""
    if path.is_symlink() or not path.is_file() or path.stat().st_nlink != 1:
        return False
    with path.open("rb") as file:
        return file.read(5) == b"%PDF-"
