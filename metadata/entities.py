"""PREMIS entities as frozen records, in the Data Dictionary's own words (PREMIS 3.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Format:
    """What a file is. `puid` is the PRONOM identifier or None; `note` says on what basis (PREMIS 1.5.4)."""

    name: str
    version: str = ""
    puid: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Relationship:
    """How one object came from, or belongs to, another. `event` is the identifier of the event that made it so."""

    kind: Literal["derivation", "structural"]
    sub_kind: str  # "has source", "is source of", "represents", "is included in", "supersedes"
    related: str
    event: str | None = None


@dataclass(frozen=True, slots=True)
class FileObject:
    """A stored file. `path` is relative to the representation; `digests` maps algorithm (`sha256`) to lower-case hex.

    `original_name` is the depositor's path; characters that XML cannot hold are percent-encoded in it.
    `properties` are significant properties as (type, value), in order.
    """

    identifier: str
    path: str
    size: int
    digests: Mapping[str, str]
    format: Format
    original_name: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    relationships: tuple[Relationship, ...] = ()


@dataclass(frozen=True, slots=True)
class Representation:
    """A whole set of files that renders the case: `original`, `preservation` or `access`."""

    identifier: str
    name: str
    relationships: tuple[Relationship, ...] = ()


@dataclass(frozen=True, slots=True)
class IntellectualEntity:
    """The case itself. `original_name` is the case number."""

    identifier: str
    original_name: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    relationships: tuple[Relationship, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A reference from an event to an object or an agent, with its role (`source`, `outcome`; `executing program`)."""

    identifier: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done. `kind` is a label of the LoC event types (`ingestion start`); `when` RFC 3339, UTC.

    `detail` tells how (command lines, tool versions); `outcome` is `success`, `fail` or `warning`;
    `outcome_detail` tells what came of it (proof, digests, what was lost).
    """

    identifier: str
    kind: str
    when: str
    detail: str = ""
    outcome: Literal["success", "fail", "warning"] = "success"
    outcome_detail: str = ""
    agents: tuple[Link, ...] = ()
    objects: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Agent:
    """Who or what acted. `kind` is `software`, `person`, `organization` or `hardware`."""

    identifier: str
    name: str
    kind: Literal["software", "person", "organization", "hardware"]
    version: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rights:
    """A rule that permits or restricts: retention, access. Basis is a statute, cited (PREMIS 4.1)."""

    identifier: str
    basis: Literal["statute", "institutional policy", "license", "copyright", "other"]
    jurisdiction: str = "cn"
    citation: str = ""
    act: str = ""
    restriction: str = ""
    start: str = ""
    end: str = ""
    objects: tuple[Link, ...] = field(default=())


Object = FileObject | Representation | IntellectualEntity
