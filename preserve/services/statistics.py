"""档案统计: what the archive holds, what came in and whether in time, and how it was used, by year.

Sums that are kept while cases come and go, and one year of what came in and of what was asked for; never all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from sqlalchemy import Connection

from preserve.access.requests.profile import read_requests_profile
from preserve.access.requests.statistics import Use, count_use
from preserve.administration.duties import Duty
from preserve.clock import stamp, zone
from preserve.data_management import kept_sums, retention_index, standings, versions
from preserve.data_management.kept_sums import Sum
from preserve.data_management.standings import Intake
from preserve.errors import UsageError
from preserve.home import Home
from preserve.services.operation import query
from preserve.services.session import Session

_YEARS = 60  # that are counted one by one, the last


@dataclass(frozen=True, slots=True)
class Amount:
    """So many files and their bytes, of one representation or one format of the originals, in so many cases."""

    name: str
    cases: int
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class YearOf:
    """How many packages were made in a year of the bureau's calendar."""

    year: int
    packages: int


@dataclass(frozen=True, slots=True)
class MediaOf:
    """How many media of a kind are in a state."""

    kind: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the archive holds now: the newest version of each case, and beside it what it holds of earlier ones.

    `kept`: how many cases and recordings are kept (`rows`), of these for ever (`permanent`), or until nobody knows when
    (`unknown`).
    """

    cases: int
    packages: int
    superseded: int
    representations: tuple[Amount, ...]
    formats: tuple[Amount, ...]
    media: tuple[MediaOf, ...]
    kept: dict[str, int]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The archive as of now, and one year of it.

    `months`: packages made in each month of the year. `late` of `judged` cases were not filed in time. `capacities` are
    the names of the capacities in the reader's language. `use` is None where nothing was asked for.
    """

    institution: str
    moment: str
    holdings: Holdings
    years: tuple[YearOf, ...]
    year: int
    months: tuple[int, ...]
    intake: Intake
    use: Use | None
    capacities: dict[str, str]


def _figures(shown: Statistics) -> Statistics:
    """What people wrote as their purpose may name a case: who may not find cases sees figures only."""
    return replace(shown, use=replace(shown.use, purposes={}) if shown.use else None)


@query("statistics.show", duty=(Duty.REPORT, Duty.SEE_REQUESTS), hidden={Duty.FIND: _figures})
def show(session: Session, year: int | None = None) -> Statistics:
    """Figures only. Raises UsageError for a year that is none, NotIntact where a request's record was changed."""
    archive = session.archive
    home, moment = archive.home, archive.now()
    here = zone(home.settings.time_zone)
    wanted = year or moment.astimezone(here).year
    if not 1000 <= wanted <= 9998:
        raise UsageError("web.statistics-year-wrong", str(year))
    with archive.catalogue.read() as connection:
        span = standings.years(connection) or (wanted, wanted)
        years = range(max(span[0], span[1] - _YEARS), span[1] + 1)
        used = count_use(connection, home, wanted)
        return Statistics(
            home.settings.institution,
            stamp(moment),
            _holdings(connection),
            tuple(YearOf(one, _packages(connection, here, (one, 1), (one + 1, 1))) for one in years),
            wanted,
            tuple(
                _packages(connection, here, (wanted, month), (wanted + month // 12, month % 12 + 1))
                for month in range(1, 13)
            ),
            standings.intake(connection, _first(here, wanted, 1), _first(here, wanted + 1, 1)),
            used[0] if used else None,
            _capacities(home),
        )


def _holdings(connection: Connection) -> Holdings:
    formats = kept_sums.read_formats(connection)
    superseded = kept_sums.read(connection, kept_sums.SUPERSEDED).get("", Sum(0, 0, 0, 0)).cases
    packages = versions.count(connection)
    by_role: dict[str, Sum] = {}
    for (role, _, _, _), counted in formats.items():
        before = by_role.get(role, Sum(0, 0, 0, 0))
        by_role[role] = Sum(0, before.files + counted.files, before.size + counted.size, 0)
    originals = [
        Amount(f"{name or puid} {version}".strip(), counted.cases, counted.files, counted.size)
        for (role, puid, name, version), counted in formats.items()
        if role == "original"
    ]
    originals.sort(key=lambda amount: (-amount.bytes, amount.name))
    return Holdings(
        packages - superseded,
        packages,
        superseded,
        tuple(Amount(role, 0, counted.files, counted.size) for role, counted in sorted(by_role.items())),
        tuple(originals),
        tuple(MediaOf(*row) for row in standings.media_by_kind(connection)),
        retention_index.counts(connection),
    )


def _packages(connection: Connection, here: tzinfo, since: tuple[int, int], before: tuple[int, int]) -> int:
    return standings.packages_within(connection, _first(here, *since), _first(here, *before))


def _first(here: tzinfo, year: int, month: int) -> str:
    """The first moment of a month of the bureau's calendar."""
    return stamp(datetime(year, month, 1, tzinfo=here).astimezone(UTC))


def _capacities(home: Home) -> dict[str, str]:
    return {capacity.name: capacity.label.spoken for capacity in read_requests_profile(home.profiles).capacity}
