"""The shape of `profiles/stations.toml`: names of folders and of fields, limits, and terms of the pool."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from preserve.profiles import read_profile

Fact = Literal[
    "name",
    "identifier",
    "taken",
    "collected",
    "size",
    "duration",
    "mark",
    "unit_code",
    "unit",
    "officer",
    "officer_name",
    "device",
    "model",
    "station",
    "place",
    "case_number",
    "remark",
    "sha256",
    "sm3",
    "md5",
]
FACTS: tuple[Fact, ...] = get_args(Fact)
DIGESTS: tuple[Fact, ...] = ("sha256", "sm3", "md5")


def _compiles(pattern: str) -> str:
    re.compile(pattern)
    return pattern


class FolderPattern(BaseModel):
    """How a station names a folder; its groups: day, officer, officer_name, device, station, unit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pattern: Annotated[str, AfterValidator(_compiles)]
    evidence: str = ""


class Marks(BaseModel):
    """Which values of a mark say that nobody marked the recording."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    none: tuple[str, ...] = ()


class StationsProfile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    settled: Annotated[int, Field(ge=0, le=86400)]
    largest_side_file: Annotated[int, Field(ge=1, le=1 << 30)]
    most_records: Annotated[int, Field(ge=1, le=1_000_000)]
    most_files: Annotated[int, Field(ge=1, le=10_000_000)]
    deepest: Annotated[int, Field(ge=1, le=60)]
    claimed_folder: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^/\\.\x00-\x1f][^/\\\x00-\x1f]*$")]
    slack: Annotated[int, Field(ge=0, le=86400)]
    clock_differs: Annotated[int, Field(ge=1, le=86400)]
    recordings: tuple[str, ...]
    side_files: tuple[str, ...]
    fields: dict[Fact, tuple[str, ...]]
    marks: Marks = Marks()
    folders: tuple[FolderPattern, ...] = ()


def read_stations(own: Path | None) -> StationsProfile:
    """The bureau's own, else the shipped one. Raises Refused with every mistake at its line."""
    return read_profile("stations.toml", StationsProfile, own)
