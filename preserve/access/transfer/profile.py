"""The shape of `profiles/transfer.toml`: names and values of an encapsulation as DA/T 48 has them."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from preserve.access.transfer.folder_names import FolderNames
from preserve.profiles import read_profile


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EncapsulationNames(_Part):
    """What an EEP (电子文件封装包) says, and by which names; `keyword` has the place `{suffix}`."""

    namespace: str
    version: str
    description: str
    kind: str
    kind_description: str
    level: str
    aggregation: str
    language: str
    main: str
    attached: str
    history: str
    unit: str
    person: str
    encoding: str
    keyword: str
    carrier: str
    signature_rule: str
    unsigned: str
    elements: dict[str, str]
    attributes: dict[str, str]


class TransferProfile(_Part):
    """`profiles/transfer.toml`."""

    eep: EncapsulationNames
    retention: dict[str, str]
    secrecy: dict[str, str]
    handover: dict[str, FolderNames] = {}


def read_transfer_profile(own: Path | None) -> TransferProfile:
    """The home's own profile, else the shipped one. Raises Refused.

    Hand-over folders, which came later, are the shipped ones where an own profile has none.
    """
    profile = read_profile("transfer.toml", TransferProfile, own)
    if profile.handover or own is None:
        return profile
    shipped = read_profile("transfer.toml", TransferProfile, None)
    return profile.model_copy(update={"handover": shipped.handover})
