"""No two names are one after normalisation or on a system that folds case, and all are UTF-8 (RFC 8493 §6.1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from metadata.findings import Finding, Severity
from metadata.opened import OpenedBag

_ESCAPED = re.compile("[\ud800-\udfff]")


def check(bag: OpenedBag) -> Iterator[Finding]:
    """Files and folders alike; below folders that collide only what collides itself is named.

    In a package of an archive they are errors; elsewhere a bag with such names is discouraged, and valid.
    """
    severity: Severity = "error" if bag.packaged else "warning"
    seen: dict[str, str] = {}
    for names in (bag.inventory.folders, bag.inventory.files):
        for name in names:
            if not name.isascii():
                if _ESCAPED.search(name):
                    yield Finding("bag.name-not-utf8", name, severity)
                    continue
                key = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
            else:
                key = name.lower()
            other = seen.setdefault(key, name)
            if other != name:
                yield Finding("bag.names-collide", name, severity, {"other": other})
