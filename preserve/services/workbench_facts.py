"""What the lines of a first page are made from: facts of an archive, each read once and only where it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from preserve.archival_storage.overview import lacking_among
from preserve.archival_storage.policy import StorageProfile, read_policy
from preserve.data_management import holdings, standings
from preserve.data_management.holdings import MediumRow
from preserve.data_management.standings import Standing
from preserve.services.session import Session

NEWEST = 100
"""Of so many of the newest packages it is counted how many are not sealed."""

_DAMAGED = ("suspect", "lost")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits or is to be known: `name` says what, `count` how many.

    `late` of them are past their day, `first` is the earliest day; `label` and `place` name a medium; `when` is a time
    (RFC 3339). `grave`: something is wrong. Texts are empty where they do not apply.
    """

    name: str
    count: int
    late: int = 0
    first: str = ""
    label: str = ""
    place: str = ""
    when: str = ""
    grave: bool = False


class Facts:
    """What several lines need, read once and only where somebody's duties ask for it."""

    def __init__(self, session: Session, connection: Connection) -> None:
        self.session, self.connection = session, connection
        self.may = session.person.may
        self.today = session.archive.today()

    def standing(self, kind: str, states: tuple[str, ...]) -> Standing:
        """Proceedings of a kind in any of these states."""
        found = [self._proceedings.get((kind, state), Standing(0)) for state in states]
        days = [one.first for one in found if one.first]
        return Standing(sum(one.count for one in found), sum(one.late for one in found), min(days, default=""))

    def line(self, name: str, kind: str, *states: str) -> Iterator[Line]:
        """A line for proceedings in these states, where there are any."""
        found = self.standing(kind, states)
        if found.count:
            yield Line(name, found.count, found.late, found.first, grave=bool(found.late))

    @cached_property
    def _proceedings(self) -> dict[tuple[str, str], Standing]:
        return standings.of_proceedings(self.connection, self.today.isoformat())

    @cached_property
    def media(self) -> list[MediumRow]:
        """The inventory."""
        return holdings.all_media(self.connection)

    @cached_property
    def policy(self) -> StorageProfile:
        """What each case needs."""
        return read_policy(self.session.archive.home.profiles)

    @cached_property
    def damaged(self) -> int:
        """Copies that are not as they should be."""
        return holdings.count_in(self.connection, _DAMAGED)

    @cached_property
    def unsealed(self) -> int:
        """Of the newest packages, those that lack a copy."""
        media = {row.id: row for row in self.media}
        return lacking_among(self.connection, self.policy, media, NEWEST)[0]
