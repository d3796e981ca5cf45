"""A case of a campaign as a deposit: its files where they lie, its description beside them, and where all came from."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from metadata.findings import Finding, Value
from metadata.identity import readable
from preserve.ingest.handed import Accession, Handed
from preserve.ingest.legacy.carriers import CarrierFiles
from preserve.ingest.legacy.case_files import CaseFiles, Gathered
from preserve.ingest.legacy.plans import Plan
from preserve.ingest.legacy.records import BadRange, Carrier, ListedCase
from preserve.ingest.legacy.streams import CarrierStream
from preserve.ingest.sources.composed import ComposedSource, Member
from preserve.messages import say

PAPER = "carriers.json"
"""Under this name the package's documentation holds where each of its files lay."""
_NAMED = 200


def hand(
    nominal: Path, plan: Plan, number: int, files: CaseFiles, places: Mapping[str, CarrierFiles], description: bytes
) -> Handed:
    """The deposit of one case. `nominal` names it; `places` are the carriers that are here, by their names in the plan.

    What the plan read already must read the same again. Raises Refused where a carrier cannot be listed.
    """
    order = {carrier.id: at for at, carrier in enumerate(plan.carriers)}
    members = tuple(
        Member(
            one.path,
            one.file.size,
            one.file.modified_ns,
            (order[one.file.carrier], places[one.file.carrier].order(one.file.path)),
            partial(_open, places[one.file.carrier], one),
        )
        for one in files.files
    )
    known = {
        one.path: digest
        for one in files.files
        if not one.gaps and (digest := plan.digests.get((one.file.carrier, one.file.path)))
    }
    carriers = [carrier for carrier in plan.carriers if carrier.id in _concerned(files)]
    accession = Accession(
        "\n".join(_note(carrier, files) for carrier in carriers),
        max((carrier.read for carrier in carriers), default=plan.head.made) or plan.head.made,
        ((PAPER, paper(plan, number, files)),),
    )
    return Handed(
        nominal,
        description,
        digests=known,
        findings=tuple(findings_of(plan, files)),
        source=ComposedSource(members),
        accession=accession,
    )


def _open(carrier: CarrierFiles, one: Gathered) -> io.RawIOBase:
    return CarrierStream(carrier.open(one.file.path), one.file.size, one.gaps)


def _concerned(files: CaseFiles) -> set[str]:
    also = {carrier for one in files.files for carrier, _ in one.also}
    return also | {one.file.carrier for one in files.files} | {file.carrier for file, _ in files.damaged}


def findings_of(plan: Plan, files: CaseFiles) -> list[Finding]:
    """What is to be said of a case because of its carriers."""
    found = []
    for file, bad in files.damaged:
        values: dict[str, Value] = {
            "carrier": label_of(plan.by_id[file.carrier]),
            "ranges": ranges(bad),
            "bytes": _bytes(bad),
        }
        found.append(Finding("imports.file-left", readable(file.path), "warning", {**values, "size": file.size}))
    for one in files.files:
        if one.gaps:
            values = {"carrier": label_of(plan.by_id[one.file.carrier]), "ranges": ranges(one.gaps)}
            found.append(
                Finding(
                    "imports.file-gaps",
                    readable(one.path),
                    "warning",
                    {**values, "bytes": _bytes(one.gaps), "size": one.file.size},
                )
            )
    if once := sum(bool(one.also) for one in files.files):
        found.append(Finding("imports.kept-once", "", "note", {"count": once, "paper": PAPER}))
    return found


def ranges(bad: Sequence[BadRange]) -> str:
    """Byte ranges of a file, from zero, as people and programs read them: `2048-4095`."""
    told = [f"{one.start}-{one.start + one.length - 1}" for one in bad[:10]]
    return ", ".join(told) + (" …" if len(bad) > 10 else "")


def _bytes(bad: Sequence[BadRange]) -> int:
    return sum(one.length for one in bad)


def label_of(carrier: Carrier) -> str:
    """What people call a carrier."""
    return f"{carrier.id} {carrier.label}" if carrier.label and carrier.label != carrier.id else carrier.id


def _note(carrier: Carrier, files: CaseFiles) -> str:
    count = sum(one.file.carrier == carrier.id for one in files.files)
    damaged = sum(file.carrier == carrier.id for file, _ in files.damaged)
    return say(
        "premis.carrier",
        label=label_of(carrier),
        mark=carrier.mark or "—",
        read=carrier.read or "—",
        tool=carrier.tool or "—",
        count=count,
        damaged=damaged,
    )


def _rows(case: ListedCase) -> dict[str, Any]:
    """The rows of the list, each as written, and what was understood of them."""
    rows = [{"sheet": cell.sheet, "row": cell.row} for cell in case.cells]
    if not case.written:  # a plan of before this was kept in it: its paper stays what it was
        return {"rows": rows, "as_written": {"number": case.number, **dict(case.facts), **dict(case.rest)}}
    told = [{**row, "as_written": dict(written)} for row, written in zip(rows, case.written, strict=True)]
    return {"rows": told, "understood": {"number": case.number, **dict(case.facts)}}


def paper(plan: Plan, number: int, files: CaseFiles) -> bytes:
    """Where the case stands in the list and where each file lay, as JSON; the same plan gives the same bytes."""
    case = plan.cases[number]
    content = {
        "plan": plan.head.id,
        "made": plan.head.made,
        "list": {"name": plan.head.list_name, "sha256": plan.head.sha256, "profile": plan.head.profile},
        **_rows(case),
        "carriers": [
            {
                "id": one.id,
                "kind": one.kind,
                "label": one.label,
                "mark": one.mark,
                "read": one.read,
                "tool": one.tool,
                "unreadable_files": len({bad.path for bad in one.bad}),
            }
            for one in plan.carriers
            if one.id in _concerned(files)
        ],
        "files": [
            {
                "path": readable(one.path),
                "carrier": one.file.carrier,
                "lay_at": readable(one.file.path),
                **({"also_at": [[carrier, readable(path)] for carrier, path in one.also]} if one.also else {}),
                **({"zeros_for_unreadable_bytes": [[g.start, g.length] for g in one.gaps]} if one.gaps else {}),
            }
            for one in sorted(files.files, key=lambda one: one.path)
        ],
        "not_taken": [
            {
                "carrier": file.carrier,
                "lay_at": readable(file.path),
                "size": file.size,
                "unreadable_bytes": [[one.start, one.length] for one in bad[:_NAMED]],
            }
            for file, bad in files.damaged
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
