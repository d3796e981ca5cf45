"""The shape of `profiles/requests.toml`: who may ask, by which documents, and within how many days."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from preserve.description.fixed_values import Classification
from preserve.errors import Refused
from preserve.messages import language, listed
from preserve.profiles import read_profile


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(_Part):
    """A name in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    @property
    def spoken(self) -> str:
        """In the language in use."""
        return self.zh if language() == "zh" else self.en


class Capacity(_Part):
    """In what capacity somebody asks. `due_days` are calendar days; `restricted` must be redacted or left out."""

    name: Annotated[str, Field(pattern="^[a-z][a-z-]*$")]
    label: Label
    also: tuple[str, ...] = ()
    documents: tuple[str, ...]
    due_days: Annotated[int, Field(ge=1, le=365)]
    concerned: bool = False
    restricted: tuple[Classification, ...]
    watermark: bool = False
    inner_volume: bool | None = Field(None, description="may be given papers of the internal volume (副卷)")

    @property
    def sees_inner(self) -> bool:
        """Whether papers of the internal volume may be given; where nothing is said, not to those it concerns."""
        return not self.concerned if self.inner_volume is None else self.inner_volume


class RequestsProfile(_Part):
    """The whole file."""

    capacity: tuple[Capacity, ...]
    not_evidence: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    not_evidence_kinds: tuple[Annotated[str, Field(min_length=1)], ...] = ()

    @model_validator(mode="after")
    def _once(self) -> RequestsProfile:
        names = [one.name for one in self.capacity]
        if len(set(names)) != len(names):
            raise ValueError("a capacity is named twice")
        return self

    def of(self, name: str) -> Capacity:
        """The capacity of that name, or whose label in either language was written. Raises Refused."""
        written = _key(name)
        for capacity in self.capacity:
            if written in map(_key, (capacity.name, capacity.label.zh, capacity.label.en, *capacity.also)):
                return capacity
        names = (one.label.zh if language() == "zh" else one.name for one in self.capacity)
        raise Refused("request.capacity-unknown", name, known=listed(names))


def _key(word: str) -> str:
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())


def read_requests_profile(own: Path | None) -> RequestsProfile:
    """The bureau's own, else the shipped one. Raises Refused with every mistake at its line."""
    return read_profile("requests.toml", RequestsProfile, own)
