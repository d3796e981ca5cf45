"""Folders of cases that wait to be taken in: which there are, and by when each must be filed (regulation Art. 16)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from metadata.identity import readable
from preserve.description.reading import read_description
from preserve.description.vocabulary import read_vocabulary
from preserve.home import Home
from preserve.ingest.receive import DepositProfile
from preserve.ingest.rules.filed_in_time import filing_due
from preserve.ingest.rules.profile import read_case_type, read_rules
from preserve.profiles import read_profile
from preserve.working_days import read_calendar, working_days_between

_ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2")

Standing = Literal["late", "soon", "in-time", "unknown"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """One case that waits: `due` None where the description cannot be read; `days` working days left, or over."""

    path: Path
    case_number: str
    title: str
    closed: date | None
    due: date | None
    certain: bool
    days: int
    standing: Standing
    reason: str


def cases_in(folder: Path, home: Home) -> list[Path]:
    """The deposits directly below a folder that is none itself; a deposit comes back alone.

    A folder counts as a deposit when a case description, `bagit.txt`, METS or the statement of a hand-over lies in it.
    """
    names = read_profile("deposit.toml", DepositProfile, home.profiles).description_names
    if not folder.is_dir() or _is_deposit(folder, names):
        return [folder]
    found = [
        path
        for path in sorted(folder.iterdir())
        if not path.name.startswith(".")
        and ((path.is_dir() and not path.is_symlink() and _is_deposit(path, names)) or path.name.endswith(_ARCHIVES))
    ]
    return found or [folder]


def _is_deposit(folder: Path, names: Iterable[str]) -> bool:
    return file_of(folder, (*names, "bagit.txt", "METS.xml", "mets.xml", "说明文件.TXT")) is not None


def file_of(folder: Path, names: Iterable[str]) -> Path | None:
    """The file of one of these names, the first that there is; in whatever bytes its name is written."""
    wanted = list(names)
    if found := next((folder / name for name in wanted if (folder / name).is_file()), None):
        return found
    try:
        return next((path for path in folder.iterdir() if readable(path.name) in wanted and path.is_file()), None)
    except OSError:
        return None


def deadlines(home: Home, folders: Iterable[Path], today: date) -> Iterator[Deadline]:
    """When each waiting case must be filed. Cases in archives and bags, whose description is packed, are unknown."""
    words = read_vocabulary(home.profiles)
    rule, calendar = read_rules(home.profiles, words).filing, read_calendar(home.profiles)

    names = read_profile("deposit.toml", DepositProfile, home.profiles).description_names
    for folder in folders:
        for path in cases_in(folder, home):
            file = file_of(path, names)
            case = read_description(readable(file.name), file.read_bytes(), words)[0] if file else None
            if case is None:
                yield Deadline(path, "", "", None, None, False, 0, "unknown", "")
                continue
            filing = filing_due(case, read_case_type(case.case_type, home.profiles, words), rule, calendar)
            if filing is None:
                yield Deadline(path, case.case_number, case.title, None, None, False, 0, "unknown", "")
                continue
            due, certain = filing.due, filing.certain
            late = today > due
            days = working_days_between(calendar, *((due, today) if late else (today, due)))[0]
            standing: Standing = "late" if late else "soon" if days <= rule.soon_working_days else "in-time"
            yield Deadline(
                path,
                case.case_number,
                case.title,
                filing.counted_from,
                due,
                certain,
                days,
                standing,
                case.late_filing_reason,
            )
