"""From an export to a description that can be checked: its system found, its words completed, its files found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

from metadata.bag_names import name_key
from metadata.findings import Finding
from preserve.clock import CHINA
from preserve.description.fixed_values import Stage
from preserve.errors import NotFound, Refused
from preserve.ingest.case_systems.mapping import Mapped, cases_in, mapped
from preserve.ingest.case_systems.profile import System, read_systems
from preserve.ingest.case_systems.trees import form_of, tree_of
from preserve.ingest.draft import DraftingProfile, case_type_of, read_drafting, stage_of

_SHOWN = 20
_STAGES = {stage.value for stage in Stage}


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export says of one case: `content` in the shape of a description, `files` as the export names them."""

    system: System
    content: dict[str, Any]
    files: tuple[str, ...]
    findings: tuple[Finding, ...]


def read_export(
    name: str, data: bytes, own: Path | None, *, system: str = "", zone: tzinfo = CHINA, institution: str = ""
) -> Exported | None:
    """The description in an export; None where it is no export of a system that is known here.

    `system` names the mapping. Raises NotFound where there is none of that name, Refused where the export cannot be
    read, is not of that system, or holds several cases.
    """
    profile = read_systems(own)
    form = form_of(name)
    if system and profile.named(system) is None:
        raise NotFound("foreign.no-mapping", system, names=", ".join(one.name for one in profile.system))
    candidates = [one for one in profile.system if form in one.forms and system in ("", one.name)]
    if len(data) > profile.largest or not candidates:
        if system:
            raise Refused("foreign.export-kind", name)
        return None
    tree = tree_of(name, data)
    for one in candidates:
        cases = cases_in(tree, one)
        if len(cases) > 1:
            raise Refused("foreign.several-exported", name, count=len(cases))
        if cases:
            found = mapped(cases[0], one, zone)
            _complete(found, name, one, read_drafting(own), institution)
            return Exported(one, found.content, tuple(found.files), tuple(_told(found, name, one)))
    if system:
        raise Refused("foreign.not-of-system", name, system=system)
    return None


def _complete(found: Mapped, name: str, system: System, words: DraftingProfile, institution: str) -> None:
    """Stages and kinds in our words, what every description has, and the export itself as one of the files."""
    content = found.content
    told = f"{content.get('case_number', '')} {content.get('title', '')}"
    content.setdefault("case_type", case_type_of(told, words) or words.case_type)
    content.setdefault("producer", {"name": institution})
    rows = content.setdefault("objects", [])
    for row in rows:
        title = str(row.get("title") or row.get("file", "").rpartition("/")[2])
        stage = str(row.get("stage", ""))
        if stage not in _STAGES:
            row["stage"] = stage_of(f"{stage}/{title}", words)[0].value
        row.setdefault("kind", next((kind.kind for kind in words.kind if kind.names(title)), title or "其他材料"))
    rows[:] = [row for row in rows if row.get("file")]
    rows.append({"file": name, "kind": system.kind, "stage": Stage.FILING.value, "title": system.label})


def _told(found: Mapped, name: str, system: System) -> Iterable[Finding]:
    values: dict[str, str | int | float] = {"system": system.label, "name": system.name, "files": len(found.files)}
    yield Finding("foreign.mapped", name, "note", values)
    if found.unknown:
        names = ", ".join(found.unknown[:_SHOWN])
        yield Finding("foreign.not-mapped", name, "warning", {"count": len(found.unknown), "names": names})
    for field, written in found.odd.items():
        yield Finding("foreign.code-unknown", name, "warning", {"field": field, "written": written[:200]})


def with_files(content: dict[str, Any], paths: Iterable[str]) -> tuple[dict[str, Any], list[Finding]]:
    """The description with the files that lie there: a name without folders means the one file of that name.

    What is not there stays as it is named, and is told when the description is held against the deposit; of a name that
    several files have nobody can say which is meant.
    """
    known: set[str] = set()
    alike: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        known.add(name_key(path))
        alike[name_key(path.rpartition("/")[2])].append(path)
    findings: list[Finding] = []
    rows = []
    for row in content["objects"]:
        file = str(row["file"])
        found: Sequence[str] = alike.get(name_key(file.rpartition("/")[2]), ())
        if name_key(file) not in known and len(found) == 1:
            row = {**row, "file": found[0]}
        elif name_key(file) not in known and len(found) > 1:
            findings.append(Finding("foreign.file-ambiguous", file, "warning", {"names": ", ".join(found[:5])}))
        rows.append(row)
    return {**content, "objects": rows}, findings
