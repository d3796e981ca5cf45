"""`profiles/speech.toml`: what counts as somebody speaking, and which words of a transcript point to a preamble."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from preserve.profiles import read_profile

_Share = Annotated[float, Field(ge=0, le=1)]
_Seconds = Annotated[float, Field(ge=0, le=86_400)]


def _pattern(text: str) -> str:
    """A regular expression that finds words. Raises ValueError."""
    try:
        found = re.compile(text)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    if found.search(""):
        raise ValueError("it is found in silence")
    return text


Pattern = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_pattern)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Voices(_Part):
    """When somebody is taken to speak: from the chance `likely` on, until it falls below `unlikely`."""

    likely: _Share
    unlikely: _Share
    least_seconds: _Seconds
    pause_seconds: _Seconds
    longest_hours: Annotated[int, Field(ge=1, le=240)]


class Beginning(_Part):
    """How the beginning of a recording is listened to: so many seconds, in which so many of speech are expected."""

    article: Annotated[str, Field(min_length=1)]
    severity: Literal["warning", "note"]
    seconds: Annotated[float, Field(gt=0, le=3600)]
    least_seconds: _Seconds


class Transcripts(_Part):
    """What of a transcript is believed. `seconds` of each recording are read, all of it where that is 0."""

    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")]
    seconds: _Seconds
    repeated: Annotated[float, Field(gt=1)]
    least_logprob: Annotated[float, Field(le=0)]
    no_speech: _Share
    margin_seconds: Annotated[float, Field(ge=0, le=5)]


Element = Literal["time", "place", "officers", "cause", "notice", "interruption"]
"""What a word of the preamble speaks of (Art. 13), or that it explains an interruption (Art. 14)."""


class Preamble(_Part):
    """Words by what they speak of."""

    words: dict[Element, tuple[Pattern, ...]]


class SpeechProfile(_Part):
    """Everything in the file."""

    voices: Voices
    beginning: Beginning
    interruption: Beginning
    transcripts: Transcripts
    preamble: Preamble


@cache
def speech_profile(own: Path | None) -> SpeechProfile:
    """The home's own profile, else the shipped one. Raises Refused."""
    return read_profile("speech.toml", SpeechProfile, own)
