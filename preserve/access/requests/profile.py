"""The shape of `profiles/requests.toml`: who may ask, by which documents, and within how many days."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from preserve.description.schema import Classification
from preserve.errors import Refused
from preserve.messages import language
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
        """The capacity of that name. Raises Refused."""
        for one in self.capacity:
            if one.name == name:
                return one
        raise Refused("request.capacity-unknown", name, known=", ".join(one.name for one in self.capacity))


def read_requests_profile(own: Path | None) -> RequestsProfile:
    """The bureau's own, else the shipped one. Raises Refused with every mistake at its line."""
    return read_profile("requests.toml", RequestsProfile, own)
