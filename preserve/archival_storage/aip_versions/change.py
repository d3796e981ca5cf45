"""What is to be different in the next version of a package, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metadata.entities import Agent, Event, FileObject


@dataclass(frozen=True, slots=True)
class Change:
    """Why there is a new version, and what is left out of it or told in it.

    `action` is the ledger's (one of `anchors.ANCHORING`), `details` go into its entry, `reason` is one sentence for
    people. `drop` are the PREMIS identifiers of files that are not carried over; what was derived from a dropped
    original goes with it, and so does every event about it. `events` and `agents` are told in the root PREMIS;
    `documents` (path below the package, MIME type, bytes) are added to the documentation, those of the old package in
    `without` (paths) are left out.
    """

    action: str
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)
    drop: frozenset[str] = frozenset()
    events: tuple[Event, ...] = ()
    agents: tuple[Agent, ...] = ()
    documents: tuple[tuple[str, str, bytes], ...] = ()
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shown:
    """A file of the new version that lies in place already: its representation, its object, its MIME type for METS.

    `events` are those of this file alone.
    """

    role: str
    entity: FileObject
    mime: str
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Renewal:
    """What was found and made anew: all originals as they are described now, and what was made of them.

    `files` is asked once, for a stream. Of each representation `events` are those of the whole, `agents` the programs
    that took part; `roles` are those for which something was made.
    """

    files: Callable[[], Iterator[Shown]]
    events: Callable[[str], Iterable[Event]]
    agents: Callable[[str], Iterable[Agent]]
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Succeeded:
    """A new version that was read back, published and entered. `files` and `size` (bytes) are of its payload.

    `shared` of its bytes lie in the blocks of the version before.
    """

    objid: str
    name: str
    version: int
    location: Path
    files: int
    size: int
    shared: int
