"""What a camera put into the file's name: device, officer's number, when it began (`profiles/cameras.toml`)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from preserve.profiles import read_profile


class _Pattern(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    pattern: str
    utc: bool = False  # the name tells universal time, whatever the camera's clock shows
    evidence: str = ""  # how far the pattern can be trusted: R read in public source, 2 reported, O assumed


class Cameras(BaseModel):
    """`profiles/cameras.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    patterns: tuple[_Pattern, ...]


class CameraName(NamedTuple):
    """`moment` in UTC; empty texts where the name does not say."""

    pattern: str
    device: str
    officer: str
    moment: datetime
    part: str


@cache
def _patterns() -> tuple[tuple[_Pattern, re.Pattern[str]], ...]:
    return tuple((p, re.compile(p.pattern)) for p in read_profile("cameras.toml", Cameras).patterns)


def read_name(name: str, zone: tzinfo) -> CameraName | None:
    """What the name says; None where no pattern fits or its digits are no time. Cameras write their own clock."""
    stem = name.rpartition("/")[2].rpartition(".")[0]
    for form, pattern in _patterns():
        match = pattern.match(stem)
        if match is None:
            continue
        groups = match.groupdict(default="")
        moment = _moment(groups, UTC if form.utc else zone)
        if moment is None:
            continue
        officer, device, part = groups.get("officer", ""), groups.get("device", ""), groups.get("part", "")
        return CameraName(form.name, device, officer, moment, part)
    return None


def _moment(groups: dict[str, str], zone: tzinfo) -> datetime | None:
    """Year to second as digits, or milliseconds since 1970 (`epoch`)."""
    try:
        if epoch := groups.get("epoch"):
            return datetime.fromtimestamp(int(epoch) // 1000, UTC)
        digits = re.sub(r"\D", "", groups["moment"])
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=zone).astimezone(UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None
