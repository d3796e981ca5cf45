"""Cases as their forms need them, out of the catalogue: one, or all of a year, a few in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection

from preserve.administration.file_forms.profile import Style
from preserve.administration.file_forms.volumes import Known, VolumeFile, known_of, volumes_of
from preserve.administration.file_forms.wording import File
from preserve.data_management import cases, filings, fonds, object_index
from preserve.data_management.cases import Case
from preserve.data_management.fonds import FondsRow
from preserve.description.fixed_values import Volume
from preserve.description.vocabulary import Vocabulary, read_what_is_sound
from preserve.home import Home

_TOGETHER = 20  # cases that are read at once: a large case's description has some megabytes


@dataclass(frozen=True, slots=True)
class Filled:
    """A case and its volumes; `left_out` pieces of the internal volume were not read, for who asks may not see them."""

    objid: str
    file: File
    volumes: tuple[VolumeFile, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads cases for one person; `inner`: they may see internal volumes."""

    home: Home
    style: Style
    words: Vocabulary
    register: dict[str, FondsRow]
    inner: bool

    def one(self, connection: Connection, name: str) -> Filled:
        """The case of this objid, case number or archival number. Raises Refused where there is none."""
        case = cases.require(connection, name)
        filing = filings.filing_of(connection, case.objid)
        known = known_of(case.description, object_index.originals(connection, case.objid))
        row = self.register.get(filing.fonds) if filing else None
        return self._filled(case, row, known)

    def of_year(self, connection: Connection, year: int, code: str = "") -> Iterator[Filled]:
        """Cases closed in that year, by archival number and case number; of one fonds where `code` says which."""
        waiting = iter(cases.closed_within(connection, year, code))
        while objids := list(islice(waiting, _TOGETHER)):
            known = cases.read_many(connection, objids)
            filed = filings.fonds_of(connection, objids)
            for objid in objids:
                case = known[objid]
                said = known_of(case.description, object_index.originals(connection, objid))
                yield self._filled(case, self.register.get(filed.get(objid, "")), said)

    def _filled(self, case: Case, row: FondsRow | None, known: dict[str, Known]) -> Filled:
        description = case.description
        file = File(
            description,
            case.archival_number,
            row,
            self.words,
            self.home.settings.institution,
            self.style,
            destroyed=not case.newest,
        )
        volumes = tuple(volumes_of(description, known, inner=self.inner))
        hidden = 0 if self.inner else sum(item.volume is Volume.INNER for item in description.objects)
        return Filled(case.objid, file, volumes, hidden)


def reader_of(connection: Connection, home: Home, style: Style, *, inner: bool) -> Reader:
    """What reads cases for one person."""
    register = {row.code: row for row in fonds.all_fonds(connection)}
    return Reader(home, style, read_what_is_sound(home.profiles), register, inner)
