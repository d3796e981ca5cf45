"""Which copies a class of case must have, and whether a case is sealed: all of them verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection

from preserve.data_management import cases, holdings
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.profiles import read_profile
from storage_adapters import registry
from storage_adapters.sharing import Way


def _installed(kind: str) -> str:
    if not registry.is_known(kind):
        known = [f"'{name}'" for name in registry.kinds()]
        expected = " or ".join([", ".join(known[:-1]), known[-1]])
        raise PydanticCustomError("literal_error", "Input should be {expected}", {"expected": expected})
    return kind


Kind = Annotated[str, AfterValidator(_installed)]
"""The name of a kind of medium that an adapter is installed for."""

PLACE = "place"
"""What stands in the place of a kind where only the building is missing."""

GOOD = frozenset({"verified", "due"})


class Requirement(BaseModel):
    """So many verified copies on media of one kind; `recovery` per cent of par2 data beside each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    count: Annotated[int, Field(ge=1)] = 1
    recovery: Annotated[int, Field(ge=0, le=100)] = 0


class Places(BaseModel):
    """In how many buildings the copies of a class must lie."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ordinary: Annotated[int, Field(ge=1)] = 1
    long_term: Annotated[int, Field(ge=1)] = 1


class Audit(BaseModel):
    """How often a medium is read again (days; 0: continuously) and what share of it each time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Annotated[int, Field(ge=0)] = 730
    share: Annotated[float, Field(gt=0, le=1)] = 0.1


class Drills(BaseModel):
    """How many packages a month are restored for practice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    packages: Annotated[int, Field(ge=0)] = 2


class Notify(BaseModel):
    """Who is told of what goes wrong, by mail (`smtp`: host:port) or by a POST to `webhook`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    smtp: str = ""
    sender: str = ""
    receivers: tuple[str, ...] = ()
    webhook: str = ""


class TimeStamps(BaseModel):
    """A time-stamp server (RFC 3161) and the file of the certificates (PEM) that its tokens must lead to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    server: str = ""
    roots: str = ""


class AuditProfile(BaseModel):
    """`profiles/audit.toml`: hours and pace of the nightly audit, drills, whom to tell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: str = ""
    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    thin_after_years: Annotated[int, Field(ge=1)] = 5
    drills: Drills = Drills()
    notify: Notify = Notify()
    time_stamps: TimeStamps = TimeStamps()


class StorageProfile(BaseModel):
    """`profiles/storage.toml`: what each class of case needs; `long_term` is regulation Art. 18.

    `share` is how the versions of a package share unchanged files in the server store: by blocks where the file system
    can (`reflink`), else by a second name (`hardlink`), or not at all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    ordinary: Annotated[tuple[Requirement, ...], Field(min_length=1)]
    long_term: Annotated[tuple[Requirement, ...], Field(min_length=1)]
    places: Places = Places()
    share: Way = "hardlink"
    audit: dict[Kind, Audit] = Field(default_factory=dict)

    def wanted(self, long_term: bool) -> tuple[Requirement, ...]:
        """The requirements of a class."""
        return self.long_term if long_term else self.ordinary


class DiscKind(BaseModel):
    """One kind of disc: capacity in bytes, a burner's words for it, least error correction in per cent of the data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    capacity: Annotated[int, Field(ge=1 << 20)]
    words: tuple[str, ...]
    recovery: Annotated[int, Field(ge=0, le=200)] = 15


class MediaProfile(BaseModel):
    """`profiles/media.toml`: the kinds of disc, the one that is composed when none is named, and years media last."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    disc: str
    kinds: dict[str, DiscKind]
    years: dict[Kind, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a version stands: sealed, or which kinds of copies it still needs and how many of each.

    The kind `PLACE` counts buildings that are still missing.
    """

    sealed: bool
    missing: tuple[tuple[str, int], ...]


def read_policy(own: Path | None = None) -> StorageProfile:
    """The storage profile: the home's own, else the shipped one. Raises Refused."""
    return read_profile("storage.toml", StorageProfile, own)


def read_audit_profile(own: Path | None = None) -> AuditProfile:
    """How the nightly audit works: the home's own profile, else the shipped one. Raises Refused."""
    return read_profile("audit.toml", AuditProfile, own)


def read_media_profile(own: Path | None = None) -> MediaProfile:
    """The kinds of disc: the home's own, else the shipped ones. Raises Refused."""
    return read_profile("media.toml", MediaProfile, own)


def whole_copies(rows: Sequence[CopyRow], states: frozenset[str] = GOOD) -> list[list[CopyRow]]:
    """The rows that make whole copies in these states: one row each, or all the parts of a divided package."""
    whole = [[row] for row in rows if row.parts == 1 and row.state in states]
    divided: dict[tuple[str, str], list[CopyRow]] = {}
    for row in rows:
        if row.parts > 1 and row.state in states:
            divided.setdefault((row.name, row.set), []).append(row)
    return whole + [
        parts for parts in divided.values() if {part.part for part in parts} == set(range(1, parts[0].parts + 1))
    ]


def standing(connection: Connection, objid: str, version: int, profile: StorageProfile) -> Standing:
    """Compare the verified copies of a version with what its class needs. `due` copies still count."""
    long_term = cases.is_long_term(connection, objid)
    rows = [row for row in holdings.copies_of(connection, objid) if row.version == version]
    return judge(rows, {row.id: row for row in holdings.all_media(connection)}, long_term, profile)


def standings(connection: Connection, versions: Mapping[str, int], profile: StorageProfile) -> dict[str, Standing]:
    """The same of one version of each of these cases, by objid. Raises KeyError where there is no such case."""
    long_term = cases.long_term_of(connection, versions)
    media = {row.id: row for row in holdings.all_media(connection)}
    rows: dict[str, list[CopyRow]] = {objid: [] for objid in versions}
    for row in holdings.copies_of_many(connection, versions):
        if row.version == versions[row.objid]:
            rows[row.objid].append(row)
    return {objid: judge(copies, media, long_term[objid], profile) for objid, copies in rows.items()}


def judge(
    rows: Sequence[CopyRow], media: Mapping[str, MediumRow], long_term: bool, profile: StorageProfile
) -> Standing:
    """Compare the copies of one version, on media known by identity, with what its class needs."""
    counts: dict[str, int] = {}
    buildings = set()
    # A medium that is being replaced still has its copies, and does not count.
    counted = [row for row in rows if row.medium in media and media[row.medium].state != "replaced"]
    for copy in whole_copies(counted):
        kind = media[copy[0].medium].kind
        counts[kind] = counts.get(kind, 0) + 1
        buildings.add(media[copy[0].medium].building)
    wanted = profile.wanted(long_term)
    missing = [(r.kind, r.count - counts.get(r.kind, 0)) for r in wanted if counts.get(r.kind, 0) < r.count]
    places = profile.places.long_term if long_term else profile.places.ordinary
    if not missing and len(buildings) < places:
        missing.append((PLACE, places - len(buildings)))
    return Standing(not missing, tuple(missing))
