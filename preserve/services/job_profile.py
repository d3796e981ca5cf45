"""The shape of `profiles/jobs.toml`: how many jobs run at once, and for how long what they left is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from preserve.profiles import read_profile


class JobsProfile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    work: Annotated[int, Field(ge=1, le=64)]
    waited: Annotated[int, Field(ge=1, le=64)]
    outbox_days: Annotated[int, Field(ge=1, le=3650)]
    days: Annotated[int, Field(ge=1, le=36500)]


def read_jobs_profile(own: Path | None) -> JobsProfile:
    """The bureau's own, else the shipped one. Raises Refused with every mistake at its line."""
    return read_profile("jobs.toml", JobsProfile, own)
