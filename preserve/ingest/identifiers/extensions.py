"""Our own signatures, from `profiles/identification.toml`, for formats without a PUID."""

from __future__ import annotations

import zipfile
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

from preserve.ingest.facts import Answer, Basis
from preserve.profiles import read_profile


class OwnFormat(BaseModel):
    """One signature: leading bytes or a ZIP member; `both`: the extension must agree; `carrier`: the content has a PUID
    of its own and this only says which office suite the extension belongs to (it never stands);
    `fallback`: stands only where nobody else has a signature that fits.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    mime: str
    extensions: tuple[str, ...]
    head: str = ""
    offset: int = 0
    fallback: bool = False
    member: str = ""
    both: bool = False
    carrier: bool = False

    @model_validator(mode="after")
    def _looks_into_the_file(self) -> OwnFormat:
        """What is to be known by its content says by which; without either it would be every file's format."""
        if not self.head and not self.member:
            raise ValueError("either head or member is needed")
        return self


class Rules(BaseModel):
    """`profiles/identification.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    grounds: tuple[str, ...]
    newest_first: tuple[str, ...]
    never_by_extension: frozenset[str]
    general: frozenset[str]
    aliases: dict[str, str]
    formats: tuple[OwnFormat, ...]
    honest_extensions: dict[str, tuple[str, ...]]


@cache
def rules() -> Rules:
    """The rules as shipped. Raises Refused."""
    return read_profile("identification.toml", Rules)


def _has_member(path: Path, member: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            # Some programs write them in another case, or with a path as Windows has it.
            return any(name.replace("\\", "/").lstrip("./").lower() == member.lower() for name in archive.namelist())
    except Exception:  # noqa: BLE001  # damaged archives raise anything; then it is not this format
        return False


def answers(head: bytes, name: str, path: Path | None) -> tuple[Answer, ...]:
    """The first of our formats that fits, or none."""
    extension = name.rpartition(".")[2].lower()
    for own in rules().formats:
        if own.both and extension not in own.extensions:
            continue
        if own.head and not head.startswith(bytes.fromhex(own.head), own.offset):
            continue
        if own.member and (path is None or not head.startswith(b"PK\x03\x04") or not _has_member(path, own.member)):
            continue
        basis: Basis = "extension" if own.carrier else "container" if own.member else "signature"
        identifier = "preserve-fallback" if own.fallback else "preserve-extensions"
        return (Answer(identifier, "1", "identification.toml", None, own.name, "", own.mime, basis),)
    return ()
