"""Sets a page as PDF/A-2b (typst): the only way to paper, so that nothing reaches it that fonts cannot show."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any

from preserve.typesetting.fonts import MONO, loaded, present, shows
from preserve.typesetting.packing import pack
from preserve.visible_text import visible


def set_pdf(
    template: Path,
    data: Mapping[str, Any] | Sequence[Any],
    moment: datetime,
    *,
    beside: Sequence[Path] = (),
    pictures: Mapping[str, str] | None = None,
    tagged: bool = True,
) -> bytes:
    """The page that `template` makes of `data`, as PDF/A-2b (ISO 19005-2); the same data gives the same bytes.

    The template reads `data.json`, and `fonts.json` for the families. `beside` are files that it imports, `pictures`
    SVG by name. Every text in them is made visible first. Raises ToolMissing where no Chinese font is installed.
    """
    return _BY.get()(_set, template, data, moment, tuple(beside), dict(pictures or {}), tagged)


def _here(work: Callable[..., bytes], *arguments: object) -> bytes:
    return work(*arguments)


_BY: ContextVar[Callable[..., bytes]] = ContextVar("setting_by", default=_here)


@contextmanager
def setting_by(run: Callable[..., bytes]) -> Iterator[None]:
    """Within, pages are set by `run(work, *arguments)`, which may call `work` in another process."""
    token = _BY.set(run)
    try:
        yield
    finally:
        _BY.reset(token)


def _set(
    template: Path,
    data: Mapping[str, Any] | Sequence[Any],
    moment: datetime,
    beside: Sequence[Path],
    pictures: Mapping[str, str],
    tagged: bool,
) -> bytes:
    import typst

    families = [family.name for family in present()]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        # Words of people reach the template as data and are never part of it.
        (folder / "data.json").write_text(json.dumps(printable(data), ensure_ascii=False), encoding="utf-8")
        (folder / "fonts.json").write_text(json.dumps({"text": families, "mono": [MONO, *families]}))
        for name, picture in pictures.items():
            (folder / name).write_text(printable(picture), encoding="utf-8")
        for file in (template, *beside):
            (folder / file.name).write_bytes(file.read_bytes())
        return pack(
            typst.compile(
                str(folder / template.name),
                root=str(folder),
                font_paths=loaded(),
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards="a-2b",
                timestamp=int(moment.timestamp()),
                pdf_tags=tagged,
            )
        )


def printable(data: Any) -> Any:
    """Plain data with every text in it as the fonts can show it; ends of lines stay. Raises ToolMissing."""
    if isinstance(data, str):
        return visible(data, keep="\n", shows=shows)
    if isinstance(data, Mapping):
        return {key: printable(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [printable(value) for value in data]
    return data
