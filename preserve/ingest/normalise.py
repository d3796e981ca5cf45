"""What is to be made of a file by the formats profile: kept, rewrapped or transcoded; and how much work that is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from preserve.ingest.provenance import TakenFile
from preserve.profiles import read_profile

Action = Literal["keep", "rewrap", "ffv1", "flac", "raster", "pdfa", "utf8"]
Access = Literal["mp4", "m4a", "jpeg", "none"]

_MEDIA_ACTIONS = ("rewrap", "ffv1", "flac")
_MEDIA_ACCESS = ("mp4", "m4a")


class Rule(BaseModel):
    """One rule of `profiles/formats.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kinds: tuple[str, ...] = ()
    puids: tuple[str, ...] = ()
    mimes: tuple[str, ...] = ()
    video: tuple[str, ...] = ()
    sound: tuple[str, ...] = ()
    encodings: tuple[str, ...] | None = None
    lossless: Action
    compact: Action
    access: Access


class FormatsProfile(BaseModel):
    """`profiles/formats.toml`: rules, first fit counts; how large results grow, and what they take in the end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: tuple[Rule, ...]
    estimate: dict[str, float]
    forecast: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with one file."""

    rule: str
    action: Action
    access: Access

    @property
    def needs_work(self) -> bool:
        """Whether any program has to run."""
        return self.action != "keep" or self.access != "none"


@cache
def formats_profile(own: Path | None) -> FormatsProfile:
    """The formats profile: the home's own, else the shipped one. Raises Refused."""
    return read_profile("formats.toml", FormatsProfile, own)


def plan(file: TakenFile, policy: str, profile: FormatsProfile) -> Plan:
    """The first rule that fits. Files that are empty, locked or broken are kept and nothing is tried on them."""
    hopeless = {"format.empty", "format.encrypted", "format.no-streams", "format.unreadable"}
    codes = {f.code for f in (*file.identification.findings, *file.character.findings)}
    if codes & hopeless:
        return Plan("cannot be opened", "keep", "none")
    for rule in profile.rule:
        if _fits(rule, file):
            return Plan(rule.name, rule.lossless if policy == "lossless" else rule.compact, rule.access)
    return Plan("no rule", "keep", "none")


def _fits(rule: Rule, file: TakenFile) -> bool:
    if rule.kinds and file.character.kind not in rule.kinds:
        return False
    if rule.puids and file.identification.puid not in rule.puids:
        return False
    if rule.mimes and not file.identification.mime.startswith(rule.mimes):
        return False
    for kind, allowed in (("video", rule.video), ("sound", rule.sound)):
        codecs = {stream.codec for stream in file.character.streams if stream.kind == kind}
        if allowed and not codecs <= set(allowed):
            return False
    if rule.video and not any(stream.kind == "video" for stream in file.character.streams):
        return False
    if rule.encodings is not None:
        return dict(file.character.properties).get("Encoding", "") in rule.encodings
    return True


def forecast(file: TakenFile, wanted: Plan, formats: FormatsProfile | None = None) -> int:
    """Bytes that FFV1 of this recording will need, by its pixels and frames; 0 for all else, or where they are unknown.

    A quiet recording of 2 Mb/s grows forty times and a busy one of 13 Mb/s ten times: only pixels foretell it.
    """
    if wanted.action != "ffv1":
        return 0
    pixels = 0.0
    for stream in file.character.streams:
        known = dict(stream.properties)
        if stream.kind == "video":
            pixels += number(known, "Width") * number(known, "Height") * number(known, "FrameCount")
    return int(pixels * (formats or formats_profile(None)).estimate["ffv1_pixel"])


def number(known: dict[str, str], name: str) -> float:
    """A property as a number; 0 where it is none."""
    try:
        return max(0.0, float(known.get(name, 0)))
    except ValueError:
        return 0.0


def seconds_of_media(file: TakenFile, wanted: Plan) -> float:
    """Seconds of sound and video that programs will go through for this file: encoded, compared, encoded small.

    A measure of the work that ffmpeg itself tells while it goes on; 0 for what is neither.
    """
    length = file.character.duration or 0.0
    passes = 2 * (wanted.action in _MEDIA_ACTIONS) + (wanted.access in _MEDIA_ACCESS)
    return length * passes if file.character.kind in ("video", "sound") else 0.0
