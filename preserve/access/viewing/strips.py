"""What a player is drawn with: a strip of frames to jump by, one frame before it plays, and how loud it is when.

Made once of each recording and kept with the other pictures of the room, as long as somebody asks for them.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from preserve.access.viewing.pictures import fetch_frames, length_of, moments_of, read_levels, streams_of, until
from preserve.access.viewing.profile import LookingProfile
from preserve.programs import ToolFailed, probe
from storage_adapters.durable import discard, move_in, write_file

_DRAWN = 1
"""How strips are drawn; it goes up when that changes, and old ones are no longer shown."""

_FRAMES, _FEWEST = 24, 6
_FRAME_EVERY = 5.0  # seconds of a short recording for each frame
_WIDTH, _POSTER_WIDTH = 160, 960
_WAVE = (1200, 96)


@dataclass(frozen=True, slots=True)
class Strip:
    """What was made of one recording: `length` in seconds, the second of each frame, whether there is a wave form.

    `missing` frames could not be decoded; `cut`: the sound was not read to its end; `failed`: nothing could be read.
    """

    length: float
    moments: tuple[float, ...] = ()
    wave: bool = False
    missing: int = 0
    cut: bool = False
    failed: bool = False


class Strips:
    """The strip of one recording, by the digest of the copy that is played."""

    def __init__(self, viewing: Path, digest: str) -> None:
        self._root, self._kept = viewing, viewing / ".pictures"
        self._stem = "strip-" + sha256(f"{_DRAWN} {digest}".encode()).hexdigest()[:32]
        self._facts = self._kept / f"{self._stem}.json"

    def known(self) -> Strip | None:
        """What was made; None where nothing was made yet."""
        try:
            told = json.loads(self._facts.read_text(encoding="utf-8"))
            strip = Strip(**{**told, "moments": tuple(told["moments"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None
        paths = [self.picture(name) for name in _names(strip)]
        if not all(path.is_file() for path in paths):
            return None  # old pictures are cleared one by one
        for path in (self._facts, *paths):
            with suppress(OSError):
                os.utime(path)
        return strip

    def picture(self, name: str) -> Path:
        """Where `frames`, `poster` or `wave` lies."""
        return self._kept / f"{self._stem}.{name}.{'png' if name == 'wave' else 'jpg'}"

    def make(self, source: Path, known_length: float, wanted: LookingProfile) -> Strip:
        """Make it from the copy that is played; of one that cannot be read, that is kept as well. Raises Stopped."""
        for folder in (self._root, self._kept):
            folder.mkdir(mode=0o770, parents=True, exist_ok=True)
        scratch = self._kept / f"{self._stem}.{secrets.token_hex(8)}"
        scratch.mkdir(mode=0o770)
        try:
            strip = self._draw(source, known_length, wanted, scratch)
            for name in _names(strip):
                move_in(scratch / name, self.picture(name))
        except ToolFailed:
            strip = Strip(known_length, failed=True)
        finally:
            discard(scratch, self._root)
        write_file(self._facts, json.dumps(asdict(strip)).encode())
        return strip

    def _draw(self, source: Path, known_length: float, wanted: LookingProfile, scratch: Path) -> Strip:
        said = probe(source)
        video, sound = streams_of(said)
        if not video and not sound:
            raise ToolFailed("no video and no sound stream")
        length = length_of(said, known_length)
        pulse = until(wanted.seconds)
        moments: list[float] = []
        missing, cut, wave = 0, False, False
        if video:
            moments = moments_of(length, max(_FEWEST, min(_FRAMES, int(length / _FRAME_EVERY) + 1)))
            frames = fetch_frames(source, moments, _WIDTH, scratch / "frame", pulse)
            missing = sum(frame is None for frame in frames)
            _join(frames, scratch / "frames")
            # What a recording begins with is often black.
            posters = fetch_frames(source, [length * 0.1], _POSTER_WIDTH, scratch / "before", pulse)
            _join(posters, scratch / "poster")
        if sound:
            rate = int(sound[0].get("sample_rate") or 48000)
            levels, expected, _ = read_levels(source, length, rate, scratch / "wave", pulse)
            wave, cut = True, len(levels) < expected
            _draw_levels(levels, expected, scratch / "wave")
        return Strip(length, tuple(round(moment, 3) for moment in moments), wave, missing, cut)


def _names(strip: Strip) -> list[str]:
    return [*(["frames", "poster"] if strip.moments else []), *(["wave"] if strip.wave else [])]


def _join(frames: Sequence[Path | None], target: Path) -> None:
    """The frames side by side in one picture; one that is missing stays dark."""
    from PIL import Image

    pictures = []
    for frame in frames:
        try:
            pictures.append(Image.open(frame).convert("RGB") if frame is not None else None)
        except OSError:
            pictures.append(None)
    sizes = [picture.size for picture in pictures if picture is not None]
    width, height = sizes[0] if sizes else (_WIDTH, _WIDTH * 9 // 16)
    joined = Image.new("RGB", (width * len(pictures), height), "#30363d")
    for number, picture in enumerate(pictures):
        if picture is not None:
            joined.paste(picture, (number * width, 0))
    joined.save(target, "JPEG", quality=80)


def _draw_levels(levels: Sequence[float], expected: int, target: Path) -> None:
    """Loudness as bars over the whole length, without words; grey where it could not be read."""
    from PIL import Image, ImageDraw

    width, height = _WAVE
    picture = Image.new("RGB", _WAVE, "#ffffff")
    draw = ImageDraw.Draw(picture)
    for place in range(width):
        part = int(place * expected / width)
        if part >= len(levels):
            draw.line((place, 0, place, height), fill="#d0d7de")
            continue
        # Loudness, not amplitude: speech 40 dB below the loudest must still be seen.
        reach = max(0.0, min(1.0, 1 + levels[part] / 60)) * (height / 2 - 1)
        draw.line((place, height / 2 - reach, place, height / 2 + reach), fill="#1f6feb")
    picture.save(target, "PNG", optimize=True)
