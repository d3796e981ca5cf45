"""The formats policy held against what packages have: what of a kind of file would be made, kept or left out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from preserve.data_management.formats_index import Kind, Traits
from preserve.home import Home
from preserve.ingest.facts import Character, Copied, Identification, Stream
from preserve.ingest.identifiers import extensions, pronom
from preserve.ingest.kinds import by_streams, kind_of
from preserve.ingest.normalise import FormatsProfile, Plan, plan
from preserve.ingest.provenance import TakenFile
from preserve.profiles import locate, read_profile

HOPELESS = "cannot be opened"
"""The rule's name where nothing is tried on a file: what it has stays as it is."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which policy counts, with its rules; `key` is the digest of both, so that a change of either is known."""

    name: Literal["lossless", "compact"]
    formats: FormatsProfile
    key: str


def read_policy(home: Home, *, name: str = "", formats: Path | None = None) -> Policy:
    """The policy of the home, or another one that is only asked about. Raises Refused."""
    chosen: Literal["lossless", "compact"] = home.settings.policy
    if name:
        chosen = "compact" if name == "compact" else "lossless"
    file = formats or locate("formats.toml", home.profiles)
    profile = read_profile(file.name, FormatsProfile, file.parent)
    digest = hashlib.sha256(f"{chosen}\0{profile.model_dump_json()}".encode()).hexdigest()
    return Policy(chosen, profile, digest)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to become of a file's copies: kinds to make, and kinds that the policy no longer asks for."""

    rule: str
    make: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything would be done."""
        return bool(self.make or self.drop)


_ACCESS = frozenset(("mp4", "m4a", "jpeg"))


def wish(wanted: Plan, had: Iterable[str]) -> Wish:
    """Compare what the policy wants with the kinds of copies that are there.

    A file on which nothing can be tried keeps what it has.
    """
    there = set(had)
    if wanted.rule == HOPELESS:
        return Wish(wanted.rule)
    asked = {kind for kind in (wanted.action, wanted.access) if kind not in ("keep", "none")}
    return Wish(wanted.rule, tuple(sorted(asked - there)), tuple(sorted(there - asked)))


def plan_of(wanted: Plan, wished: Wish) -> Plan:
    """The part of a plan that must be carried out."""
    return Plan(
        wanted.rule,
        wanted.action if wanted.action in wished.make else "keep",
        wanted.access if wanted.access in wished.make else "none",
    )


def role_of(kind: str) -> Literal["preservation", "access"]:
    """The representation that such a copy belongs to."""
    return "access" if kind in _ACCESS else "preservation"


def wish_for(kind: Kind, policy: Policy) -> Wish:
    """What the policy wants of originals of this kind, by what the catalogue knows of them."""
    traits = Traits.read(kind.traits)
    if traits.empty:
        return Wish(HOPELESS)
    mime = mime_of(kind.puid, kind.name)
    identification = Identification(kind.puid or None, kind.name, kind.version, mime, "signature", ())
    streams = tuple(Stream("video", codec) for codec in traits.video)
    streams += tuple(Stream("sound", codec) for codec in traits.sound)
    name = "x.m4a" if traits.sound_name else ""
    what = by_streams(kind_of(identification), (stream.kind for stream in streams), name)
    properties = (("Encoding", traits.encoding),) if traits.encoding else ()
    file = TakenFile("", "", Copied(1, {}), identification, Character(what, "", properties, streams), None)
    return wish(plan(file, policy.name, policy.formats), filter(None, kind.derived.split("+")))


@cache
def mime_of(puid: str, name: str) -> str:
    """The MIME type that the signatures give for a PUID, or our own signatures for a format without one."""
    if puid:
        return pronom.mime_of(puid)
    return next((own.mime for own in extensions.rules().formats if own.name == name), "")
