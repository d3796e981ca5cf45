"""What an encapsulation (电子文件封装包, DA/T 48-2009) consists of: one record, its files, and what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a record: its path below the information package, its name, size, format, digest (SHA-256)."""

    path: str
    name: str
    title: str
    size: int
    sha256: str
    format: str
    program: str = ""


@dataclass(frozen=True, slots=True)
class BusinessAction:
    """What somebody or something did with the record."""

    identifier: str
    agent: str
    what: str
    when: str
    basis: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """Who or what acted: `kind` unit or person."""

    identifier: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Record:
    """The metadata of one record (DA/T 46 elements): pairs of our names and values, by the element they stand in."""

    number: str
    source: Sequence[tuple[str, str]]
    archival_number: str
    numbered: Sequence[tuple[str, str]]
    description: Sequence[tuple[str, str]]
    control: str
    system: str
    note: str


@dataclass(frozen=True, slots=True)
class Encapsulation:
    """One encapsulation: who makes it and when, and one record (件) with its files, its history and its agents."""

    creator: str
    created: str
    record: Record
    documents: Sequence[Document]
    actions: Sequence[BusinessAction]
    agents: Sequence[Agent]


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signer gave: result, certificate (DER), algorithm."""

    who: str
    when: str
    result: bytes
    certificate: bytes
    algorithm: str


Sign = Callable[[bytes], Signed]
