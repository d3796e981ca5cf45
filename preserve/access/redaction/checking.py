"""Holds a redaction plan, and ranges asked for, against the files themselves, before anybody approves it."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection

from metadata.findings import Finding, Value
from metadata.identity import meant
from preserve.access.redaction import frames, lines, pages, pictures
from preserve.access.redaction.plan import Redaction, read_plan
from preserve.access.redaction.sources import Kind, source_of, stored_at
from preserve.access.requests.model import Selected
from preserve.errors import NotIntact, Refused
from preserve.home import Home

_FITS: dict[Kind, tuple[str, ...]] = {
    "pdf": ("box", "pages"),
    "picture": ("box",),
    "text": ("lines",),
    "recording": ("box", "blur", "mute", "blur-mute"),
    "other": (),
}


def read_checked(
    home: Home, connection: Connection, selection: Sequence[Selected], plan: Path | None
) -> frozenset[str]:
    """The paths that the plan is about, as the selection has them.

    Raises Refused with everything at once: files that were not asked for, pages, lines and ranges that are not
    there, what cannot be done to such a file; and a clip that ends after its recording.
    """
    where = str(plan) if plan else (selection[0].case_number if selection else "")
    return check(home, connection, selection, read_plan(plan) if plan else (), where)


def check(
    home: Home, connection: Connection, selection: Sequence[Selected], redactions: Sequence[Redaction], plan: str
) -> frozenset[str]:
    """As `read_checked`, for redactions that were read already; `plan` is where they stand, for messages."""
    by_path = group(redactions, selection)
    met = {one.place for mine in by_path.values() for one in mine}
    findings = [
        Finding("redaction.object-not-asked", redaction.place, "refuse", {"object": redaction.object})
        for redaction in redactions
        if redaction.place not in met
    ]
    for path, mine in by_path.items():
        holders = {one.objid for one in selection if one.path == path}
        if len(holders) > 1:
            findings.append(Finding("redaction.object-ambiguous", mine[0].place, "refuse", {"object": path}))
    seen: set[tuple[str, str, float | None]] = set()
    for one in selection:
        key = (one.objid, one.path, one.begin)
        mine = by_path.get(one.path, [])
        if (mine or one.begin is not None) and key in seen:
            findings.append(Finding("redaction.asked-twice", one.path, "refuse"))
        seen.add(key)
        if mine or one.begin is not None:
            findings += _check_file(home, connection, one, mine)
    if findings:
        unique = list(
            {(finding.code, finding.where, str(dict(finding.values))): finding for finding in findings}.values()
        )
        raise Refused("redaction.plan-wrong", plan, findings=unique, count=len(unique))
    return frozenset(by_path)


def same(one: str, other: str) -> bool:
    """Whether two names are the same to a person."""
    return unicodedata.normalize("NFKC", one).strip() == unicodedata.normalize("NFKC", other).strip()


def group(redactions: Sequence[Redaction], selection: Sequence[Selected]) -> dict[str, list[Redaction]]:
    """What is to be done to each path of the selection that the plan is about.

    A name that is there exactly is meant exactly; else the one that is the same to a person, if there is only one.
    """
    paths = list(dict.fromkeys(one.path for one in selection))
    found: dict[str, list[Redaction]] = {}
    for redaction in redactions:
        if (path := meant(redaction.object, paths)) is not None:
            found.setdefault(path, []).append(redaction)
    return found


def _check_file(
    home: Home, connection: Connection, selected: Selected, redactions: Sequence[Redaction]
) -> Iterator[Finding]:
    source = source_of(connection, selected)
    path = stored_at(home, source.file)
    if selected.begin is not None and source.kind != "recording":
        yield Finding("redaction.no-range", selected.path, "refuse")
        return
    fitting = []
    for redaction in redactions:
        if redaction.what in _FITS[source.kind] and _said_rightly(redaction, source.kind):
            fitting.append(redaction)
        else:
            code = "redaction.kind-unknown" if source.kind == "other" else "redaction.does-not-fit"
            yield Finding(code, redaction.place, "refuse", {"object": selected.path, "what": redaction.what})
    try:
        if source.kind == "pdf":
            yield from _check_pages(fitting, pages.page_sizes(path, selected.path))
        elif source.kind == "picture":
            count, width, height = pictures.look(path, selected.path)
            size = (width * 72 / pages.DPI, height * 72 / pages.DPI)
            yield from _check_pages(fitting, [size] * count)
        elif source.kind == "text":
            there = len(lines.read_lines(path, selected.path))
            for redaction in fitting:
                if any(last > there for _, last in redaction.lines):
                    yield _finding("redaction.line-not-there", redaction, there=there)
        elif source.kind == "recording":
            yield from _check_recording(fitting, selected, frames.look(path, selected.path))
    except Refused as error:
        yield Finding(error.code, error.where or selected.path, "refuse", error.values)
    except OSError as error:
        raise NotIntact("request.source-unreadable", str(path), reason=error.strerror or str(error)) from error


def _said_rightly(redaction: Redaction, kind: Kind) -> bool:
    """A recording has times and no pages, everything else the other way round; and millimetres only on paper."""
    timed = redaction.begin is not None
    if kind == "recording":
        return timed and not redaction.pages and (redaction.box is None or redaction.box.unit == "%")
    in_mm = redaction.box is not None and redaction.box.unit == "mm"
    return not timed and not (kind == "picture" and in_mm)


def _finding(code: str, redaction: Redaction, **values: Value) -> Finding:
    return Finding(code, redaction.place, "refuse", {"object": redaction.object, **values})


def _check_pages(redactions: Sequence[Redaction], sizes: Sequence[tuple[float, float]]) -> Iterator[Finding]:
    gone: set[int] = set()
    for redaction in redactions:
        if any(last > len(sizes) for _, last in redaction.pages):
            yield _finding("redaction.page-not-there", redaction, there=len(sizes))
            continue
        if redaction.what == "pages":
            gone.update(page for first, last in redaction.pages for page in range(first, last + 1))
        elif redaction.box is not None:
            box = redaction.box
            covered = [size for number, size in enumerate(sizes, 1) if redaction.covers_page(number)]
            if any(box.pixels(round(w * 10), round(h * 10), 720 / 25.4) is None for w, h in covered):
                yield _finding("redaction.box-outside", redaction)
    if len(gone) == len(sizes):
        yield _finding("redaction.nothing-left", redactions[0])


def _check_recording(
    redactions: Sequence[Redaction], selected: Selected, recording: frames.Recording
) -> Iterator[Finding]:
    # Players show full seconds: a recording of 29.97 s ends at 0:30 for those who write a plan.
    longest = math.ceil(recording.length)
    if selected.end is not None and selected.end > longest:
        yield Finding(
            "redaction.range-beyond",
            selected.path,
            "refuse",
            {"object": selected.path, "there": f"{recording.length:.3f}"},
        )
    for redaction in redactions:
        if redaction.end is not None and redaction.end > longest:
            yield _finding("redaction.range-beyond", redaction, there=f"{recording.length:.3f}")
        elif "mute" in redaction.what and not recording.sound:
            yield _finding("redaction.no-sound", redaction)
        elif redaction.what != "mute" and recording.video is None:
            yield _finding("redaction.no-picture", redaction)
        elif redaction.box is not None and redaction.box.pixels(recording.width, recording.height, 1.0) is None:
            yield _finding("redaction.box-outside", redaction)
