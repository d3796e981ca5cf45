"""An encapsulation without the files in it: what stands around them, where it is too large to be kept twice."""

from __future__ import annotations

import re
from collections.abc import Iterable

from preserve.errors import Refused
from preserve.ingest.foreign.eep_stream import Readable

_BLOCK = 1 << 18
_LONGEST_TAG = 1 << 16
_LARGEST = 64 << 20


def shell(stream: Readable, names: Iterable[str], where: str) -> bytes:
    """The document with a comment in the place of every file's data, that says how many bytes of the XML stood there.

    `names` are those of the elements that hold data. Raises Refused where more than 64 MiB are left.
    """
    spelt = b"|".join(re.escape(name.encode(encoding)) for name in names for encoding in ("utf-8", "gb18030"))
    opening = re.compile(rb"<(?:[^\s<>/:]{1,100}:)?(?:" + spelt + rb")(?:\s[^<>]*)?(?<!/)>")
    kept = bytearray()
    held, dropped, inside, ended = b"", 0, False, False
    while not ended or held:
        if not ended:
            data = stream.read(_BLOCK)
            ended = not data
            held += data
        if inside:
            end = held.find(b"<")
            dropped += len(held) if end < 0 else end
            if end >= 0:
                kept += f"<!-- {dropped} bytes of data: kept as the original -->".encode()
                inside = False
            held = held[end:] if end >= 0 else b""
        elif match := opening.search(held):
            kept += held[: match.end()]
            held, dropped, inside = held[match.end() :], 0, True
        else:
            cut = len(held) if ended else max(0, len(held) - _LONGEST_TAG)
            kept += held[:cut]
            held = held[cut:]
        if len(kept) > _LARGEST:
            raise Refused("foreign.kept-too-large", where, limit=_LARGEST)
    return bytes(kept)
