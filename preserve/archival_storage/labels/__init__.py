"""Labels to print: for drives, for jewel cases, for the faces of discs; as PDF/A with a QR code (typst, segno)."""

from __future__ import annotations

import io
import json
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from preserve.errors import Refused, ToolMissing
from preserve.home import Home
from preserve.outputs import write_new
from storage_adapters.programs import ask

Form = Literal["drive", "inlay", "face"]
_TEMPLATES = Path(__file__).parent
_QR = re.compile(r"preserve:medium:([a-z0-9-]{1,80})(?:\?sha256=([0-9a-f]{64}))?")
_FONT = "Noto Sans CJK SC"


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a label. `name` is the short one a person looks for; `size` in bytes; `digest` may be empty."""

    identity: str
    kind: Literal["drive", "optical"]
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


def qr_text(label: Label) -> str:
    """What the QR code holds: the medium's identity and digest."""
    return f"preserve:medium:{label.identity}" + (f"?sha256={label.digest}" if label.digest else "")


def read_qr_text(text: str) -> tuple[str, str]:
    """Identity and digest (empty where none) of a scanned code. Raises Refused for any other text."""
    found = _QR.fullmatch(text.strip())
    if found is None:
        raise Refused("storage.qr-unreadable", text[:80])
    return found[1], found[2] or ""


def make_labels(labels: Sequence[Label], target: Path, form: Form, home: Home | None = None) -> None:
    """Write the labels as PDF/A-2b, whole or not at all; the same labels give the same bytes.

    Raises ToolMissing where no Chinese font is installed, Refused for no labels and where something of that name is
    there, MediumProblem where it cannot be written.
    """
    import segno
    import typst

    if not labels:
        raise Refused("storage.no-label", str(target))
    fonts = font_folder()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for number, label in enumerate(labels):
            code = io.BytesIO()
            segno.make(qr_text(label), error="m", micro=False).save(code, kind="svg", border=0, xmldecl=False)
            (folder / f"{number}.svg").write_bytes(code.getvalue())
        # Titles come from people: they reach the template as data and are never part of it.
        (folder / "labels.json").write_text(json.dumps([asdict(one) for one in labels], ensure_ascii=False))
        for name in ("common.typ", f"{form}.typ"):
            (folder / name).write_bytes((_TEMPLATES / name).read_bytes())
        made = typst.compile(
            str(folder / f"{form}.typ"),
            root=str(folder),
            font_paths=[str(fonts)],
            format="pdf",
            pdf_standards="a-2b",
            timestamp=int(_moment(labels).timestamp()),
        )
    write_new(target, made, home)


def _moment(labels: Sequence[Label]) -> datetime:
    """A date for the document that the labels give, so that it does not depend on today."""
    try:
        return datetime.fromisoformat(max(label.date for label in labels)).replace(tzinfo=UTC)
    except ValueError:
        return datetime(2026, 1, 1, tzinfo=UTC)


def font_folder() -> Path:
    """Where the Chinese font lies. Raises ToolMissing."""
    try:
        family, _, file = ask(["fc-match", "-f", "%{family}\n%{file}", _FONT], patience=30).said.partition("\n")
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolMissing("tool.font-missing", _FONT) from error
    if _FONT not in family:
        raise ToolMissing("tool.font-missing", _FONT)
    return Path(file).parent
