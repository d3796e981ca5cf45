"""One frame of a recording as a small picture, made once and kept with the other pictures of the viewing room."""

from __future__ import annotations

import os
import secrets
import threading
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from preserve.access.viewing.pictures import fetch_frames, until
from preserve.errors import Refused
from storage_adapters.durable import discard, write_file

_DRAWN = 1
"""How they are drawn; it goes up when that changes."""
_WIDTH, _QUALITY = 640, 82
_PATIENCE = 60.0
_AT_ONCE = threading.BoundedSemaphore(2)
"""A page asks for many at once."""


class SingleFrames:
    """Frames of one recording, by the digest of the copy that is shown."""

    def __init__(self, viewing: Path, digest: str) -> None:
        self._root, self._kept = viewing, viewing / ".pictures"
        self._digest = digest

    def at(self, source: Path, second: float, name: str) -> bytes:
        """The frame at that second as JPEG. Raises Refused where none can be decoded there, Stopped."""
        key = f"{_DRAWN} {self._digest} {round(second, 3)}"
        kept = self._kept / f"frame-{sha256(key.encode()).hexdigest()[:32]}.jpg"
        with suppress(OSError):
            data = kept.read_bytes()
            os.utime(kept)
            return data
        for folder in (self._root, self._kept):
            folder.mkdir(mode=0o770, parents=True, exist_ok=True)
        scratch = self._kept / f"frame.{secrets.token_hex(8)}"
        scratch.mkdir(mode=0o770)
        try:
            with _AT_ONCE:
                (frame,) = fetch_frames(source, [second], _WIDTH, scratch / "frame", until(_PATIENCE))
            if frame is None:
                raise Refused("reading.clock-no-frame", name, at=f"{second:g}")
            data = _as_jpeg(frame)
        finally:
            discard(scratch, self._root)
        write_file(kept, data)
        return data


def _as_jpeg(frame: Path) -> bytes:
    from PIL import Image

    with Image.open(frame) as picture:
        out = BytesIO()
        picture.convert("RGB").save(out, "JPEG", quality=_QUALITY)
        return out.getvalue()
