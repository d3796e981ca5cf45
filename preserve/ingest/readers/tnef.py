"""What can be read of Outlook's winmail.dat ([MS-OXTNEF]): subject, plain words, names of what is attached."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from preserve.ingest.readers import encodings

_SIGNATURE = 0x223E9F78
_WORDS = (0x8004, 0x800C, 0x8010)  # attSubject, attBody, attAttachTitle
_LONGEST = 1 << 20


def words(data: bytes) -> Iterator[str]:
    """Each of them, as far as the stream is whole."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return
    place = 6
    while place + 9 <= len(data):
        _, attribute, length = struct.unpack_from("<BII", data, place)
        content = data[place + 9 : place + 9 + length]
        if attribute & 0xFFFF in _WORDS and len(content) <= _LONGEST:
            said = encodings.decode(content.rstrip(b"\0"))[0].strip()
            if said:
                yield said
        place += 9 + length + 2
