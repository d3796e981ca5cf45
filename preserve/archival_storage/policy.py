"""Which copies a class of case must have, and whether a case is sealed: all of them verified."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, func, select

from preserve.data_management.tables import cases, copies, media
from preserve.profiles import read_profile


class Requirement(BaseModel):
    """So many verified copies on media of one kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["directory", "drive", "optical", "s3"]
    count: Annotated[int, Field(ge=1)] = 1


class StorageProfile(BaseModel):
    """`profiles/storage.toml`: what each class of case needs; `long_term` is regulation Art. 18."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ordinary: Annotated[tuple[Requirement, ...], Field(min_length=1)]
    long_term: Annotated[tuple[Requirement, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a version stands: sealed, or which kinds of copies it still needs and how many of each."""

    sealed: bool
    missing: tuple[tuple[str, int], ...]


def read_policy(own: Path | None = None) -> StorageProfile:
    """The storage profile: the home's own, else the shipped one. Raises Refused."""
    return read_profile("storage.toml", StorageProfile, own)


def standing(connection: Connection, objid: str, version: int, profile: StorageProfile) -> Standing:
    """Compare the verified copies of a version with what its class needs. `due` copies still count."""
    long_term = connection.execute(select(cases.c.long_term).where(cases.c.objid == objid)).scalar_one()
    rows = connection.execute(
        select(media.c.kind, func.count())
        .join(copies, copies.c.medium == media.c.id)
        .where(copies.c.objid == objid, copies.c.version == version, copies.c.state.in_(["verified", "due"]))
        .group_by(media.c.kind)
    )
    held = {kind: int(count) for kind, count in rows}
    wanted = profile.long_term if long_term else profile.ordinary
    missing = tuple((r.kind, r.count - held.get(r.kind, 0)) for r in wanted if held.get(r.kind, 0) < r.count)
    return Standing(not missing, missing)
