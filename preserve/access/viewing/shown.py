"""Copies that a browser is shown: linked into the viewing room, read whole once a day, and what was found kept beside.

A link costs no time, whatever the file's length, and the store itself is never opened for a reader. Small files are
read whole before the first byte is shown; large ones are shown at once and read by a job. What differs from the digest
that was registered is not shown any more, until another file lies in its place.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Literal

from preserve.access.viewing.kinds import suffix_of
from preserve.access.viewing.reading_room import SHOWN, Viewed
from preserve.clock import parse, stamp
from preserve.progress import check_stop
from storage_adapters.copying import copy_file_checked
from storage_adapters.durable import drop_file, move_in, write_file
from storage_adapters.errors import CopyUnknown, StorageError
from storage_adapters.reading import digest_file
from storage_adapters.sharing import share_file

AT_ONCE = 64 << 20
"""Bytes up to which a file is read whole before anything of it is shown."""

_DAY = timedelta(days=1)

State = Literal["fetching", "checking", "intact", "altered"]


@dataclass(frozen=True, slots=True)
class Check:
    """What is known of a copy: `checking` until it was read whole, else what it was at the moment `at`.

    `fetching`: it is not in the room, and copying it would take longer than somebody waits for a page.
    `found` is the digest of one that differs, empty where it could not be read at all.
    """

    state: State
    at: str = ""
    found: str = ""
    told: bool = False


class ShownCopy:
    """One file of a package in the viewing room."""

    def __init__(
        self, viewing: Path, package: Path, objid: str, viewed: Viewed, fetch: Callable[[str], object] | None = None
    ) -> None:
        self._source, self._fetch = package / viewed.path, fetch
        self._inside = viewed.path
        self._size, self._sha256 = viewed.size, viewed.sha256
        self._root = viewing
        key = sha256(f"{package.name}/{viewed.path}\n{viewed.sha256}".encode("utf-8", "surrogateescape")).hexdigest()
        folder = viewing / SHOWN / objid
        self.path = folder / f"{key[:32]}{suffix_of(viewed.path)}"
        self._note = folder / f"{key[:32]}.note"

    def bring(self, moment: datetime, *, patient: bool = False) -> Check:
        """Have it in the room, read whole where it is small; what is known of it now. Raises the medium's errors.

        Who is not `patient` is told `fetching` of a large one that must be copied.
        """
        for folder in (self._root, self.path.parent.parent, self.path.parent):
            folder.mkdir(mode=0o770, parents=True, exist_ok=True)
        here = self._here()
        if not here and self._fetch is not None:
            if self.path.is_file() and self._known().state in ("intact", "checking"):
                return self._known()  # what was brought is thrown away after a day; what is shown stays longer
            if self._size > AT_ONCE and not patient:
                return Check("fetching")
            here = self._fetched(self._fetch)
        if not here:
            return self._known() if self._known().state == "altered" else self._write(Check("altered", stamp(moment)))
        known = self._known()
        if self._source_noted() != here or (known.state != "altered" and not self.path.is_file()):
            if not share_file(self._source, self.path):
                if self._size > AT_ONCE and not patient:
                    return Check("fetching")
                known = self._copy(here, moment)
            else:
                known = self._write(Check("checking"), here)
        with suppress(OSError):
            os.utime(self._note)
        if known.state == "altered":
            return known
        if here[1] != self._size:
            return self.check(moment)
        fresh = known.state == "intact" and moment - parse(known.at) < _DAY
        return known if fresh or self._size > AT_ONCE else self.check(moment)

    def _fetched(self, fetch: Callable[[str], object]) -> list[int]:
        """As `_here`, after it was brought. Twice: other work on the package may throw away what was brought of it, and
        that is no loss to be written down."""
        for _ in range(2):
            with suppress(CopyUnknown):  # it is on no list any more
                fetch(self._inside)
            if here := self._here():
                return here
        return []

    def due(self, moment: datetime) -> bool:
        """Whether it is to be read whole now."""
        known = self._known()
        return known.state == "checking" or (known.state == "intact" and moment - parse(known.at) >= _DAY)

    def check(self, moment: datetime) -> Check:
        """Read it whole and hold it against the digest that was registered. Raises Stopped."""
        try:
            _, digests = digest_file(self.path, ("sha256",), from_medium=False, progress=lambda moved: check_stop())
            found = digests["sha256"]
        except OSError:
            found = ""
        return self._judge(found, moment)

    def state(self) -> Check:
        """What is known of it."""
        return self._known()

    def note_told(self) -> None:
        """That it was altered stands in the ledger now."""
        known = self._known()
        self._write(Check(known.state, known.at, known.found, told=True))

    def _copy(self, here: list[int], moment: datetime) -> Check:
        try:
            _, digests = copy_file_checked(self._source, self.path, ("sha256",), lambda moved: check_stop())
        except StorageError:
            return self._write(Check("altered", stamp(moment)), here)
        self._write(Check("checking"), here)
        return self._judge(digests["sha256"], moment)

    def _judge(self, found: str, moment: datetime) -> Check:
        same = found == self._sha256
        judged = self._write(Check("intact" if same else "altered", stamp(moment), "" if same else found))
        if not same:
            drop_file(self.path, self._root)
        return judged

    def _here(self) -> list[int]:
        """What tells the file in the store from another in its place; empty where there is none."""
        try:
            status = os.lstat(self._source)
        except OSError:
            return []
        return [status.st_ino, status.st_size, status.st_mtime_ns]

    def _noted(self) -> dict[str, object]:
        try:
            noted = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}

    def _source_noted(self) -> object:
        return self._noted().get("source")

    def _known(self) -> Check:
        noted = self._noted()
        state, at = noted.get("state"), str(noted.get("at", ""))
        if state == "intact" and at:
            return Check("intact", at)
        if state == "altered" and at:
            return Check("altered", at, str(noted.get("found", "")), bool(noted.get("told")))
        return Check("checking")

    def _write(self, check: Check, source: list[int] | None = None) -> Check:
        noted = {
            "source": self._source_noted() if source is None else source,
            "state": check.state,
            "at": check.at,
            "found": check.found,
            "told": check.told,
        }
        staged = self._note.with_name(f".{secrets.token_hex(8)}.new")  # several requests may do this at once
        write_file(staged, json.dumps(noted).encode())
        move_in(staged, self._note)
        return check


def clear_shown(viewing: Path, hours: int) -> None:
    """Drop what nobody was shown for so long; who still plays it keeps it until they stop."""
    before = time.time() - timedelta(hours=hours).total_seconds()
    for note in (viewing / SHOWN).glob("*/*.note"):
        with suppress(OSError):
            if note.lstat().st_mtime < before:
                for path in note.parent.glob(f"{note.stem}.*"):
                    drop_file(path, viewing)
