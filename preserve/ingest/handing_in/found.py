"""What the last check of a waiting deposit found, kept beside it: which description it looked at stands with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, cast

from metadata.findings import Finding
from preserve.data_management.journal import findings_text, read_findings
from preserve.ingest.handing_in.rooms import Record, Room, today

Verdict = Literal["complete", "explained", "warning", "error", "refuse"]


@dataclass(frozen=True, slots=True)
class Found:
    """The result of one check. `version` is that of the description (`described.Draft`); sizes are bytes."""

    checked: str
    version: str
    verdict: Verdict
    needed: int
    room: int
    free: int
    findings: tuple[Finding, ...]


def keep_found(
    room: Room, version: str, verdict: str, sizes: tuple[int, int, int], findings: tuple[Finding, ...]
) -> None:
    """Keep it instead of the one before; `sizes`: what the package needs, what must be free, what is free."""
    head = {"checked": today(), "version": version, "verdict": verdict, "sizes": sizes}
    told = json.dumps({**head, "findings": json.loads(findings_text(findings))}, ensure_ascii=False)
    room.put(room.found, told.encode("utf-8", "backslashreplace"))


def read_found(room: Room, version: str | None) -> Found | None:
    """The last check; with a `version` only where it looked at that. None where there was none."""
    try:
        told = json.loads(room.found.read_bytes())
    except (OSError, ValueError):
        return None
    if version is not None and told["version"] != version:
        return None
    needed, space, free = told["sizes"]
    findings = tuple(read_findings(json.dumps(told["findings"])))
    return Found(told["checked"], told["version"], cast(Verdict, told["verdict"]), needed, space, free, findings)


def needs_answer(room: Room, record: Record) -> bool:
    """Whether it is with the archivists and the last check found an error, for which a head must answer (Art. 16)."""
    there = record.state == "handed-in" or (record.kind == "inbox" and record.state == "draft")
    found = read_found(room, None) if there else None
    return found is not None and found.verdict == "error"
