"""The description of a deposit that waits: the draft that was filled in here, else the deposit's own."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from metadata.findings import Finding
from metadata.identity import readable
from preserve.description.reading import check_content, read_description
from preserve.description.schema import CaseDescription
from preserve.description.stored import plain_data
from preserve.description.vocabulary import Vocabulary, read_vocabulary
from preserve.description.writing import write_json
from preserve.description.written import in_our_words
from preserve.errors import Conflict, Refused
from preserve.home import Home
from preserve.ingest.handing_in.access import Known
from preserve.ingest.handing_in.rooms import Room
from preserve.ingest.receive import DepositProfile
from preserve.ingest.sources.folder import FolderSource
from preserve.ingest.waiting import file_of
from preserve.messages import language
from preserve.profiles import read_profile
from storage_adapters.durable import write_file

_MOST = 1000
Origin = Literal["draft", "own", "none"]


@dataclass(frozen=True, slots=True)
class Draft:
    """Plain data of a description's shape, where it is from, and what is wrong in it (`where`: the field's path).

    `version` is the digest of what was read: who saves names what was changed. `case` is None where it is
    wrong.
    """

    content: dict[str, Any] = field(repr=False)
    origin: Origin
    version: str
    findings: tuple[Finding, ...]
    case: CaseDescription | None = field(repr=False)


def draft_of(home: Home, found: Known) -> Draft:
    """The description as it stands; an empty one where there is none yet."""
    words = read_vocabulary(home.profiles)
    if found.room.draft.exists():
        data = found.room.draft.read_bytes()
        content: dict[str, Any] = json.loads(data)
        case, findings = check_content(content, {}, "", words)
        return Draft(content, "draft", hashlib.sha256(data).hexdigest(), tuple(findings), case)
    name, data = own_file(home, found.folder)
    if name:
        content, case, told = _own(home, name, data, words)
        again = check_content(content, {}, "", words)[1] if content else []  # by the fields' paths, as the form shows
        return Draft(content, "own", hashlib.sha256(data).hexdigest(), tuple(again) or told, case)
    return Draft({}, "none", "", (), None)


def own_file(home: Home, folder: Path) -> tuple[str, bytes]:
    """Name and bytes of the description that lies in a deposit; nothing where none does, or where it is too large."""
    profile = read_profile("deposit.toml", DepositProfile, home.profiles)
    file = file_of(folder, profile.description_names)
    if file is None:
        return "", b""
    try:
        return readable(file.name), FolderSource(folder).read(file.name, profile.description_limit)
    except Refused:
        return "", b""


_Read = tuple[dict[str, Any], CaseDescription | None, tuple[Finding, ...]]
_read: dict[tuple[str, str, Vocabulary, str], _Read] = {}
"""Descriptions by their digests: a list of what waits shows each again and again."""


def _own(home: Home, name: str, data: bytes, words: Vocabulary) -> _Read:
    digest = hashlib.sha256(data).hexdigest()
    key = (name, digest, words, language())
    if key not in _read:
        if len(_read) > _MOST:
            _read.clear()
        kept = _kept(home) / f"{digest}.json"
        _read[key] = _once_read(kept, words) or _parsed(name, data, words)
        content, case, findings = _read[key]
        drafted = any(one.code.startswith("reading.") for one in findings)  # said anew each time, and not kept
        if case is not None and name.lower().endswith(".xlsx") and not drafted and not kept.exists():
            with suppress(OSError):
                kept.parent.mkdir(parents=True, exist_ok=True)
                write_file(kept, json.dumps(content, ensure_ascii=False).encode())
    return _read[key]


def _kept(home: Home) -> Path:
    """Where sound workbooks lie as plain data: to read one takes a tenth of a second, and a share may hold hundreds."""
    return home.waiting / "read"


def _once_read(kept: Path, words: Vocabulary) -> _Read | None:
    """What was read before, where it is still sound by the words of today; else the workbook is read again."""
    try:
        content: dict[str, Any] = json.loads(kept.read_bytes())
    except (OSError, ValueError):
        return None
    case, findings = check_content(content, {}, "", words)
    return (content, case, tuple(findings)) if case is not None else None


def forget_read(home: Home, seconds: float) -> None:
    """Take away what was read so long ago."""
    for path in _kept(home).iterdir() if _kept(home).is_dir() else ():
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > seconds:
                path.unlink()


def _parsed(name: str, data: bytes, words: Vocabulary) -> _Read:
    case, findings = read_description(name, data, words)
    content = plain_data(case.model_dump_json()) if case is not None else _as_written(name, data, words)
    return content, case, tuple(findings)


def _as_written(name: str, data: bytes, words: Vocabulary) -> dict[str, Any]:
    """What stands in a description with mistakes, as far as it can be read, so that it can be mended in the form."""
    import tomllib

    from preserve.description.sheets import read_workbook

    try:
        if name.lower().endswith(".xlsx"):
            content: Any = read_workbook(data).content
        elif name.lower().endswith(".toml"):
            content = tomllib.loads(data.decode("utf-8-sig"))
        else:
            content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
    ours = json.loads(write_json(in_our_words(content, words))) if isinstance(content, dict) else {}
    return ours if isinstance(ours, dict) else {}


def read_sent(home: Home, name: str, data: bytes) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """A description that somebody sent as a file: its content and mistakes. Raises Refused where there is none."""
    content, _, findings = _own(home, name, data, read_vocabulary(home.profiles))
    if not content:
        raise Refused("deposit.import-refused", name, findings=findings)
    return content, findings


def keep(home: Home, room: Room, content: dict[str, Any], seen: str, now: str) -> None:
    """Keep a draft; `seen` is the version that was changed, `now` the one that is there.

    Raises Conflict where somebody else changed it in between.
    """
    if seen != now:
        raise Conflict("deposit.draft-changed", room.id)
    ours = in_our_words(content, read_vocabulary(home.profiles))
    room.put(room.draft, write_json(ours).encode("utf-8", "backslashreplace"))
