"""`profiles/looking.toml`: how long a viewing copy stays, and what the pictures of a recording show."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from preserve.profiles import read_profile

_Whole = Annotated[int, Field(ge=1, le=10_000)]


class LookingProfile(BaseModel):
    """Everything in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: _Whole = Field(description="after which a copy in the viewing room is removed")
    pictures_days: _Whole = Field(description="after which pictures that nobody asked for again are removed")
    frames: Annotated[int, Field(ge=1, le=60)] = Field(description="on a frame sheet at most")
    frame_every: _Whole = Field(description="seconds of a short recording for each frame")
    columns: Annotated[int, Field(ge=1, le=8)] = Field(description="of a frame sheet")
    frame_width: Annotated[int, Field(ge=80, le=960)] = Field(description="pixels")
    seconds: _Whole = Field(description="that making the pictures of one recording may take")


@cache
def looking_profile(own: Path | None) -> LookingProfile:
    """The home's own profile, else the shipped one. Raises Refused."""
    return read_profile("looking.toml", LookingProfile, own)
