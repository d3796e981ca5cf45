"""bagit.txt is exactly two lines in UTF-8 without a byte order mark (RFC 8493 §2.1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metadata.bag import DECLARATION
from metadata.bag_encoding import codec_of
from metadata.findings import Finding
from metadata.opened import OpenedBag

VERSIONS = ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")
_END = r"(?:\r\n|\r|\n)"
_FORM = re.compile(
    rf"BagIt-Version: (?P<version>\d+\.\d+){_END}"
    rf"Tag-File-Character-Encoding: (?P<encoding>[A-Za-z0-9._:+-]+)(?:{_END})?"
)
# Blanks that no reader can take for anything: behind a colon or at the end of a line, and empty lines at the end.
_LOOSE = re.compile(
    rf"BagIt-Version:[ \t]+(?P<version>\d+\.\d+)[ \t]*{_END}"
    rf"Tag-File-Character-Encoding:[ \t]+(?P<encoding>[A-Za-z0-9._:+-]+)[ \t]*(?:{_END}[ \t]*)*"
)


def check(bag: OpenedBag) -> Iterator[Finding]:
    """The declaration is there, in form, of a known version, and names an encoding that can be read."""
    if DECLARATION not in bag.inventory.files:
        yield Finding("bag.declaration-missing", DECLARATION)
        return
    if bag.inventory.files[DECLARATION] > 4096:
        yield Finding("bag.declaration-form", DECLARATION)
        return
    try:
        data = (bag.root / DECLARATION).read_bytes()
    except OSError as error:
        yield Finding("bag.file-unreadable", DECLARATION, values={"reason": error.strerror or str(error)})
        return
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        yield Finding("bag.declaration-bom", DECLARATION)
        return
    text = data.decode("utf-8", "replace")
    match = _FORM.fullmatch(text)
    if match is None:
        match = _LOOSE.fullmatch(text)
        if match is None:
            yield Finding("bag.declaration-form", DECLARATION)
            return
        yield Finding("bag.declaration-blanks", DECLARATION, "warning")
    if match["version"] not in VERSIONS:
        yield Finding("bag.version-unknown", DECLARATION, values={"version": match["version"]})
    codec = codec_of(match["encoding"])
    if codec is None:
        yield Finding("bag.encoding-unknown", DECLARATION, values={"encoding": match["encoding"]})
    elif codec not in ("utf-8", "ascii"):
        yield Finding("bag.encoding-other", DECLARATION, "note", {"encoding": match["encoding"]})
