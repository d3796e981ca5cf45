"""The terminal: what is written there commands nothing; JSON for programs holds the true text all the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any

from preserve.visible_text import is_visible, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

_PLAIN = re.compile(r"[ -~\n\u4e00-\u9fa5]*")


def console(stream: IO[str], *, width: int | None = None) -> Console:
    """A console on which no text steers the terminal, whoever wrote it and whichever command shows it."""
    from rich.console import Console
    from rich.segment import Segment

    class Visible(Console):
        """Its own colours and movements are segments of their own; what stands between is text."""

        def render(self, renderable: Any, options: Any = None) -> Iterable[Segment]:
            for segment in super().render(renderable, options):
                if segment.control:
                    yield segment
                else:
                    yield Segment(visible(segment.text, keep="\n"), segment.style)

    return Visible(file=stream, highlight=False, emoji=False, width=width)


def safe_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values to fill into a sentence, on one line each."""
    return {name: visible(value) if isinstance(value, str) else value for name, value in values.items()}


def json_text(document: Mapping[str, Any]) -> str:
    """JSON that says the same as the document and steers no terminal: what is not visible is escaped (RFC 8259 §7)."""
    written = json.dumps(document, ensure_ascii=False, indent=2, default=str)
    if _PLAIN.fullmatch(written):
        return written
    return "".join(one if one == "\n" or is_visible(one) else json.dumps(one)[1:-1] for one in written)
