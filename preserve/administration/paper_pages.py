"""Of how many pages a file is on paper, as far as the file itself says so."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PICTURES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".heic", ".webp", ".gif")


def pages_of(name: str, known: Mapping[str, str]) -> int:
    """What its significant properties say, one for a picture; 0 where nobody knows."""
    said = known.get("Pages", "")
    if re.fullmatch("[0-9]{1,6}", said):
        return int(said)
    return int(name.lower().endswith(_PICTURES))
