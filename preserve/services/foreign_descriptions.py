"""Descriptions that others have already: of each case in a package of several, and of what a case system exported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metadata.names import one_name, safe_names
from preserve.clock import CHINA, zone
from preserve.description.vocabulary import read_vocabulary
from preserve.description.workbook import write_workbook
from preserve.description.writing import write_json, write_toml
from preserve.errors import Refused, UsageError
from preserve.home import Home
from preserve.ingest.case_systems.describing import read_export
from preserve.ingest.case_systems.profile import read_systems
from preserve.ingest.draft import read_drafting
from preserve.ingest.foreign.drafting import cases_at, draft_package
from preserve.ingest.foreign.several import number_of
from preserve.ingest.sources.folder import FolderSource
from preserve.outputs import check_new, new_file
from preserve.services.documents import FindingShown
from preserve.services.operation import command
from preserve.services.preparation import home_of
from preserve.services.session import Session

_READS = "writes drafts of what lies in a package or an export that whoever asks can read"
FORMS = (".xlsx", ".toml", ".json")


@dataclass(frozen=True, slots=True)
class CaseDrafted:
    """One case of a package: its number, the description to complete, how many files, what was guessed."""

    number: str
    path: Path
    files: int
    findings: tuple[FindingShown, ...]


@dataclass(frozen=True, slots=True)
class CasesDrafted:
    """The descriptions of all cases of a package, each in a file of its own."""

    package: Path
    cases: tuple[CaseDrafted, ...]


@command("deposits.describe_cases", needs="nothing", open_to_all=_READS)
def describe_cases(session: Session, package: Path, folder: Path, *, place: Path | None = None) -> CasesDrafted:
    """Draft the description of each case in a package into a folder, as workbooks; each case is taken in with its own.

    Never over a file. Raises UsageError where it is no package of another system, Refused.
    """
    home = home_of(place)
    own = home.profiles if home else None
    found = list(cases_at(package, own))
    if not found:
        raise UsageError("foreign.no-package", str(package))
    numbers = [number_of(described) or str(order) for order, (described, _) in enumerate(found, 1)]
    targets = [folder / f"{name}.xlsx" for name in safe_names(map(one_name, numbers))]
    for target in targets:
        check_new(target.absolute(), home)
    where, institution = _bureau(home)
    drafted = []
    for number, target, (_, deposit) in zip(numbers, targets, found, strict=True):
        content, findings = draft_package(deposit, own, where, institution)
        _write(target, content, home)
        drafted.append(CaseDrafted(number, target, len(content["objects"]), tuple(findings)))
    return CasesDrafted(package, tuple(drafted))


@dataclass(frozen=True, slots=True)
class ExportRead:
    """What an export says: by which system's mapping, the description to complete, the files that it names."""

    system: str
    path: Path
    files: tuple[str, ...]
    findings: tuple[FindingShown, ...]


@command("deposits.describe_export", needs="nothing", open_to_all=_READS)
def describe_export(
    session: Session, export: Path, system: str, target: Path | None = None, *, place: Path | None = None
) -> ExportRead:
    """The description that the export of a case system says, by the mapping of that name in `case_systems.toml`.

    Written beside the export as a workbook, or as `target` (.xlsx, .toml or .json), never over a file. Raises NotFound
    where there is no such mapping, Refused where the export does not fit it.
    """
    home = home_of(place)
    own = home.profiles if home else None
    path = target or export.with_name(f"{export.name}.案卷.xlsx")
    check_new(path.absolute(), home)
    if path.suffix.lower() not in FORMS:
        raise Refused("cli.describe-kind", str(path))
    where, institution = _bureau(home)
    data = FolderSource(export.parent).read(export.name, read_systems(own).largest)
    found = read_export(export.name, data, own, system=system, zone=where, institution=institution)
    assert found is not None, "a named mapping fits or raises"
    _write(path, found.content, home)
    return ExportRead(found.system.name, path, found.files, tuple(found.findings))


def _bureau(home: Home | None) -> Any:
    return (zone(home.settings.time_zone), home.settings.institution) if home else (CHINA, "")


def _write(path: Path, content: dict[str, Any], home: Home | None) -> None:
    own = home.profiles if home else None
    form = path.suffix.lower()
    with new_file(path.absolute(), home) as part:
        if form == ".xlsx":
            write_workbook(part, content, read_vocabulary(own), volumes=read_drafting(own).volumes.divide)
        else:
            part.write_text(write_toml(content) if form == ".toml" else write_json(content), encoding="utf-8")
