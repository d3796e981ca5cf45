"""Characters in a description that XML cannot hold (XML 1.0 §2.2), and so no package: METS and PREMIS are XML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from preserve.visible_text import code_point

_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# JSON can say a control only by an escape. What merely looks like one is then read whole, and found to be sound.
_IN_JSON = re.compile(rb"\\(?:[bf]|u00[01]|u[fF]{3}[eEfF])|\xef\xbf[\xbe\xbf]")
_BLANK = " \t\r\n\v\f"


def perhaps_unwritable(data: bytes) -> bool:
    """Whether a description in JSON may have such a character; it is cheap to ask, however long it is."""
    return _IN_JSON.search(data) is not None


def unwritable(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Path of each field of plain data that has one, with the first of them as people see it (`[U+0000]`).

    At the ends of a text, where they are blanks that the schema drops, vertical tabs and form feeds do no harm.
    """
    if isinstance(value, str):
        if found := _NEVER.search(value.strip(_BLANK)):
            yield path, code_point(found[0])
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from unwritable(one, (*path, str(name)))
    elif isinstance(value, (list, tuple)):
        for number, one in enumerate(value):
            yield from unwritable(one, (*path, number))
