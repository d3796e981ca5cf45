"""Documents and photographs as pictures of their pages, with who looks and when over them; drawn by another process."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from preserve.pictures.helper import POOL
from preserve.typesetting.fonts import face
from storage_adapters.durable import drop_file, move_in, write_file

_DRAWN = 1
"""How pages are drawn; it goes up when that changes, and old ones are no longer shown."""

_PATIENCE = 90.0
"""Seconds that one page may take."""


class PagePictures:
    """The pages of one file, by its digest."""

    def __init__(self, viewing: Path, digest: str) -> None:
        self._root, self._kept = viewing, viewing / ".pictures"
        self.key = digest
        self._stem = "pages-" + sha256(f"{_DRAWN} {digest}".encode()).hexdigest()[:32]

    def count(self, source: Path) -> int:
        """How many pages the PDF has. Raises PictureFailed where it cannot be opened."""
        note = self._kept / f"{self._stem}.json"
        with suppress(OSError, ValueError, KeyError, TypeError):
            known = int(json.loads(note.read_text(encoding="utf-8"))["pages"])
            os.utime(note)
            return known
        pages = int(POOL.ask("count", patience=_PATIENCE, path=str(source))["pages"])
        self._open()
        staged = note.with_name(f".{secrets.token_hex(8)}.new")  # several requests may do this at once
        write_file(staged, json.dumps({"pages": pages}).encode())
        move_in(staged, note)
        return pages

    def page(self, source: Path, number: int, mark: str) -> bytes:
        """A page as JPEG with the mark over it. Raises PictureFailed where it cannot be drawn."""
        self._open()
        kept = self._kept / f"{self._stem}.{number}.jpg"
        target = self._kept / f"{self._stem}.{secrets.token_hex(8)}.shown"
        font, place = face()
        asked = {"path": str(source), "number": number, "kept": str(kept), "target": str(target), "mark": mark}
        try:
            POOL.ask("page", patience=_PATIENCE, **asked, font=str(font), face=place)
            with suppress(OSError):
                os.utime(kept)
            return target.read_bytes()
        finally:
            with suppress(OSError):
                drop_file(target, self._root)

    def _open(self) -> None:
        for folder in (self._root, self._kept):
            folder.mkdir(mode=0o770, parents=True, exist_ok=True)
