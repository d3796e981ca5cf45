"""What a reader of another system's package says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

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

    `said`: what the package says in the words of others, as `dc:title` and its text, in its order; `foreign.toml` says
    what it means for the description. `said_of`: the same of single files, by path.
    `lists`: files of the package whose digests are in `wanted` already, so that nobody reads them a second time.
    `sizes`: bytes that the package declares, by path. `missing`: names of files that the package lists and does not
    hold, by the list that says so. `left`: files that the other system made from the content, which are not taken in.
    `history`: what the package tells of its own past, a line each. `source`: where the content is read, if its files do
    not lie in the package as such.
    `cases`: the cases of a package that holds several, each a package by itself; then nothing else of it counts.
    `without`: elements whose data are left away, by the files that are kept so: the data are the content itself.
    `beside`: files that speak of this one of several cases. `elsewhere`: files that are of another case of the package,
    and are not kept with this one.
    """

    kind: str
    version: str
    content: Sequence[str]
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    wanted: Mapping[str, tuple[Wanted, ...]] = field(default_factory=dict, repr=False)
    described: Mapping[str, Any] = field(default_factory=dict, repr=False)
    unknown: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    said_of: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict, repr=False)
    lists: tuple[str, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict, repr=False)
    missing: tuple[tuple[str, str], ...] = ()
    left: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    source: Source | None = None
    cases: tuple[ForeignPackage, ...] = field(default=(), repr=False)
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    beside: Sequence[str] = field(default=(), repr=False)
    elsewhere: Sequence[str] = field(default=(), repr=False)


class Reader(Protocol):
    """One form of package."""

    @property
    def kind(self) -> str:
        """Its word of ours."""

    def recognises(self, entries: Sequence[Entry], top: str) -> bool:
        """Whether the names below `top` are those of such a package; nothing is opened.

        `entries` are those that lie at most two folders below `top`.
        """

    def read(self, source: Source, entries: Sequence[Entry], top: str) -> ForeignPackage:
        """The package. Raises Refused with the reason where it is one and cannot be taken in."""


@runtime_checkable
class Confirming(Protocol):
    """A reader whose packages names alone do not tell."""

    def confirms(self, source: Source, entries: Sequence[Entry], top: str) -> bool:
        """Whether it is such a package after all; asked where it recognises the names. May open small files."""
