"""What a reader of another system's package says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from metadata.findings import Finding
from preserve.ingest.declared import Wanted
from preserve.ingest.sources import Entry, Source


@dataclass(frozen=True, slots=True)
class ForeignPackage:
    """A package that was read.

    `kind` is a word of ours (`e-ark`, `archivematica-aip`, `eep` …), `version` the form's own. `content` are the
    files that are the case, by their paths in the source; everything else is kept beside as it came. `names` are
    their true names by path where those differ. `wanted` are the digests that the package declares. `described` is
    plain data in the shape of a case description, as far as the package says something. `unknown` names what was
    not understood.
    """

    kind: str
    version: str
    content: Sequence[str]
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    wanted: Mapping[str, tuple[Wanted, ...]] = field(default_factory=dict, repr=False)
    described: Mapping[str, Any] = field(default_factory=dict, repr=False)
    unknown: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


class Reader(Protocol):
    """One form of package."""

    kind: str

    def recognises(self, entries: Sequence[Entry], top: str) -> bool:
        """Whether the names below `top` are those of such a package; nothing is opened."""

    def read(self, source: Source, entries: Sequence[Entry], top: str) -> ForeignPackage:
        """The package. Raises Refused with the reason where it is one and cannot be taken in."""
