"""What of the archive is growing old: formats by risk, media by age, tools by version, versions superseded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from preserve.archival_storage.policy import MediaProfile, read_media_profile
from preserve.clock import parse
from preserve.data_management import copy_counts, event_index, format_counts, holdings, versions
from preserve.data_management.copy_counts import Load
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import MediumRow
from preserve.errors import ToolMissing
from preserve.home import Home
from preserve.messages import language
from preserve.preservation_planning import reidentify
from preserve.preservation_planning.policy import mime_of, read_policy
from preserve.preservation_planning.preview import Preview, preview
from preserve.preservation_planning.profile import LEVELS, FormatRisk, PlanningProfile, read_planning
from preserve.programs import version as version_of

Age = Literal["young", "old", "over", "none"]
_OLD = 0.8  # of its years, from which on a medium's replacement is to be planned


@dataclass(frozen=True, slots=True)
class FormatFacts:
    """One format in one representation of the newest versions; `why` is empty where no rule speaks of it."""

    representation: str
    puid: str
    name: str
    version: str
    level: str  # risk, unknown, watch or safe
    cases: int
    files: int
    size: int
    why: FormatRisk | None

    @property
    def reason(self) -> str:
        """Why it stands so, in the language in use."""
        return "" if self.why is None else self.why.why.zh if language() == "zh" else self.why.why.en


@dataclass(frozen=True, slots=True)
class MediumAge:
    """One medium in use: years since it was added, years that its kind lasts (0: no limit), and what lies on it."""

    row: MediumRow
    years: float
    limit: int
    state: Age
    copies: int
    size: int


@dataclass(frozen=True, slots=True)
class ToolFacts:
    """A program that made copies or named formats, as the packages tell it, and as it is installed now."""

    name: str
    recorded: tuple[tuple[str, int], ...]  # version, how many files it made or named
    installed: str

    @property
    def same(self) -> bool:
        """Whether everything was made by the version that is installed."""
        return {version for version, _ in self.recorded} <= {self.installed}


@dataclass(frozen=True, slots=True)
class Superseded:
    """Versions that are not the newest of their case."""

    versions: int
    size: int
    rule: str  # keep or propose


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a risk report tells, as of one moment."""

    institution: str
    archive_id: str
    moment: datetime
    formats: tuple[FormatFacts, ...]
    media: tuple[MediumAge, ...]
    tools: tuple[ToolFacts, ...]
    outdated: tuple[tuple[str, int, int], ...]
    signatures: str
    superseded: Superseded
    preview: Preview


def gather(home: Home, catalogue: Catalogue, moment: datetime) -> Facts:
    """Read the catalogue and ask the installed programs; nothing is changed."""
    planning = read_planning(home.profiles)
    here = reidentify.installed()
    with catalogue.read() as connection:
        return Facts(
            home.settings.institution,
            home.settings.archive_id,
            moment,
            tuple(formats(connection, planning)),
            tuple(media(connection, read_media_profile(home.profiles), moment)),
            tuple(tools(connection, here)),
            tuple(reidentify.outdated(connection, here)),
            here,
            superseded(connection, planning),
            preview(connection, read_policy(home)),
        )


def formats(connection: Connection, planning: PlanningProfile) -> list[FormatFacts]:
    """Every format of the newest versions, the ones at risk first, then by bytes."""
    judged = []
    for row in format_counts.by_format(connection):
        why = _risk_of(planning, row.puid, row.name)
        level = why.level if why else "unknown"
        judged.append(
            FormatFacts(row.representation, row.puid, row.name, row.version, level, row.cases, row.files, row.size, why)
        )
    return sorted(judged, key=lambda one: (LEVELS.index(one.level), -one.size, one.puid, one.representation))


def _risk_of(planning: PlanningProfile, puid: str, name: str) -> FormatRisk | None:
    mime = mime_of(puid, name)
    return next((one for one in planning.format if one.fits(puid, mime, name)), None)


def media(connection: Connection, profile: MediaProfile, moment: datetime) -> list[MediumAge]:
    """Every medium in use, the oldest against its limit first."""
    loads = copy_counts.loads(connection)
    found = []
    for row in holdings.all_media(connection):
        if row.state != "in use":
            continue
        kind: str = row.kind
        limit = next((years for name, years in profile.years.items() if name == kind), 0)
        years = (moment - parse(row.added)).days / 365.25
        state: Age = "none" if not limit else "over" if years >= limit else "old" if years >= limit * _OLD else "young"
        load = loads.get(row.id, Load(0, 0))
        found.append(MediumAge(row, years, limit, state, load.copies, load.size))
    return sorted(found, key=lambda one: (-(one.years / one.limit if one.limit else 0), one.row.label))


def tools(connection: Connection, signatures: str) -> list[ToolFacts]:
    """Programs that made copies (by the events of the newest versions), and identifiers, against what is installed."""
    recorded: dict[str, dict[str, int]] = {}
    for named_program, count in event_index.programs(connection):
        program, _, version = named_program.partition(" ")
        recorded.setdefault(program, {})[version] = count
    found = [
        ToolFacts(name, tuple(sorted(counts.items())), _installed(name)) for name, counts in sorted(recorded.items())
    ]
    named: dict[str, dict[str, int]] = {}
    for row in format_counts.by_signatures(connection):
        for name, version in _identifiers(row.signatures).items():
            named.setdefault(name, {})[version] = named.setdefault(name, {}).get(version, 0) + row.files
    here = _identifiers(signatures)
    return found + [
        ToolFacts(name, tuple(sorted(counts.items())), here.get(name, ""))
        for name, counts in sorted(named.items())
        if name in here
    ]


def _identifiers(told: str) -> dict[str, str]:
    parts = [part.rstrip(")") + ")" for part in told.split("), ") if part]
    return {name: version for name, _, version in (part.partition(" ") for part in parts)}


def _installed(name: str) -> str:
    """The version of a program as PREMIS would name it; empty where it is not there."""
    programs = {"LibreOffice": "soffice"}
    if name == "Pillow":
        import PIL

        return str(PIL.__version__)
    if name == "preserve":
        return ""
    try:
        return version_of(programs.get(name, name)).partition(" ")[2]
    except (ToolMissing, OSError):
        return ""


def superseded(connection: Connection, planning: PlanningProfile) -> Superseded:
    """The versions that are not the newest of their case, and the rule for them."""
    count, size = versions.superseded(connection)
    return Superseded(count, size, planning.superseded)


def totals(formats: Sequence[FormatFacts]) -> dict[str, tuple[int, int]]:
    """Originals by level: files and bytes."""
    found = dict.fromkeys(LEVELS, (0, 0))
    for one in formats:
        if one.representation == "original":
            files, size = found[one.level]
            found[one.level] = files + one.files, size + one.size
    return found
