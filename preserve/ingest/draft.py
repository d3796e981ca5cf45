"""Drafts a case description from what a folder shows by itself; what was guessed is said, a person completes it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import tzinfo
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from metadata.findings import Finding
from metadata.identity import names_apart, readable
from preserve.clock import CHINA
from preserve.description.fixed_values import Stage, Volume
from preserve.description.labels import label_of
from preserve.description.vocabulary import CaseTypeName, read_vocabulary
from preserve.ingest.aliases import aliases
from preserve.ingest.characterise import characterise
from preserve.ingest.facts import Character
from preserve.ingest.identify import identify_many
from preserve.ingest.litter import told
from preserve.ingest.receive import DepositProfile
from preserve.ingest.sources import Entry
from preserve.ingest.sources.folder import FolderSource
from preserve.machine_reading.fields import LabelName
from preserve.profiles import read_profile

BATCH = 200
"""So many files are looked at together."""
_AROUND = re.compile(r"^[\d\s._()（）、\-—]+|[\d\s._()（）、\-—]+$")
_NAME_OF_PAPER = re.compile(r"^[\u4e00-\u9fff（）、]{3,30}$")
_ENDS_OF_PAPERS = ("表", "书", "证", "单", "函", "笔录", "记录", "报告", "通知", "收据", "票据")
_NO_NAMES = ("扫描", "图片", "照片", "文档", "新建", "未命名", "微信", "截图", "附件", "副本", "下载")
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,10}[〔\[(（]20\d\d[〕\])）]第?\d{1,5}号")


class KindWords(BaseModel):
    """Words that stand for a kind of document."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    words: tuple[str, ...]
    but: tuple[str, ...] = Field((), alias="not")
    kind: str

    def names(self, text: str) -> bool:
        """Whether a name speaks of this kind and of none that only looks like it."""
        return any(word in text for word in self.words) and not any(word in text for word in self.but)


class Volumes(BaseModel):
    """Whether the bureau divides its files into 正卷 and 副卷, and the words that propose the second."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    divide: bool = False
    inner: tuple[str, ...] = ()
    but: tuple[str, ...] = Field((), alias="not")


class DraftingProfile(BaseModel):
    """`profiles/drafting.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case_type: CaseTypeName
    case_types: dict[CaseTypeName, tuple[str, ...]] = {}
    stages: dict[Stage, tuple[str, ...]]
    kind: tuple[KindWords, ...]
    by_kind_of_file: dict[str, str]
    volumes: Volumes = Volumes()
    labels: dict[LabelName, tuple[str, ...]] = {}


def read_drafting(own: Path | None) -> DraftingProfile:
    """The archive's own words for drafts, else the shipped ones. Raises Refused for a wrong profile.

    Labels of papers, which came later, are the shipped ones where an own profile names none.
    """
    profile = read_profile("drafting.toml", DraftingProfile, own, {"vocabulary": read_vocabulary(own)})
    if profile.labels or own is None:
        return profile
    shipped = read_profile("drafting.toml", DraftingProfile, None, {"vocabulary": read_vocabulary(None)})
    return profile.model_copy(update={"labels": shipped.labels})


def draft(
    folder: Path, own: Path | None = None, zone: tzinfo = CHINA, institution: str = ""
) -> tuple[dict[str, Any], list[Finding]]:
    """Plain data of the description's shape, and a note for everything guessed or left for a person.

    `own`: the archive's own profiles; `zone`: where the cameras' clocks run; `institution`: whose archive it is. Titles
    stay empty: the kind stands for them, and no paper bears the name that a scanner gave. Raises Refused when the
    folder cannot be read; nothing in it is changed.
    """
    findings: list[Finding] = []
    within = payload_of(folder)
    files = files_of_case(within, read_profile("deposit.toml", DepositProfile, own), findings)
    names = list(names_apart(entry.path for entry in files).values())
    with aliases(within) as alias:
        there = (Path(alias(entry.path, name)) for entry, name in zip(files, names, strict=True))
        seen = ((path, name, entry.size) for path, name, entry in zip(there, names, files, strict=True))
        objects = rows_of(seen, own, zone, findings)
    title = readable(folder.name)
    content = around(objects, (title, *names), title, own, findings)
    return {**content, "producer": {"name": institution}}, findings


def rows_of(
    files: Iterable[tuple[Path, str, int]], own: Path | None, zone: tzinfo, findings: list[Finding]
) -> list[dict[str, Any]]:
    """A row for each file: where it can be opened, its name, its size. `BATCH` of them are drawn at a time, and each
    must be there until the next batch is drawn.
    """
    profile = read_drafting(own)
    objects: list[dict[str, Any]] = []
    waiting = iter(files)
    while batch := list(islice(waiting, BATCH)):
        for (path, name, _), found in zip(batch, identify_many(batch), strict=True):
            objects.append(object_of(name, characterise(path, found, name, zone), profile, zone, findings))
    return objects


def around(
    objects: list[dict[str, Any]], texts: Iterable[str], title: str, own: Path | None, findings: list[Finding]
) -> dict[str, Any]:
    """The draft of a case around its files; its number is looked for in the texts, which are names."""
    words, profile = read_vocabulary(own), read_drafting(own)
    content: dict[str, Any] = {
        "case_number": _case_number(texts),
        "archival_number": "",
        "case_type": "",
        "title": title,
        "cause": "",
        "producer": {"name": ""},
        "start": None,
        "closed": None,
        "outcome": None,
        "classification": "internal",
        "retention": "30-years",
        "objects": objects,
    }
    kind = case_type_of(f"{content['case_number']} {title}", profile)
    content["case_type"] = kind or profile.case_type
    if not kind:
        label = words.label("case_type", content["case_type"])
        findings.append(Finding("case.draft-type", "", "note", {"type": label}))
    days = sorted(one["date"] for one in objects if one.get("date"))
    if days:
        content["start"], content["closed"] = days[0], days[-1]
        findings.append(Finding("case.draft-dates", "", "note", {"start": days[0], "closed": days[-1]}))
    if not content["case_number"]:
        findings.append(Finding("case.draft-no-number", "", "note"))
    if inner := sum(one.get("volume") == Volume.INNER.value for one in objects):
        findings.append(Finding("case.draft-volume", "", "note", {"count": inner, "volume": label_of(Volume.INNER)}))
    findings.append(Finding("case.draft-complete", "", "note", {"count": len(objects)}))
    return content


def case_type_of(told: str, profile: DraftingProfile) -> str:
    """The type of case that its number or the folder's name speaks of, or nothing."""
    return next((kind for kind, words in profile.case_types.items() if any(word in told for word in words)), "")


def payload_of(folder: Path) -> Path:
    """The folder that holds the case's files: of a BagIt bag its payload (RFC 8493 §2.1), as ingest names them."""
    is_bag = (folder / "bagit.txt").is_file() and (folder / "data").is_dir() and not (folder / "data").is_symlink()
    return folder / "data" if is_bag else folder


def files_of_case(folder: Path, deposit: DepositProfile, findings: list[Finding]) -> list[Entry]:
    """The files of the case: no description of it, and nothing that programs leave behind, which is told."""
    source = FolderSource(folder)
    entries = [entry for entry in source.entries() if entry.kind == "file"]
    left = deposit.sweeper.sweep(source, entries)
    if left:
        findings.append(told([entry for entry in entries if entry.path in left]))
    kept = (entry for entry in entries if entry.path not in left)
    return [entry for entry in kept if readable(entry.path) not in deposit.description_names]


def _case_number(texts: Iterable[str]) -> str:
    for text in texts:
        if match := _NUMBER.search(text):
            return match[0]
    return ""


def object_of(
    name: str, character: Character, profile: DraftingProfile, zone: tzinfo, findings: list[Finding]
) -> dict[str, Any]:
    """The row of one file, as its name and what lies in it say; what was guessed is added to `findings`."""
    stage, sure = stage_of(name, profile)
    if not sure:
        findings.append(Finding("case.draft-stage", name, "note", {"stage": label_of(stage)}))
    last = name.rpartition("/")[2]
    kind = next((row.kind for row in profile.kind if row.names(last)), "")
    if not kind and character.kind in ("document", "text", "image"):
        kind = _own_words(last, picture=character.kind == "image")
        if kind:
            findings.append(Finding("case.draft-kind", name, "note", {"kind": kind}))
    if not kind:
        kind = profile.by_kind_of_file.get(character.kind, profile.by_kind_of_file["other"])
        findings.append(Finding("case.draft-kind", name, "note", {"kind": kind}))
    findings += [finding for finding in character.findings if finding.code == "format.moments-differ"]
    made: dict[str, Any] = {"file": name, "kind": kind, "stage": stage.value}
    if profile.volumes.divide and _inner(last, kind, profile.volumes):
        made["volume"] = Volume.INNER.value
    if character.started is not None:
        local = character.started.astimezone(zone)
        made["date"] = local.date().isoformat()
        if character.kind in ("video", "sound"):
            made["recording_start"] = local.replace(tzinfo=None).isoformat()
    if character.device and character.kind in ("video", "sound"):
        made["device"] = character.device
    return made


def _inner(name: str, kind: str, volumes: Volumes) -> bool:
    """Whether a paper is proposed for the internal volume; a person decides."""
    told = f"{kind} {name}"
    return any(word in told for word in volumes.inner) and not any(word in told for word in volumes.but)


def stage_of(name: str, profile: DraftingProfile) -> tuple[Stage, bool]:
    """The stage by the nearest folder that says one, then by the file's own name; else investigation, as a guess."""
    parts = name.split("/")
    for part in (*reversed(parts[:-1]), parts[-1]):
        # The longest word says most: 调查终结报告 speaks of the end of the investigation and not of 调查.
        words = [(len(word), stage) for stage, words in profile.stages.items() for word in words if word in part]
        if words:
            return max(words, key=lambda found: found[0])[1], True
    return Stage.INVESTIGATION, False


def _own_words(name: str, *, picture: bool) -> str:
    """What a paper calls itself in its name, without numbers around it; nothing where that is no name of a paper.

    A `picture` is one of a paper only where its name ends as those of papers do.
    """
    stem = _AROUND.sub("", unicodedata.normalize("NFC", name.rpartition(".")[0] or name))
    if not _NAME_OF_PAPER.match(stem) or any(word in stem for word in _NO_NAMES):
        return ""
    return stem if not picture or stem.endswith(_ENDS_OF_PAPERS) else ""
