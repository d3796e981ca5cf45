"""The names of elements in encapsulations: those of `profiles/transfer.toml`, shipped and of the archive's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from preserve.profiles import read_profile


class _Names(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    elements: dict[str, str]
    signature_rule: str


class _Profile(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    eep: _Names


def read_rule(own: Path | None) -> str:
    """What our encapsulations say of how they are signed. Raises Refused."""
    return read_profile("transfer.toml", _Profile, own).eep.signature_rule


def read_names(own: Path | None) -> Mapping[str, str]:
    """Our name of an element by its own. Raises Refused.

    An archive that corrected the names it writes still reads what it wrote before.
    """
    shipped = read_profile("transfer.toml", _Profile, None)
    mine = read_profile("transfer.toml", _Profile, own)
    return {theirs: ours for one in (shipped, mine) for ours, theirs in one.eep.elements.items()}
