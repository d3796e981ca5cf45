"""Two tables of `profiles/rules.toml`: which reasons for letting an error in say nothing (`accepting`), and what is not
asked of old cases (`legacy`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Accepting(BaseModel):
    """These phrases, and what is shorter than so many letters without them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least_letters: Annotated[int, Field(ge=1, le=200)] = 4
    empty_reasons: tuple[Annotated[str, Field(min_length=1)], ...] = ()


class LegacyCases(BaseModel):
    """Cases that bear the mark of an old one: `severity` of what is not known of them; whether errors of rules are
    `eased` to warnings, all but those of `keep`.

    A case that was closed less than `recent_days` ago is no old one, whatever its mark says: nothing is eased for it,
    and the mark is an error itself (`article`), so that nobody evades the rules by it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    article: Annotated[str, Field(min_length=1)] = "16"
    recent_days: Annotated[int, Field(ge=0)] = 365
    severity: Literal["warning", "note"]
    eased: bool
    keep: tuple[str, ...] = ()
