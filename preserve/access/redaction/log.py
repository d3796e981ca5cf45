"""The redaction log in a DIP: what was taken out of which file, where, why, by which article, decided by whom.

It says where something was taken out, never what. The same content as JSON for programs and as page and PDF/A.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from preserve.access.redaction.plan import Redaction
from preserve.access.redaction.sources import kind_of
from preserve.access.requests.model import Request, Selected
from preserve.administration.printing import Section
from preserve.administration.printing.pages import as_html
from preserve.administration.printing.paper import as_pdf
from preserve.clock import parse, zone
from preserve.home import Home
from preserve.messages import say

FORMAT = "preserve-redaction-log-1"


@dataclass(frozen=True, slots=True)
class Line:
    """One file that was made: from what, as what, and what was done. `clip`: frames and seconds of the source."""

    selected: Selected
    source: Selected
    path: str
    sha256: str
    made_by: str
    redactions: Sequence[Redaction] = ()
    watermark: bool = False
    clip: dict[str, float | int | None] = field(default_factory=dict)
    left_out: int = 0
    command: tuple[str, ...] = ()


def documents(home: Home, request: Request, made: Sequence[Line], moment: datetime) -> Iterator[tuple[str, str, bytes]]:
    """Path in the package, MIME type and content of each form of the log."""
    name = "redaction-log" if any(one.redactions for one in made) else "derivation-log"
    title = say(f"redaction.{name}")
    under = say("dip.under", institution=home.settings.institution, number=request.number, time=_local(home, moment))
    content = (json.dumps(_document(request, made), ensure_ascii=False, indent=1) + "\n").encode()
    sections = [
        _decided(home, request, [part for one in made for part in one.redactions]),
        *(part for one in made for part in _sections(one)),
    ]
    yield f"documentation/{name}.json", "application/json", content
    yield f"documentation/{name}.html", "text/html", as_html(title, under, sections)
    yield (
        f"documentation/{name}.pdf",
        "application/pdf",
        as_pdf(title, under, home.settings.institution, moment, sections),
    )


def _document(request: Request, made: Sequence[Line]) -> dict[str, Any]:
    seen, decision = request.examination, request.decision
    assert seen is not None and decision is not None
    return {
        "format": FORMAT,
        "request": request.number,
        "plan_sha256": seen.redaction.sha256 if seen.redaction else None,
        "examined": {"by": seen.by, "when": seen.when},
        "approved": {
            "by": decision.by,
            "on_behalf_of": decision.on_behalf_of,
            "when": decision.when,
            "article": decision.article,
        },
        "files": [
            {
                "case": one.selected.case_number,
                "object": one.selected.shown,
                "original_sha256": one.selected.original_sha256,
                "source": {
                    "representation": one.source.representation,
                    "file": one.selected.given_as or one.source.file,
                    "sha256": one.source.sha256,
                    "identifier": one.source.identifier,
                },
                "result": {"path": one.path, "sha256": one.sha256},
                "made_by": one.made_by,
                "command": list(one.command),
                "watermark": one.watermark,
                "clip": one.clip or None,
                "streams_left_out": one.left_out,
                "redactions": [as_data(redaction) for redaction in one.redactions],
            }
            for one in made
        ],
    }


def as_data(redaction: Redaction) -> dict[str, Any]:
    """One redaction as plain data, without the name of its object."""
    found = {key: value for key, value in asdict(redaction).items() if value not in (None, ()) and key != "place"}
    found.pop("object")
    for key in ("name", "found", "changed"):
        if not found[key]:
            found.pop(key)
    return found


def what_of(redaction: Redaction) -> str:
    """What is done, in words; with whether a machine drafted it and what it took it for."""
    done = say(f"redaction.what-{redaction.what}")
    if not redaction.found:
        return done
    code = "redaction.drafted-changed" if redaction.changed else "redaction.drafted-confirmed"
    return say(code, done=done, found=say(f"redaction.found-{redaction.found}"))


def _decided(home: Home, request: Request, redactions: Sequence[Redaction]) -> Section:
    seen, decision = request.examination, request.decision
    assert seen is not None and decision is not None
    rows = [
        (say("request.examined-by"), f"{seen.by} {_local(home, parse(seen.when))}"),
        (say("request.decided-by"), f"{decision.by} {_local(home, parse(decision.when))}"),
        (say("redaction.approval-article"), decision.article),
    ]
    if seen.redaction is not None:
        rows.append((say("redaction.plan-digest"), _grouped(seen.redaction.sha256)))
    if drafted := [one for one in redactions if one.found]:
        changed = sum(one.changed for one in drafted)
        counts = say("redaction.drafted-count", count=len(drafted), changed=changed, of=len(redactions))
        rows.append((say("redaction.drafted"), counts))
    words = say("redaction.log-words")
    return Section(say("redaction.decided"), words, (say("dip.head-item"), say("dip.head-content")), tuple(rows))


def _sections(line: Line) -> Iterator[Section]:
    facts = [
        (say("redaction.made-from", name=say(f"dip.form-{line.source.representation}")), _grouped(line.source.sha256))
    ]
    if line.source.sha256 != line.selected.original_sha256:
        facts.append((say("redaction.of-original"), _grouped(line.selected.original_sha256)))
    facts += [(say("redaction.made-as"), line.path), (say("redaction.made-digest"), _grouped(line.sha256))]
    if line.clip:
        begin, end = (clock(float(line.clip[key] or 0)) for key in ("begin", "end"))
        facts.append((say("redaction.clip"), say("redaction.clip-of", begin=begin, end=end)))
    if line.watermark:
        facts.append((say("redaction.watermark"), say("words.yes")))
    if line.left_out:
        facts.append((say("redaction.streams-left-out"), str(line.left_out)))
    heads = (say("dip.head-item"), say("dip.head-content"))
    yield Section(f"{line.selected.case_number}　{line.selected.shown}", heads=heads, rows=tuple(facts))
    if line.redactions:
        rows = [(what_of(part), where(part), part.reason, part.article) for part in line.redactions]
        names = tuple(say(f"redaction.head-{name}") for name in ("what", "where", "reason", "article"))
        yield Section(say("redaction.taken-out"), heads=names, rows=tuple(rows))


def where(redaction: Redaction) -> str:
    """Where something is taken out, in words."""
    parts = []
    if redaction.pages:
        parts.append(say("redaction.where-pages", pages=_spans(redaction.pages)))
    elif redaction.what == "box" and redaction.begin is None and kind_of(redaction.object) != "picture":
        parts.append(say("redaction.where-all-pages"))
    if redaction.lines:
        parts.append(say("redaction.where-lines", lines=_spans(redaction.lines)))
    if redaction.begin is not None and redaction.end is not None:
        parts.append(say("redaction.where-range", begin=clock(redaction.begin), end=clock(redaction.end)))
    if redaction.box is not None:
        box = redaction.box
        parts.append(
            say(
                "redaction.where-box",
                left=f"{box.left:g}",
                top=f"{box.top:g}",
                width=f"{box.width:g}",
                height=f"{box.height:g}",
                unit=box.unit,
            )
        )
    return say("redaction.separator").join(parts)


def _spans(spans: Sequence[tuple[int, int]]) -> str:
    return say("redaction.separator").join(f"{first}–{last}" if first != last else str(first) for first, last in spans)


def clock(seconds: float) -> str:
    """`0:01:23.500`."""
    thousandths = round(seconds * 1000)
    hours, rest = divmod(thousandths, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _grouped(digest: str) -> str:
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def _local(home: Home, moment: datetime) -> str:
    return moment.astimezone(zone(home.settings.time_zone)).strftime("%Y-%m-%d %H:%M")
