"""What a PDF may do, or carries, beyond its pages: scripts, actions that start something, files within it.

Nothing here runs or opens any of it (ISO 32000-1 §12.6, §7.11.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Written out by the library, which spells each name in one way: most objects hold none, and are looked at no further.
_WORDS = re.compile(rb"/(?:JavaScript|JS|Launch|EF)\b")
_MOST_FOLLOWED = 10_000
"""Values that lie in one object: a program makes no more, and counting further would tell nobody anything."""


@dataclass(slots=True)
class Active:
    """How many scripts, actions that start a program or open a file, and files within it."""

    scripts: int = 0
    launches: int = 0
    embedded: int = 0


def look_for_active(document: Any) -> Active:
    """Look through the objects of an open PDF."""
    import pikepdf

    found = Active()
    for item in document.objects:
        if not isinstance(item, pikepdf.Object) or not _WORDS.search(item.unparse(resolved=True)):
            continue
        for each in _dictionaries(item):
            kind = each.get("/S")
            found.scripts += kind == "/JavaScript" or ("/JS" in each and kind is None)
            found.launches += kind == "/Launch"
            found.embedded += "/EF" in each
    return found


def _dictionaries(item: Any) -> Iterator[Any]:
    """The dictionary that an object is, and those that lie in it themselves: what it refers to is come by elsewhere."""
    import pikepdf

    waiting, left = [item], _MOST_FOLLOWED
    while waiting and left:
        left -= 1
        one = waiting.pop()
        if isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
            yield one
            parts: list[Any] = [one.get(key) for key in one.keys()]  # noqa: SIM118  no mapping of Python's
        else:
            parts = list(one) if isinstance(one, pikepdf.Array) else []
        waiting += [part for part in parts if isinstance(part, pikepdf.Object) and not part.is_indirect]
