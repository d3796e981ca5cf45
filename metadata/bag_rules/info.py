"""bag-info.txt has its form, and its counts hold (RFC 8493 §2.2.2)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from metadata.errors import BagUnreadable
from metadata.findings import Finding
from metadata.opened import OpenedBag

_ONCE = ("Payload-Oxum", "Bagging-Date", "Bag-Size", "Bag-Group-Identifier", "Bag-Count")


def check(bag: OpenedBag) -> Iterator[Finding]:
    """Payload-Oxum, where given, is the number of bytes and files of the payload; what else is odd harms no byte."""
    name = bag.info_name
    try:
        pairs = bag.info()
    except BagUnreadable as error:
        yield Finding("bag.info-form", name, values={"line": error.values.get("line", 0)})
        return
    counts = Counter(label.casefold() for label, _ in pairs)
    for label in () if bag.old else _ONCE:
        if counts[label.casefold()] > 1:
            yield Finding("bag.info-repeated", name, "warning", {"label": label})
    for label, value in pairs:
        if label.casefold() == "payload-oxum":
            yield from _oxum(bag, value.strip())
        elif label.casefold() == "bagging-date" and not _is_date(value.strip()):
            yield Finding("bag.info-date", name, "warning", {"value": value})


def _oxum(bag: OpenedBag, value: str) -> Iterator[Finding]:
    if not re.fullmatch(r"[0-9]+\.[0-9]+", value):
        yield Finding("bag.payload-oxum-form", bag.info_name, values={"value": value})
        return
    count, total = bag.payload
    actual = f"{total}.{count}"
    if actual != value:
        yield Finding("bag.payload-oxum-differs", bag.info_name, values={"said": value, "found": actual})


def _is_date(value: str) -> bool:
    try:
        return bool(date.fromisoformat(value)) and len(value) == 10
    except ValueError:
        return False
