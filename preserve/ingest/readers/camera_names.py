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
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((p.name, re.compile(p.pattern)) for p in read_profile("cameras.toml", Cameras).patterns)


def read_name(name: str, zone: tzinfo) -> CameraName | None:
    """What the name says; None where no pattern fits or its digits are no time. Cameras write their own clock."""
    stem = name.rpartition("/")[2].rpartition(".")[0]
    for title, pattern in _patterns():
        match = pattern.match(stem)
        if match is None:
            continue
        groups = match.groupdict(default="")
        digits = re.sub(r"\D", "", groups["moment"])
        try:
            local = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=zone)
        except ValueError:
            continue
        officer, device, part = groups.get("officer", ""), groups.get("device", ""), groups.get("part", "")
        return CameraName(title, device, officer, local.astimezone(UTC), part)
    return None
