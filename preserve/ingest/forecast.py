"""How much a package will take in the end under each policy, foretold when every file was looked at.

A quiet recording grows forty times and a busy one ten times, and neither name nor codec says which it is. So parts of
recordings, and whole pictures, are encoded and thrown away; what was measured stands for others of the same kind.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from preserve.errors import ToolMissing
from preserve.home import Home
from preserve.ingest.facts import Character, Copied, Identification
from preserve.ingest.normalise import Plan, formats_profile, number, plan
from preserve.ingest.provenance import TakenFile
from preserve.ingest.transcoders import av_rewrap, av_sample, image
from preserve.programs import ToolFailed
from preserve.progress import check_stop

POLICIES = ("compact", "lossless")
_RECORDINGS: Mapping[str, av_sample.Copy] = {"ffv1": "ffv1", "flac": "flac", "mp4": "mp4", "m4a": "m4a"}
_PICTURES = ("raster", "jpeg")
_WITH_WORDS = ("text", "document", "email")


@dataclass(slots=True)
class _Measured:
    """What samples of one kind of copy came to, of how much: pixels, seconds or bytes."""

    samples: int = 0
    bytes: int = 0
    units: float = 0.0


class Forecast:
    """Grows file by file; `bytes` are those of the package by policy."""

    def __init__(self, home: Home) -> None:
        self._formats = formats_profile(home.profiles)
        # A home's own profile need not say how much is taken.
        self._ratios = formats_profile(None).forecast | self._formats.forecast
        self._measured: dict[tuple[str, str], _Measured] = {}
        self._scratch = home.work
        self._taken = dict.fromkeys(POLICIES, self._ratios["fixed"])

    @property
    def bytes(self) -> dict[str, int]:
        """What the package will take under each policy."""
        return {policy: int(taken) for policy, taken in self._taken.items()}

    def add(self, path: Path, size: int, identification: Identification, character: Character) -> None:
        """One file, that lies at `path` as long as this takes."""
        file = TakenFile(path.name, path.name, Copied(size, {}), identification, character, None, path.name)
        known = size + self._ratios["original"]
        if character.kind in _WITH_WORDS:
            known += size * self._ratios["plain" if character.kind == "text" else "text"]
        plans = {policy: _as_done(path, plan(file, policy, self._formats)) for policy in POLICIES}
        copies = {
            copy: self._copy(path, file, copy) for copy in sorted({c for p in plans.values() for c in _wanted(p)})
        }
        for policy in POLICIES:
            self._taken[policy] += known + sum(copies[copy] for copy in _wanted(plans[policy]))

    def _copy(self, path: Path, file: TakenFile, copy: str) -> float:
        """Bytes of one copy and of what is written of it."""
        size, ratios = file.copied.size, self._ratios
        if copy in _RECORDINGS or copy in _PICTURES:
            made = self._sampled(path, file, copy)
        elif copy == "pdfa":
            made = ratios["pdfa_fixed"] + size * ratios["pdfa"]
        else:
            made = size * ratios.get(copy, self._formats.estimate.get(copy, 1.0))
        return made + ratios["recording" if copy in _RECORDINGS or copy == "rewrap" else "derivative"]

    def _sampled(self, path: Path, file: TakenFile, copy: str) -> float:
        """Measured; else as others of its kind were, else by the ratio of the profile."""
        units = _units(file)
        known = self._measured.setdefault((copy, _kind(file)), _Measured())
        if known.samples < self._ratios["samples"]:
            known.samples += 1
            with suppress(ToolFailed, ToolMissing, OSError, ValueError):
                size = self._measure(path, file, copy)
                known.bytes += size
                known.units += units
                return size
        if known.units:
            return known.bytes / known.units * units
        return file.copied.size * self._formats.estimate.get(copy, 1.0)

    def _measure(self, path: Path, file: TakenFile, copy: str) -> int:
        check_stop()
        scratch = Path(tempfile.mkdtemp(prefix="sample-", dir=self._scratch))
        try:
            if copy == "jpeg":
                return image.access_image(path, scratch, "sample").path.stat().st_size
            if copy == "raster":
                return image.to_raster(path, scratch, "sample", path.name).path.stat().st_size
            duration, rate = file.character.duration or 0.0, _pixels_a_second(file)
            if not duration:
                raise ToolFailed("how long it lasts is unknown")
            return av_sample.sample(path, _RECORDINGS[copy], scratch, duration, rate, lambda _: check_stop())
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _as_done(path: Path, wanted: Plan) -> Plan:
    """What is done in the end: streams that Matroska cannot take as they are will be transcoded."""
    if wanted.action != "rewrap":
        return wanted
    with suppress(ToolFailed, ToolMissing, OSError):
        return wanted if av_rewrap.may_rewrap(path) else replace(wanted, action="ffv1")
    return wanted


def _wanted(wanted: Plan) -> list[str]:
    """The copies that a plan makes of a file."""
    return [copy for copy in (wanted.action, wanted.access) if copy not in ("keep", "none")]


def _kind(file: TakenFile) -> str:
    """Files of one kind are about alike: the codecs, else the format."""
    codecs = sorted(stream.codec for stream in file.character.streams)
    return " ".join(codecs) or file.identification.mime


def _units(file: TakenFile) -> float:
    """What the size of a copy goes with: pixels in all frames, or seconds of sound, or bytes of the picture."""
    if file.character.kind == "image":
        return float(file.copied.size)
    return (file.character.duration or 0.0) * (_pixels_a_second(file) or 1.0)


def _pixels_a_second(file: TakenFile) -> float:
    """Of all pictures of a recording together; 0 for sound."""
    pixels = 0.0
    for stream in file.character.streams:
        if stream.kind == "video":
            known = dict(stream.properties)
            pixels += number(known, "Width") * number(known, "Height") * (number(known, "FrameRate") or 25.0)
    return pixels
