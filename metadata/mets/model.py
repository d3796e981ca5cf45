"""What METS documents of E-ARK packages are written from: files, header, divisions, representations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class MetsFile:
    """A file as METS refers to it: path relative to the METS file, digest SHA-256 in lower-case hex, times UTC."""

    identifier: str  # without the `ID-` that METS puts before it
    path: str
    size: int
    sha256: str
    mime: str
    created: str


@dataclass(frozen=True, slots=True)
class Header:
    """What every METS document of a package says of itself. `status`: `VERSION` where it follows an earlier package."""

    objid: str
    label: str
    created: str
    program: str
    version: str
    package: Literal["AIP", "DIP"] = "AIP"
    status: Literal["", "VERSION"] = ""


@dataclass(frozen=True, slots=True)
class Division:
    """A part of a representation in an order of its own: kind, label for people, identifiers of its files."""

    kind: str
    label: str
    files: Sequence[str]


@dataclass(frozen=True, slots=True)
class RepresentationReference:
    """A representation as the root METS refers to it: its name, and its METS file."""

    name: str
    mets: MetsFile
