"""Drafts a case description from what a folder shows by itself; what was guessed is said, a person completes it."""

from __future__ import annotations

import re
from datetime import tzinfo
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from metadata.findings import Finding
from preserve.clock import CHINA
from preserve.description.labels import label_of
from preserve.description.schema import Stage
from preserve.description.vocabulary import CaseTypeName, read_vocabulary
from preserve.ingest.characterise import characterise
from preserve.ingest.facts import Character
from preserve.ingest.identify import identify_many
from preserve.ingest.receive import DepositProfile
from preserve.ingest.sources.folder import FolderSource
from preserve.profiles import read_profile

_BATCH = 200
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,10}[〔\[(（]20\d\d[〕\])）]第?\d{1,5}号")


class KindWords(BaseModel):
    """Words that stand for a kind of document."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: tuple[str, ...]
    kind: str


class DraftingProfile(BaseModel):
    """`profiles/drafting.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case_type: CaseTypeName
    case_types: dict[CaseTypeName, tuple[str, ...]] = {}
    stages: dict[Stage, tuple[str, ...]]
    kind: tuple[KindWords, ...]
    by_kind_of_file: dict[str, str]


def draft(folder: Path, own: Path | None = None, zone: tzinfo = CHINA) -> tuple[dict[str, Any], list[Finding]]:
    """Plain data of the description's shape, and a note for everything guessed or left for a person.

    `own`: the archive's own profiles; `zone`: where the cameras' clocks run. Raises Refused when the folder cannot be
    read; nothing in it is changed.
    """
    words = read_vocabulary(own)
    profile = read_profile("drafting.toml", DraftingProfile, own, {"vocabulary": words})
    deposit = read_profile("deposit.toml", DepositProfile, own)
    entries = [
        entry
        for entry in FolderSource(folder).entries()
        if entry.kind == "file"
        and entry.path not in deposit.description_names
        and entry.path.rpartition("/")[2] not in deposit.litter
    ]
    findings: list[Finding] = []
    objects: list[dict[str, Any]] = []
    for start in range(0, len(entries), _BATCH):
        batch = [(folder / entry.path, entry.path, entry.size) for entry in entries[start : start + _BATCH]]
        for (path, name, _), found in zip(batch, identify_many(batch), strict=True):
            objects.append(_object(name, characterise(path, found, name, zone), profile, zone, findings))
    content: dict[str, Any] = {
        "case_number": _case_number(folder, entries),
        "archival_number": "",
        "case_type": "",
        "title": folder.name,
        "cause": "",
        "producer": {"name": ""},
        "start": None,
        "closed": None,
        "classification": "internal",
        "retention": "30-years",
        "objects": objects,
    }
    kind = _case_type(f"{content['case_number']} {folder.name}", profile)
    content["case_type"] = kind or profile.case_type
    label = words.label("case_type", content["case_type"])
    if not kind:
        findings.append(Finding("case.draft-type", "", "note", {"type": label}))
    days = sorted(one["date"] for one in objects if one.get("date"))
    if days:
        content["start"], content["closed"] = days[0], days[-1]
        findings.append(Finding("case.draft-dates", "", "note", {"start": days[0], "closed": days[-1]}))
    if not content["case_number"]:
        findings.append(Finding("case.draft-no-number", "", "note"))
    findings.append(Finding("case.draft-complete", "", "note", {"count": len(objects)}))
    return content, findings


def _case_type(told: str, profile: DraftingProfile) -> str:
    """The type of case that its number or the folder's name speaks of, or nothing."""
    return next((kind for kind, words in profile.case_types.items() if any(word in told for word in words)), "")


def _case_number(folder: Path, entries: Any) -> str:
    for text in (folder.name, *(entry.path for entry in entries)):
        if match := _NUMBER.search(text):
            return match[0]
    return ""


def _object(
    name: str, character: Character, profile: DraftingProfile, zone: tzinfo, findings: list[Finding]
) -> dict[str, Any]:
    stage, sure = _stage(name, profile)
    if not sure:
        findings.append(Finding("case.draft-stage", name, "note", {"stage": label_of(stage)}))
    last = name.rpartition("/")[2]
    kind = next((row.kind for row in profile.kind if any(word in last for word in row.words)), "")
    if not kind:
        kind = profile.by_kind_of_file.get(character.kind, profile.by_kind_of_file["other"])
        findings.append(Finding("case.draft-kind", name, "note", {"kind": kind}))
    findings += [finding for finding in character.findings if finding.code == "format.moments-differ"]
    made: dict[str, Any] = {"file": name, "kind": kind, "stage": stage.value, "title": last.rpartition(".")[0] or last}
    if character.started is not None:
        local = character.started.astimezone(zone)
        made["date"] = local.date().isoformat()
        if character.kind in ("video", "sound"):
            made["recording_start"] = local.replace(tzinfo=None).isoformat()
    if character.device and character.kind in ("video", "sound"):
        made["device"] = character.device
    return made


def _stage(name: str, profile: DraftingProfile) -> tuple[Stage, bool]:
    """The stage by the nearest folder that says one, then by the file's own name; else investigation, as a guess."""
    parts = name.split("/")
    for part in (*reversed(parts[:-1]), parts[-1]):
        for stage, words in profile.stages.items():
            if any(word in part for word in words):
                return stage, True
    return Stage.INVESTIGATION, False
