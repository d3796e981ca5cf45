"""The shape of `profiles/people.toml`: how long sessions and tokens hold, and of whom a second factor is asked."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from preserve.administration.duties import ALONE, Role
from preserve.profiles import read_profile


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SessionRules(_Part):
    """When a session in a browser ends, and how many an account may have at once."""

    idle_minutes: Annotated[int, Field(ge=1, le=720)]
    hours: Annotated[int, Field(ge=1, le=24)]
    at_once: Annotated[int, Field(ge=1, le=20)]
    administrators: Annotated[int, Field(ge=1, le=20)]

    def most(self, roles: Iterable[Role]) -> int:
        """How many sessions somebody of these roles may have at once."""
        return self.administrators if ALONE & set(roles) else self.at_once


class TokenRules(_Part):
    """For how many days tokens may be given, and how many answers to one account are kept."""

    personal_days: Annotated[int, Field(ge=1, le=90)]
    program_days: Annotated[int, Field(ge=1, le=730)]
    kept_answers: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000


class FactorRules(_Part):
    """Of which roles a second factor is asked."""

    asked_of: tuple[Role, ...]


class PeopleProfile(_Part):
    """The whole file."""

    session: SessionRules
    token: TokenRules
    second_factor: FactorRules


def read_people_profile(own: Path | None) -> PeopleProfile:
    """The bureau's own, else the shipped one. Raises Refused with every mistake at its line."""
    return read_profile("people.toml", PeopleProfile, own)
