"""Names that a reader takes for one another: the shapes of their characters, held against each other."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from preserve.profiles import read_profile

# Letters by category that are drawn as nothing (Default_Ignorable_Code_Point, UAX #44), and the empty braille cell.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


class Alike(BaseModel):
    """`alike.toml`: groups of characters that look alike, each beginning with the one that stands for all of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    groups: tuple[str, ...] = Field(description="characters that look alike")


def look_alike(one: str, other: str) -> bool:
    """Whether a reader may take one name for the other, as the skeletons of UTS #39 §4 tell, and somewhat beyond.

    Left out of account are capitals, width, blanks, dots, hyphens and whatever is not drawn. Telling too many apart
    is the danger; of two people who are refused, one gets a number behind the name.
    """
    return bool(_shapes(one) & _shapes(other))


def _shapes(name: str) -> set[str]:
    # Capitals are alike before they are folded (В, B), small letters after it (в, ʙ): both ways of looking count.
    whole = unicodedata.normalize("NFKC", name)
    return {_shape(whole), _shape(unicodedata.normalize("NFKC", whole.casefold()))}


def _shape(text: str) -> str:
    drawn = _UNSEEN.sub("", text).translate(_table())
    kept = (c for c in drawn if unicodedata.category(c)[0] not in "ZCP")
    folded = "".join(kept).casefold().replace("i", "l")
    return folded.replace("rn", "m").replace("vv", "w")


@cache
def _table() -> dict[int, str]:
    # The program's own file: what a bureau may add to its own profiles must not make two persons one.
    groups = read_profile("alike.toml", Alike).groups
    return {ord(c): group[0] for group in groups for c in group[1:]}
