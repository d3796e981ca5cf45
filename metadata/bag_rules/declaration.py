"""bagit.txt is exactly two lines in UTF-8 without a byte order mark (RFC 8493 §2.1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metadata.bag import DECLARATION
from metadata.findings import Finding
from metadata.opened import OpenedBag

VERSIONS = ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")
_FORM = re.compile(
    r"BagIt-Version: (?P<version>\d+\.\d+)(?:\r\n|\r|\n)"
    r"Tag-File-Character-Encoding: (?P<encoding>[A-Za-z0-9._:+-]+)(?:\r\n|\r|\n)?"
)


def check(bag: OpenedBag) -> Iterator[Finding]:
    """The declaration is there, in form, of a known version, and says UTF-8."""
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
    match = _FORM.fullmatch(data.decode("utf-8", "replace"))
    if match is None:
        yield Finding("bag.declaration-form", DECLARATION)
        return
    if match["version"] not in VERSIONS:
        yield Finding("bag.version-unknown", DECLARATION, values={"version": match["version"]})
    if match["encoding"].upper() != "UTF-8":
        yield Finding("bag.encoding-unknown", DECLARATION, values={"encoding": match["encoding"]})
