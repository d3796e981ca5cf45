"""Labels to print: for drives, for jewel cases, for the faces of discs; as PDF/A with a QR code (typst, segno)."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from preserve.errors import Refused
from preserve.home import Home
from preserve.outputs import write_new
from preserve.typesetting import set_pdf

Form = Literal["drive", "inlay", "face"]
_TEMPLATES = Path(__file__).parent
_QR = re.compile(r"preserve:medium:([a-z0-9-]{1,80})(?:\?sha256=([0-9a-f]{64}))?")


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a label. `name` is the short one a person looks for; `size` in bytes; `digest` may be empty.

    `numbers_are`: the numbers of the cases are `archival` ones (档号) where every one has one, else `case` numbers
    (案号). `kept` and `restricted` (DA/T 38): until when, and how, the longest and strictest of what lies on it.
    """

    identity: str
    kind: str
    name: str
    title: str
    institution: str
    archival_numbers: tuple[str, ...]
    volume: int
    volumes: int
    date: str
    digest: str
    size: int
    place: str
    copy: str
    numbers_are: Literal["archival", "case"] = "archival"
    kept: str = ""
    restricted: str = ""


def qr_text(label: Label) -> str:
    """What the QR code holds: the medium's identity and digest."""
    return f"preserve:medium:{label.identity}" + (f"?sha256={label.digest}" if label.digest else "")


def read_qr_text(text: str) -> tuple[str, str]:
    """Identity and digest (empty where none) of a scanned code. Raises Refused for any other text."""
    match = _QR.fullmatch(text.strip())
    if match is None:
        raise Refused("storage.qr-unreadable", text[:80])
    return match[1], match[2] or ""


def make_labels(labels: Sequence[Label], target: Path, form: Form, home: Home | None = None) -> None:
    """Write the labels as `set_labels` makes them, whole or not at all.

    Raises Refused for no labels and where something of that name is there, ToolMissing, MediumProblem where it cannot
    be written.
    """
    if not labels:
        raise Refused("storage.no-label", str(target))
    write_new(target, set_labels(labels, form), home)


def set_labels(labels: Sequence[Label], form: Form) -> bytes:
    """The labels as PDF/A-2b; the same labels give the same bytes. Raises ToolMissing for want of a Chinese font."""
    import segno

    codes = {}
    for number, label in enumerate(labels):
        code = io.BytesIO()
        segno.make(qr_text(label), error="m", micro=False).save(code, kind="svg", border=0, xmldecl=False)
        codes[f"{number}.svg"] = code.getvalue().decode()
    data = [asdict(label) for label in labels]
    common = _TEMPLATES / "common.typ"
    return set_pdf(_TEMPLATES / f"{form}.typ", data, _moment(labels), beside=[common], pictures=codes)


def _moment(labels: Sequence[Label]) -> datetime:
    """A date for the document that the labels give, so that it does not depend on today."""
    try:
        return datetime.fromisoformat(max(label.date for label in labels)).replace(tzinfo=UTC)
    except ValueError:
        return datetime(2026, 1, 1, tzinfo=UTC)
