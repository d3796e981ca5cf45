"""Carries out one order: a redacted copy, a clip or a watermarked copy of one file, by what kind of file it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Literal

from preserve import __version__
from preserve.access.redaction import lines, overlay, pages, pictures, recordings
from preserve.access.redaction.frames import look
from preserve.access.redaction.painting import Copy, Mark
from preserve.access.redaction.plan import Redaction
from preserve.access.redaction.sources import Source
from preserve.access.requests.model import Selected
from preserve.errors import Refused
from preserve.messages import say
from preserve.typesetting.judging import judge

Representation = Literal["redacted", "clip", "access"]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made of one file of the selection."""

    selected: Selected
    source: Source
    representation: Representation
    redactions: tuple[Redaction, ...] = ()
    mark: Mark | None = None

    @property
    def event(self) -> str:
        """The PREMIS event type of making it."""
        return "redaction" if self.redactions else "modification"

    @property
    def lossless(self) -> bool:
        """A clip of a preservation copy is one itself."""
        return self.representation == "clip" and self.selected.representation == "preservation"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file. `made_by` is a sentence with program and what it did, which tells nothing that was redacted."""

    path: Path
    made_by: str
    clip: dict[str, float | int | None] = field(default_factory=dict)
    left_out: int = 0
    command: tuple[str, ...] = ()


def make(order: Order, taken: Path, folder: Path, moment: datetime, progress: Callable[[int], None]) -> Made:
    """Make the file in `folder` from `taken`, a checked copy of the source. Raises Refused, ToolFailed, OSError."""
    name, kind = order.selected.path, order.source.kind
    title = PurePosixPath(order.selected.shown).name

    copy = Copy(name, title, order.redactions, order.mark, moment)

    def tick() -> None:
        progress(0)

    if kind == "recording":
        return _recording(order, taken, folder, progress)
    if kind == "pdf":
        result = folder / "made.pdf"
        if order.redactions:
            pages.redact_pdf(taken, result, copy, tick)
            # The copy says that it is PDF/A: the event says what a validator thinks of that, and which one.
            said = f"PDF/A-2b {judge(result).words()}"
            tool = f"pypdfium2 {_installed('pypdfium2')}, pikepdf {_installed('pikepdf')}, {said}"
        else:
            assert order.mark is not None
            overlay.mark_pdf(taken, result, name, order.mark, tick)
            tool = f"pikepdf {_installed('pikepdf')}"
    elif kind == "picture":
        result = folder / f"made{pictures.ending(taken, name)}"
        pictures.redact_picture(taken, result, copy, tick)
        tool = f"Pillow {_installed('pillow')}"
    elif kind == "text":
        result = folder / f"made{PurePosixPath(name).suffix}"
        lines.redact_lines(taken, result, name, order.redactions)
        tool = f"preserve {__version__}"
    else:
        raise Refused("redaction.kind-unknown", name, object=name)
    return Made(result, _told(order, tool))


def _recording(order: Order, taken: Path, folder: Path, progress: Callable[[int], None]) -> Made:
    one, name = order.selected, order.selected.path
    found = look(taken, name)
    result = folder / f"made{recordings.ending(found, order.lossless)}"
    size = order.source.file.size
    moved = [0]

    def pulse(seconds: float) -> None:
        now_at = int(min(seconds / found.length, 1.0) * size)
        progress(max(now_at - moved[0], 0))
        moved[0] = max(moved[0], now_at)

    wish = recordings.Wish(name, order.redactions, one.begin, one.end, order.mark, order.lossless)
    cut = recordings.make(taken, result, found, wish, pulse)
    clip: dict[str, float | int | None] = {}
    if one.begin is not None:
        clip = {
            "asked_begin": one.begin,
            "asked_end": one.end,
            "begin": round(cut.begin, 6),
            "end": round(cut.end, 6),
            "first_frame": cut.first,
            "last_frame": cut.last,
        }
    return Made(result, _told(order, cut.tool), clip, cut.left_out, cut.command)


def _told(order: Order, tool: str) -> str:
    did = []
    if order.redactions:
        did.append(say("redaction.did-redact", count=len(order.redactions)))
    if order.selected.begin is not None:
        did.append(say("redaction.did-clip"))
    if order.mark is not None:
        did.append(say("redaction.did-mark"))
    return f"{say('words.list-comma').join(did)} ({tool}; preserve {__version__})"


def _installed(name: str) -> str:
    from importlib.metadata import version

    return version(name)
