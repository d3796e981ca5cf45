"""Discs as they are listed: what waits to be composed, what to be burned, what there is; and burners at the server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from preserve.administration.duties import Duty
from preserve.archival_storage.discs.compose import waiting
from preserve.archival_storage.policy import read_media_profile, read_policy
from preserve.data_management import holdings
from preserve.errors import UsageError
from preserve.services.operation import query
from preserve.services.session import Session
from storage_adapters.optical.burning import find_burners
from storage_adapters.registry import traits_of


@dataclass(frozen=True, slots=True)
class DiscListed:
    """One physical disc: `state` is that of the medium, `set` with `volume` of `volumes` what it is part of.

    `burned` is empty until it was burned and read back whole; `packages` lie on it, or will.
    """

    medium: str
    label: str
    state: str
    set: str
    volume: int
    volumes: int
    bytes: int
    place: str
    burned: str
    packages: int


@dataclass(frozen=True, slots=True)
class BurnerListed:
    """A burner at the server: its device, and what it calls itself."""

    device: Path
    model: str


@dataclass(frozen=True, slots=True)
class DiscKindListed:
    """A kind of disc that can be composed, with its capacity in bytes; `usual` where none is named."""

    name: str
    capacity: int
    usual: bool


@dataclass(frozen=True, slots=True)
class DiscList:
    """Discs, the newest set first. `waiting` packages of `waiting_bytes` are on none and need one."""

    discs: tuple[DiscListed, ...]
    waiting: int
    waiting_bytes: int
    kinds: tuple[DiscKindListed, ...]
    burners: tuple[BurnerListed, ...]


@dataclass(frozen=True, slots=True)
class BurnerList:
    """The burners at the server, by their names that last; a form names one by its place in the list."""

    burners: tuple[BurnerListed, ...]

    def numbered(self, number: str) -> Path:
        """The device of the burner of that number, from 1. Raises UsageError where there is none."""
        if not (number.isascii() and number.isdecimal() and 1 <= int(number) <= len(self.burners)):
            raise UsageError("web.discs-no-burner", number)
        return self.burners[int(number) - 1].device


@query("disc.burners", duty=Duty.KEEP)
def list_burners(session: Session) -> BurnerList:
    """Every burner of this machine, in which a disc can be burned and read."""
    return BurnerList(_burners())


def _burners() -> tuple[BurnerListed, ...]:
    return tuple(BurnerListed(burner.device, burner.model) for burner in find_burners())


_THERE = ("planned", "written", "verified", "due", "repaired", "suspect")


@query("disc.list", duty=(Duty.KEEP, Duty.REPORT))
def list_discs(session: Session) -> DiscList:
    """Every disc of the inventory, and what waits to be put on one. Raises Refused where a profile is wrong."""
    home = session.archive.home
    profile, policy = read_media_profile(home.profiles), read_policy(home.profiles)
    with session.archive.catalogue.read() as connection:
        rows = [row for row in holdings.all_media(connection) if traits_of(row.kind).composed]
        counts = holdings.count_by_medium(connection, _THERE)
        left = waiting(connection, policy)
    discs = [
        DiscListed(
            row.id,
            row.label,
            row.state,
            str(row.details.get("set", "")),
            int(row.details.get("volume", 1)),
            int(row.details.get("volumes", 1)),
            int(row.details.get("image_size", row.capacity)),
            row.place,
            str(row.details.get("burned", "")),
            counts.get(row.id, 0),
        )
        for row in rows
    ]
    discs.sort(key=lambda disc: disc.label)
    discs.sort(key=lambda disc: disc.set, reverse=True)
    kinds = (DiscKindListed(name, kind.capacity, name == profile.disc) for name, kind in profile.kinds.items())
    return DiscList(tuple(discs), len(left), sum(one.size for one in left), tuple(kinds), _burners())
