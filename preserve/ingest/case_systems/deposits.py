"""A deposit whose only description is what a case system exported: read by its mapping, without anybody's retyping."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from metadata.identity import readable, tidy
from preserve.clock import zone
from preserve.description.writing import write_json
from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.case_systems.describing import Exported, read_export, with_files
from preserve.ingest.case_systems.profile import read_systems
from preserve.ingest.case_systems.trees import form_of
from preserve.ingest.handed import Handed
from preserve.ingest.opening import listed, open_source, top_of
from preserve.ingest.receive import DepositProfile
from preserve.profiles import read_profile

_MOST = 10  # files at the top that are opened to see whether they are exports


def described_by_export(home: Home, given: Handed, profile: DepositProfile) -> Handed | None:
    """The same deposit with the description that the one export at its top says; None where there is none."""
    found = _export_in(given.path, profile, home.profiles, zone(home.settings.time_zone), home.settings.institution)
    if found is None:
        return None
    return Handed(given.path, write_json(found.content).encode(), given.digests, (*given.findings, *found.findings))


def over_a_draft(
    content: dict[str, Any], folder: Path, own: Path | None, where: tzinfo, institution: str
) -> tuple[dict[str, Any], list[Finding]]:
    """A draft of what a folder shows, with what an export in it says above that, and what is to be said of it.

    An export that cannot be used is told, and the draft stays as it is.
    """
    profile = read_profile("deposit.toml", DepositProfile, own)
    try:
        found = _export_in(folder, profile, own, where, institution)
    except Refused as error:
        return content, [Finding(error.code, error.where, "warning", dict(error.values))]
    if found is None:
        return content, []
    said = {tidy(str(row["file"])): row for row in found.content["objects"]}
    rows = [{**row, **said.pop(tidy(str(row["file"])), {})} for row in content["objects"]]
    told = {name: value for name, value in found.content.items() if value not in ("", {"name": ""})}
    return {**content, **told, "objects": [*rows, *said.values()]}, list(found.findings)


def _export_in(
    path: Path, profile: DepositProfile, own: Path | None, where: tzinfo, institution: str
) -> Exported | None:
    """What the one export at the top of a deposit says, its files by their paths there. Raises Refused."""
    source = open_source(path)
    entries, _, _ = listed(path, source, profile)
    top, bag = top_of(entries, profile)
    names = [entry.path for entry in entries if entry.path.startswith(top)]
    if bag:
        top += "data/"
        names = [path for path in names if path.startswith(top)]
    tops = {path.partition("/")[0] for path in (path.removeprefix(top) for path in names)}
    if len(tops) == 1 and all("/" in path.removeprefix(top) for path in names):
        return None  # one folder around all: the description's names would not be the deposit's
    limit = read_systems(own).largest
    asked = {
        entry.path
        for entry in entries
        if entry.path in set(names) and "/" not in entry.path.removeprefix(top) and form_of(entry.path)
        if entry.size <= limit
    }
    found: list[Exported] = []
    for entry, stream in source.stream(lambda entry: entry.path in asked) if len(asked) <= _MOST else ():
        exported = _read(own, where, institution, readable(entry.path.removeprefix(top)), stream.read(limit + 1))
        found += [exported] if exported is not None else []
    if len(found) > 1:
        raise Refused(
            "sip.many-descriptions", names=", ".join(str(one.content["objects"][-1]["file"]) for one in found)
        )
    if not found:
        return None
    content, findings = with_files(found[0].content, (readable(path.removeprefix(top)) for path in names))
    return replace(found[0], content=content, findings=(*found[0].findings, *findings))


def _read(own: Path | None, where: tzinfo, institution: str, name: str, data: bytes) -> Exported | None:
    """What one file says, if it is an export; a file that cannot be read is none."""
    try:
        return read_export(name, data, own, zone=where, institution=institution)
    except Refused as error:
        if error.code == "foreign.several-exported":
            raise
        return None
