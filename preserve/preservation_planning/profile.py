"""`profiles/planning.toml`: which formats are at risk, and what becomes of versions that were superseded."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from preserve.profiles import read_profile

Level = Literal["safe", "watch", "risk"]
LEVELS = ("risk", "unknown", "watch", "safe")


class Why(BaseModel):
    """One reason in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str


class FormatRisk(BaseModel):
    """How some formats stand, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: Level
    puids: tuple[str, ...] = ()
    mimes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    why: Why

    def fits(self, puid: str, mime: str, name: str) -> bool:
        """Whether it speaks of this format."""
        low = name.lower()
        return (
            (bool(puid) and puid in self.puids)
            or (bool(mime) and mime.startswith(self.mimes))
            or any(word in low for word in self.names)
        )


class PlanningProfile(BaseModel):
    """The whole profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    superseded: Literal["keep", "propose"] = "keep"
    format: tuple[FormatRisk, ...] = ()


def read_planning(own: Path | None = None) -> PlanningProfile:
    """The home's own profile, else the shipped one. Raises Refused."""
    return read_profile("planning.toml", PlanningProfile, own)
