"""PowerPoint 97 presentations ([MS-PPT]): days that are filled in anew become the sign that stands in their place."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from preserve.ingest.office_files.remarks import Remarks

_DAYS = {0x0FF7: "datetime", 0x0FF8: "datetime"}  # DateTimeMCAtom, GenericDateMCAtom
_HEADERS = 0x0FDA  # HeadersFootersAtom
_DATE, _TODAY = 0x0001, 0x0002  # fHasDate, fHasTodayDate
_MASTERS = (0x03F8, 0x0FC9)  # MainMasterContainer, HandoutContainer
_UNKNOWN = 0x0FFF
_DEEPEST = 32


def _atoms(data: bytearray, start: int, end: int, *, depth: int = 0) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of every record that holds no others, but for the masters: what they hold for the day is
    shown where a slide's headers ask for it.
    """
    while start + 8 <= end:
        version, kind, length = struct.unpack_from("<HHI", data, start)
        if start + 8 + length > end:
            return
        if version & 0x0F == 0x0F and depth < _DEEPEST:
            if kind not in _MASTERS:
                yield from _atoms(data, start + 8, start + 8 + length, depth=depth + 1)
        else:
            yield kind, start, length
        start += 8 + length


def hold(data: bytearray, remarks: Remarks) -> bool:
    """Change the stream `PowerPoint Document` in place. Whether there was anything to change."""
    changed = False
    for kind, place, length in list(_atoms(data, 0, len(data))):
        if kind in _DAYS:
            struct.pack_into("<H", data, place + 2, _UNKNOWN)
        elif kind == _HEADERS and length >= 4 and data[place + 10] & _TODAY:
            data[place + 10] &= ~(_DATE | _TODAY) & 0xFF
        else:
            continue
        remarks.add("field-empty", "datetime")
        changed = True
    return changed
