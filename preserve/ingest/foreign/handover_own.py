"""What our own hand-over folders hold beside the records: the rest of the information package and its description."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from metadata.csip import CASE
from preserve.ingest.foreign.handover_cases import Case
from preserve.ingest.foreign.handover_profile import plain_number
from preserve.ingest.sources import Source

OUR_FOLDER = "信息包"
"""In 其他/: there a transfer of ours puts everything of the information package that is no deposited file."""
_LARGEST = 256 << 20
_DERIVED = ("representations/preservation/", "representations/access/")


def own_description(source: Source, others: Sequence[str], case: Case, content: Sequence[str]) -> dict[str, Any] | None:
    """The description in the information package beside, where it is of this case and of as many files."""
    for path in others:
        if not path.endswith(f"/{OUR_FOLDER}/{CASE}"):
            continue
        try:
            found = json.loads(source.read(path, _LARGEST))
        except (ValueError, RecursionError):
            continue
        if _is_of(found, case) and len(found.get("objects", ())) == len(content):
            return dict(found)
    return None


def _is_of(found: Any, case: Case) -> bool:
    if not isinstance(found, dict) or not isinstance(found.get("objects"), list):
        return False
    numbers = {plain_number(str(found.get(name, ""))) for name in ("archival_number", "case_number")} - {""}
    return case.key in numbers


def derived_in(others: Sequence[str]) -> tuple[str, ...]:
    """What was made here from the deposited files once, and is made anew."""
    return tuple(path for path in others if any(f"/{OUR_FOLDER}/{name}" in path for name in _DERIVED))
