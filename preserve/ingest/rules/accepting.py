"""The shape of the table `accepting` of `profiles/rules.toml`: which reasons for letting an error in say nothing."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Accepting(BaseModel):
    """These phrases, and what is shorter than so many letters without them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least_letters: Annotated[int, Field(ge=1, le=200)] = 4
    empty_reasons: tuple[Annotated[str, Field(min_length=1)], ...] = ()
