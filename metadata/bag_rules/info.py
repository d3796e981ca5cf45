"""bag-info.txt has its form, and its counts hold (RFC 8493 §2.2.2)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from metadata.bag import INFO, read_info
from metadata.errors import BagUnreadable
from metadata.findings import Finding
from metadata.opened import OpenedBag

_LARGEST = 1 << 20
_ONCE = ("Payload-Oxum", "Bagging-Date", "Bag-Size", "Bag-Group-Identifier", "Bag-Count")


def check(bag: OpenedBag) -> Iterator[Finding]:
    """Payload-Oxum, where given, stands once and is the number of bytes and files of the payload."""
    if INFO not in bag.inventory.files:
        return
    if bag.inventory.files[INFO] > _LARGEST:
        yield Finding("bag.info-form", INFO, values={"line": 0})
        return
    try:
        pairs = read_info(bag.root / INFO)
    except BagUnreadable as error:
        yield Finding("bag.info-form", INFO, values={"line": error.values.get("line", 0)})
        return
    counts = Counter(label for label, _ in pairs)
    for label in _ONCE:
        if counts[label] > 1:
            yield Finding("bag.info-repeated", INFO, values={"label": label})
    for label, value in pairs:
        if label == "Payload-Oxum":
            yield from _oxum(bag, value.strip())
        elif label == "Bagging-Date" and not _is_date(value.strip()):
            yield Finding("bag.info-date", INFO, values={"value": value})


def _oxum(bag: OpenedBag, value: str) -> Iterator[Finding]:
    if not re.fullmatch(r"[0-9]+\.[0-9]+", value):
        yield Finding("bag.payload-oxum-form", INFO, values={"value": value})
        return
    sizes = [size for name, size in bag.inventory.files.items() if name.startswith("data/")]
    actual = f"{sum(sizes)}.{len(sizes)}"
    if actual != value:
        yield Finding("bag.payload-oxum-differs", INFO, values={"said": value, "found": actual})


def _is_date(value: str) -> bool:
    try:
        return bool(date.fromisoformat(value)) and len(value) == 10
    except ValueError:
        return False
