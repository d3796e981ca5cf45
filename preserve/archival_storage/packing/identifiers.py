"""The identifiers of things in packages, and this program as agent: the same whenever a package is described again."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha1
from uuid import UUID, uuid5

from metadata.entities import Agent
from preserve import __version__

_ROOT = UUID("5f2a1f0e-6f0b-5d5e-9d59-3c8f1f0a7c11")
"""The name space of all identifiers this program makes; it must never change."""

OWN = f"preserve {__version__}"


@lru_cache(maxsize=256)
def _space(objid: str, kind: str) -> bytes:
    return uuid5(uuid5(_ROOT, objid), kind).bytes


def identifier(objid: str, kind: str, name: str) -> str:
    """The identifier of a thing in a package: the same whenever the same package is described again (RFC 4122 §4.3).

    The text of `uuid.uuid5`, without an object for each of a million files: SHA-1 of name space and name, of which six
    bits say version 5 and variant.
    """
    made = bytearray(sha1(_space(objid, kind) + name.encode(), usedforsecurity=False).digest()[:16])
    made[6] = made[6] & 0x0F | 0x50
    made[8] = made[8] & 0x3F | 0x80
    return f"{made[:4].hex()}-{made[4:6].hex()}-{made[6:8].hex()}-{made[8:10].hex()}-{made[10:].hex()}"


def versioned(kind: str, version: int) -> str:
    """The kind of a thing that came into being with a version: what version 2 makes is not what version 1 made."""
    return kind if version == 1 else f"{kind}-v{version}"


def agent_identifier(name: str) -> str:
    """The identifier of a program or person; the same in every package."""
    return identifier("agents", "agent", name)


def software(name: str) -> Agent:
    """A program as PREMIS agent; `name` is program and version (`ffmpeg 5.1.6`)."""
    program, _, version = name.partition(" ")
    return Agent(agent_identifier(name), program, "software", version)


def person(name: str) -> Agent:
    """A person as PREMIS agent, by the name of the account."""
    return Agent(agent_identifier("person " + name), name, "person")
