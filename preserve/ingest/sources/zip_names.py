"""The names that zip members have: in which bytes, and by what they are parted into folders (APPNOTE 4.4.17, 4.6.9)."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from metadata.identity import gbk_behind, is_text, without_dots
from metadata.names import raw_bytes

# Made on FAT, HPFS, NTFS, VFAT: there a backslash is in no name (APPNOTE 4.4.2).
_PARTED_BY_BACKSLASHES = frozenset((0, 6, 10, 14))


@dataclass(frozen=True, slots=True)
class Habits:
    """How the names of one archive are written: by the systems (their numbers) on which a backslash parts folders,
    and by those whose programs write names in GBK."""

    parting: frozenset[int]
    gbk: frozenset[int]


def habits_of(members: Iterable[zipfile.ZipInfo]) -> Habits:
    """What the names of an archive have in common.

    .NET before 4.6.1 and PowerShell 5 part folders by backslashes against the standard; an archive without a single
    `/` was made so whatever system it names. No program on Windows writes UTF-8 without the flag.
    """
    seen: set[int] = set()
    gbk = set(_PARTED_BY_BACKSLASHES | {11})
    slash = backslash = False
    for member in members:
        seen.add(member.create_system)
        slash = slash or "/" in member.orig_filename
        backslash = backslash or "\\" in member.orig_filename
        if not member.flag_bits & 0x800 and not member.orig_filename.isascii() and not is_text(_raw(member)):
            gbk.add(member.create_system)
    return Habits(frozenset(seen) if backslash and not slash else _PARTED_BY_BACKSLASHES, frozenset(gbk))


def path_of(member: zipfile.ZipInfo, habits: Habits) -> tuple[str, tuple[str, ...]]:
    """The member's path with `/` between parts (a folder's ends with one), and how its name was read."""
    name, read_as = _text_of(member, member.create_system in habits.gbk)
    # A folder has no bytes: what ends with a backslash and has some is a file of that odd name.
    if "\\" in name and member.create_system in habits.parting and not (name.endswith("\\") and member.file_size):
        name = name.replace("\\", "/")
        read_as = (*read_as, "backslashes")
    return without_dots(name) + ("/" if name.endswith("/") else ""), read_as


def _raw(member: zipfile.ZipInfo) -> str:
    """The name as its bytes are, read as UTF-8 (PEP 383)."""
    return member.orig_filename.encode("cp437", "surrogateescape").decode("utf-8", "surrogateescape")


def _text_of(member: zipfile.ZipInfo, gbk: bool) -> tuple[str, tuple[str, ...]]:
    """UTF-8 where flagged, or where Info-ZIP says it beside; else each part as Chinese Windows writes it (GB 18030)."""
    if member.flag_bits & 0x800:
        return member.orig_filename, ()
    if beside := _unicode_path(member):
        return beside, ()
    name = _raw(member)
    if is_text(name):
        meant = "/".join((gbk and gbk_behind(part)) or part for part in name.split("/"))
        return meant, ("gb18030",) if meant != name else ()
    raw = raw_bytes(name)
    try:  # a second byte of GB 18030 may be that of a backslash: read first, parted afterwards
        return raw.decode("gb18030"), ("gb18030",)
    except UnicodeDecodeError:
        parts = [_part(part, gbk) for part in name.split("/")]
    return "/".join(parts), ("gb18030",) if any(map(is_text, parts)) and "/".join(parts) != name else ()


def _part(part: str, gbk: bool) -> str:
    """One part of a name whose whole is in no one encoding; what cannot be read stays as its bytes."""
    if is_text(part):
        return (gbk and gbk_behind(part)) or part
    try:
        return raw_bytes(part).decode("gb18030")
    except UnicodeDecodeError:
        return part


def _unicode_path(member: zipfile.ZipInfo) -> str:
    """Info-ZIP's extra field 0x7075: the name in UTF-8, valid while the CRC of the plain name fits (APPNOTE 4.6.9)."""
    extra = member.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        body, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == 0x7075 and len(body) > 5 and body[0] == 1:
            raw = member.orig_filename.encode("cp437", "replace")
            if struct.unpack_from("<I", body, 1)[0] == zlib.crc32(raw):
                return body[5:].decode("utf-8", "surrogateescape")
    return ""
