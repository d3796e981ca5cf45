"""Drafts a redaction plan for a request: the files that must not be given whole, for an examiner to fill in."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.redaction.proposing import Proposed
from preserve.access.redaction.sources import Kind, source_of
from preserve.access.redaction.workbook import write_workbook
from preserve.access.redaction.writing import as_toml
from preserve.access.requests.model import Request, Selected
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.profile import read_requests_profile
from preserve.access.requests.selecting import find_concerns, read_case, resolve
from preserve.home import Home
from preserve.messages import say
from preserve.outputs import check_new, write_new

_EXAMPLES: dict[Kind, tuple[tuple[str, ...], ...]] = {
    "pdf": (
        ('what = "box"', 'pages = "1"', "left = 20", "top = 35", "width = 80", "height = 6", 'unit = "mm"'),
        ('what = "pages"', 'pages = "3-5, 8"'),
    ),
    "picture": (('what = "box"', "left = 10", "top = 20", "width = 30", "height = 15", 'unit = "%"'),),
    "recording": (
        ('what = "blur-mute"', 'from = "0:01:10.5"', 'to = "0:02:00"'),
        (
            'what = "box"',
            'from = "0:00:00"',
            'to = "0:00:10"',
            "left = 10",
            "top = 20",
            "width = 30",
            "height = 15",
            'unit = "%"',
        ),
    ),
    "text": (('what = "lines"', 'lines = "12-15"'),),
    "other": (),
}


def restricted(home: Home, connection: Connection, number: str) -> list[tuple[Selected, str, str]]:
    """What a request asks for that must be redacted or left out, with reason and article; all of it where nothing must.

    Raises Refused for an unknown request.
    """
    selection = why_restricted(home, connection, REQUESTS.read(connection, home, number))
    if not any(article for _, _, article in selection):
        return [(one, "", "20") for one, _, _ in selection]
    return [row for row in selection if row[2]]


def why_restricted(home: Home, connection: Connection, request: Request) -> list[tuple[Selected, str, str]]:
    """Each file that a request comes down to; with reason and article where it must be redacted or left out."""
    profile = read_requests_profile(home.profiles)
    capacity = profile.of(request.consumer.capacity)
    held = {objid: read_case(home, connection, objid) for objid in request.cases}
    apart = profile.not_evidence
    selection = [one for wanted in request.wanted for one in resolve(connection, wanted, held[wanted.objid], apart)]
    found = {}
    for concern in find_concerns(request.consumer, capacity, list(held.values()), selection, (), (), apart):
        if concern.object:
            reason = say(concern.code.replace("request.restricted", "redaction.reason"))
            found[concern.object] = (reason, concern.article)
    return [(one, *found.get(one.path, ("", ""))) for one in selection]


def write_template(
    home: Home, connection: Connection, number: str, target: Path, drafted: Mapping[str, Proposed] | None = None
) -> int:
    """Write the draft to `target`, a workbook where that ends in `.xlsx`, else TOML; returns how many files it names.

    `drafted` is what a machine proposes, by the file's path. Raises Refused where the file is there already: somebody
    may have filled it in.
    """
    check_new(target, home)
    rows, proposals = restricted(home, connection, number), drafted or {}
    if target.suffix.lower() == ".xlsx":
        with tempfile.TemporaryDirectory() as scratch:
            made = Path(scratch) / "plan.xlsx"
            lines, notes = _of_workbook(rows, proposals)
            write_workbook(made, lines, notes)
            data = made.read_bytes()
    else:
        kinds = [source_of(connection, row).kind for row, _, _ in rows]
        data = _toml(number, rows, kinds, proposals).encode()
    write_new(target, data, home)
    return len(rows)


def _of_workbook(
    rows: Sequence[tuple[Selected, str, str]], proposals: Mapping[str, Proposed]
) -> tuple[list[dict[str, str]], list[str]]:
    """The rows of the workbook, and what it says before its help."""
    lines, notes = [], []
    for one, reason, article in rows:
        proposed = proposals.get(one.path)
        lines += [row.planned for row in proposed.rows] if proposed else []
        if not proposed or not proposed.rows:
            lines.append({"object": one.path, "reason": reason, "article": article})
        notes += [f"{one.path}：{words}" for words in (proposed.words if proposed else ())]
    return lines, notes


def _toml(
    number: str, rows: Sequence[tuple[Selected, str, str]], kinds: Sequence[Kind], proposals: Mapping[str, Proposed]
) -> str:
    parts = ["\n".join(f"# {line}".rstrip() for line in say("redaction.template-head", number=number).split("\n"))]
    for (one, reason, article), kind in zip(rows, kinds, strict=True):
        parts.append(f"# ── {one.path}" + ("" if _EXAMPLES[kind] else f"\n# {say('redaction.template-cannot')}"))
        if proposed := proposals.get(one.path):
            said = [say("redaction.drafted-head", count=len(proposed.rows))] if proposed.rows else []
            said += [say("redaction.drafted-gaps"), *proposed.words]
            parts.append("\n".join(f"# {words}" for words in said))
            if proposed.rows:
                parts.append(as_toml([row.planned for row in proposed.rows]).decode())
        for example in _EXAMPLES[kind]:
            # JSON's strings are TOML's basic strings.
            written = [json.dumps(value, ensure_ascii=False) for value in (one.path, reason, article)]
            lines = [
                "[[redaction]]",
                f"object = {written[0]}",
                *example,
                f"reason = {written[1]}",
                f"article = {written[2]}",
            ]
            parts.append("\n".join("#" + line for line in lines))
    return "\n\n".join(parts) + "\n"
