"""The shape of `profiles/handover.toml`: names of files and columns in hand-over folders, what their values mean."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from preserve.description.fixed_values import Classification, Retention
from preserve.profiles import read_profile

NAME = "handover.toml"
Column = Literal[
    "archival_number",
    "case_number",
    "title",
    "doc_number",
    "responsible",
    "date",
    "start",
    "closed",
    "retention",
    "secrecy",
    "pages",
    "note",
    "kind",
    "place",
    "file",
    "original",
    "size",
    "digest",
    "algorithm",
    "metadata",
]
_SEPARATORS = str.maketrans("•．・‧∙—–－‐‑−", "·····------")  # as people write those of DA/T 13


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Dialect(_Part):
    """One form of hand-over folder. `required` are names that mark it, `records` the folders in which the files lie.

    `must` are the lines that its statement has to have.
    """

    kind: str
    version: str
    catalogues: tuple[str, ...]
    records: tuple[str, ...]
    required: tuple[str, ...]
    statement: tuple[str, ...]
    must: tuple[str, ...] = ()


class Words(_Part):
    """Names of elements, folders and lines that all dialects share."""

    others: tuple[str, ...]
    metadata: tuple[str, ...]
    volumes: tuple[str, ...]
    items: tuple[str, ...]
    ignored: tuple[str, ...]
    count: tuple[str, ...]
    span: tuple[str, ...]
    handed_over_by: tuple[str, ...]
    contents: tuple[str, ...]


class HandoverProfile(_Part):
    """`profiles/handover.toml`."""

    dialect: tuple[Dialect, ...]
    words: Words
    columns: dict[Column, tuple[str, ...]]
    retention: dict[Retention, tuple[str, ...]]
    secrecy: dict[Classification, tuple[str, ...]]

    def of(self, kind: str) -> Dialect:
        """The dialect of that name."""
        return next(dialect for dialect in self.dialect if dialect.kind == kind)

    def retained(self, written: str) -> Retention | None:
        """What a term of retention means; None for one that is not known here."""
        plain = "".join(written.split())
        return next((term for term, words in self.retention.items() if plain in words), None)

    def classified(self, written: str) -> Classification | None:
        """What a degree of secrecy means; None for one that is not known here."""
        plain = "".join(written.split())
        return next((level for level, words in self.secrecy.items() if plain in words), None)


def read_handover(own: Path | None) -> HandoverProfile:
    """The home's own profile, else the shipped one. Raises Refused."""
    return read_profile(NAME, HandoverProfile, own)


def plain_number(number: str) -> str:
    """An archival number for comparing: separators as DA/T 13 has them, no blanks."""
    return re.sub(r"\s+", "", number).translate(_SEPARATORS)


def above(number: str) -> str:
    """The number of the volume that a paper belongs to, in the form for comparing (DA/T 13-2022: by volume, four parts
    and more); the number itself where papers are numbered by themselves."""
    parts = plain_number(number).split("-")
    return "-".join(parts[:-1]) if len(parts) > 3 else "-".join(parts)
