"""The description of an old case, drafted from its rows in a list and from its files; what nobody knows is marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from preserve.clock import CHINA, zone
from preserve.description.fixed_values import LegacyFact
from preserve.description.labels import KEYS
from preserve.description.vocabulary import read_vocabulary
from preserve.home import Home
from preserve.ingest.draft import case_type_of, object_of, read_drafting
from preserve.ingest.facts import Character, Kind
from preserve.ingest.legacy.records import Cell, ListedCase
from preserve.ingest.readers.camera_names import read_name

_MOST_CELLS = 20
_MOST_REST = 40
_ENDINGS: tuple[tuple[Kind, str], ...] = (
    ("video", "mp4 mov avi wmv mkv flv mts m2ts ts m4v mpg mpeg 3gp webm asf vob dav rm rmvb"),
    ("sound", "wav mp3 m4a aac amr ogg oga opus wma flac aiff"),
    ("image", "jpg jpeg png tif tiff bmp gif heic heif raw dng"),
    ("document", "pdf ofd doc docx wps xls xlsx et ppt pptx rtf odt"),
    ("text", "txt csv htm html xml json"),
    ("email", "eml msg"),
    ("archive", "zip rar 7z tar gz iso"),
)
_KINDS: dict[str, Kind] = {ending: kind for kind, endings in _ENDINGS for ending in endings.split()}
_UNKNOWN_TITLE = "（原目录无题名）"


@dataclass(frozen=True, slots=True)
class FileOfCase:
    """A file of the case by its path in what will be taken in, and what lies in it, where somebody looked."""

    name: str
    character: Character | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What all cases of a list have in common: its name, whose archive this is, the archive's own profiles, the zone
    of the cameras' clocks. `carrier`: what the files of this case lay on."""

    source: str
    institution: str
    carrier: str = ""
    profiles: Path | None = None
    zone: tzinfo = CHINA


def describe(
    case: ListedCase, files: Iterable[str | FileOfCase], home: Home, *, source: str = "", carrier: str = ""
) -> dict[str, Any]:
    """Plain data of the description of an old case; see `draft`.

    Files are given by their paths where nobody looked into them; `source` is the list's name, `carrier` what they lay
    on.
    """
    named = [FileOfCase(file) if isinstance(file, str) else file for file in files]
    settings = home.settings
    about = Circumstances(source, settings.institution, carrier, home.profiles, zone(settings.time_zone))
    return draft(case, named, about)[0]


def draft(case: ListedCase, files: Sequence[FileOfCase], about: Circumstances) -> tuple[dict[str, Any], list[Finding]]:
    """Plain data of the description's shape, with the mark of an old case, and a note for everything guessed.

    Nothing is invented: a day that the list does not give stays empty, and days of files are not taken for those of the
    case. A stage or kind of file, the type of case and the retention must have a value; where neither list nor names
    say it, it has the usual one and the mark names it.
    """
    profile = read_drafting(about.profiles)
    facts, findings = dict(case.facts), list[Finding]()
    objects = []
    for file in files:
        character = file.character or _by_name(file.name, about.zone)
        objects.append(object_of(file.name, character, profile, about.zone, findings))
    content = _content(case, objects, about, findings)
    if content["start"] and content["closed"] and content["closed"] < content["start"]:
        told = {"start": content["start"], "closed": content["closed"]}
        findings.append(Finding("legacy.days-wrong", _place(case.cells[:1]), "warning", told))
        content["note"] = "\n".join(one for one in (content["note"], _said(told)) if one)
        content["start"] = content["closed"] = None
    unknown = _not_known(case, content, {finding.code for finding in findings})
    content["legacy"] = {
        "source": f"{about.source} {_place(case.cells)}".strip()[:2000],
        "carrier": about.carrier,
        "not_known": [fact.value for fact in unknown],
        "start": "" if content["start"] else facts.get("legacy.start", ""),
        "closed": "" if content["closed"] else facts.get("legacy.closed", ""),
    }
    return content, findings


def _content(
    case: ListedCase, objects: list[dict[str, Any]], about: Circumstances, findings: list[Finding]
) -> dict[str, Any]:
    facts = case.facts
    return {
        "case_number": case.number,
        "archival_number": case.archival_number,
        "case_type": _case_type(case, about, findings),
        "title": facts.get("title") or _title(facts) or _UNKNOWN_TITLE,
        "cause": facts.get("cause", ""),
        "parties": [{"name": name} for name in _names(facts.get("parties"))],
        "officers": [{"name": name} for name in _names(facts.get("officers"))],
        "producer": {"name": facts.get("producer.name") or about.institution},
        "start": facts.get("start"),
        "closed": facts.get("closed"),
        "outcome": _outcome(facts, about),
        "classification": facts.get("classification", "internal"),
        "retention": facts.get("retention", "30-years"),
        "note": _note(case, about),
        "objects": objects,
    }


def _not_known(case: ListedCase, content: Mapping[str, Any], guessed: set[str]) -> list[LegacyFact]:
    facts = case.facts
    lacking = {
        LegacyFact.CASE_NUMBER: case.number_is != "case_number",
        LegacyFact.TITLE: not facts.get("title"),
        LegacyFact.CASE_TYPE: "case.draft-type" in guessed,
        LegacyFact.CAUSE: not content["cause"],
        LegacyFact.PRODUCER: "producer.name" not in facts,
        LegacyFact.PARTIES: not content["parties"],
        LegacyFact.OFFICERS: not content["officers"],
        LegacyFact.START: not content["start"],
        LegacyFact.CLOSED: not content["closed"],
        LegacyFact.OUTCOME: not content["outcome"],
        LegacyFact.RETENTION: "retention" not in facts,
        LegacyFact.STAGES: "case.draft-stage" in guessed,
        LegacyFact.KINDS: "case.draft-kind" in guessed,
    }
    return [fact for fact, missing in lacking.items() if missing]


def _by_name(name: str, zone: tzinfo) -> Character:
    """What a file is by its name alone, where nobody looked into it."""
    named = read_name(name, zone)
    return Character(
        _KINDS.get(name.rpartition(".")[2].lower(), "other"),
        "",
        started=named.moment if named else None,
        started_from="file-name" if named else "",
        device=named.device if named else "",
    )


def _case_type(case: ListedCase, about: Circumstances, findings: list[Finding]) -> str:
    words, profile = read_vocabulary(about.profiles), read_drafting(about.profiles)
    written = case.facts.get("case_type", "")
    if written and words.knows("case_type", name := words.name_of("case_type", written)):
        return name
    if found := case_type_of(f"{case.number} {case.facts.get('title', '')}", profile):
        return found
    told = words.label("case_type", profile.case_type)
    findings.append(Finding("case.draft-type", _place(case.cells[:1]), "note", {"type": told}))
    return profile.case_type


def _outcome(facts: Mapping[str, str], about: Circumstances) -> str | None:
    words, written = read_vocabulary(about.profiles), facts.get("outcome", "")
    name = words.name_of("outcome", written) if written else ""
    return name if name and words.knows("outcome", name) else None


def _title(facts: Mapping[str, str]) -> str:
    """Party and cause, as titles of cases are made; nothing where one of them is not known."""
    party, cause = facts.get("parties", ""), facts.get("cause", "")
    return f"{party}{cause.removesuffix('案')}案" if party and cause else ""


def _names(written: str | None) -> Iterable[str]:
    return (name for name in (written or "").split("、") if name)


def _note(case: ListedCase, about: Circumstances) -> str:
    """What the list says and no field takes is kept in its own words."""
    words, rest = read_vocabulary(about.profiles), [f"{heading}：{text}" for heading, text in case.rest.items()]
    for field in ("case_type", "outcome"):
        written = case.facts.get(field, "")
        if written and not words.knows(field, words.name_of(field, written)):
            rest.append(f"{KEYS[field]}：{written}")
    rest = rest[:_MOST_REST]
    return "\n".join(one for one in (case.facts.get("note", ""), "；".join(rest)) if one)


def _said(told: Mapping[str, Any]) -> str:
    return f"原目录：立案 {told['start']}，结案 {told['closed']}"


def _place(cells: Sequence[Cell]) -> str:
    """Sheets and rows of the list, each sheet once."""
    rows: dict[str, list[str]] = {}
    for cell in cells[:_MOST_CELLS]:
        rows.setdefault(cell.sheet, []).append(str(cell.row))
    told = "；".join(f"{sheet}!{','.join(numbers)}" for sheet, numbers in rows.items())
    return told + ("…" if len(cells) > _MOST_CELLS else "")
