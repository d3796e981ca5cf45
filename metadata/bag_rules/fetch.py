"""What fetch.txt lists lies in the bag already and nowhere outside of it (RFC 8493 §2.2.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metadata.bag_names import Names, leads_out
from metadata.findings import Finding
from metadata.opened import OpenedBag

FETCH = "fetch.txt"
_LINE = re.compile(r"^(\S+)[ \t]+(\S+)[ \t]+(.+?)\s*$")
_LARGEST = 256 << 20


def check(bag: OpenedBag) -> Iterator[Finding]:
    """With every file there it is a warning; a package of an archive may not depend on a network at all."""
    if FETCH not in bag.inventory.files:
        return
    missing, paths = 0, list(_paths(bag))
    names = Names(bag.inventory.files, bag.version)
    for number, path in paths:
        if leads_out(path):
            yield Finding("bag.path-escapes", path, values={"manifest": FETCH, "line": number})
        elif not names.meant(path).there:
            missing += 1
    bad = missing or bag.packaged
    yield Finding("bag.fetch-present", FETCH, "error" if bad else "warning", {"count": len(paths), "missing": missing})


def _paths(bag: OpenedBag) -> Iterator[tuple[int, str]]:
    if bag.inventory.files[FETCH] > _LARGEST:
        return
    try:
        with (bag.root / FETCH).open(encoding=bag.encoding, errors="replace") as stream:
            for number, line in enumerate(stream, 1):
                if match := _LINE.match(line.removeprefix("\ufeff")):
                    yield number, match[3]
    except OSError:
        return  # the digests say that it cannot be read
