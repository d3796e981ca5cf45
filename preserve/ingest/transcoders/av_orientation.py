"""Which way up a picture is shown: by how much it is turned clockwise, and whether it is mirrored before that."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from preserve.ingest.transcoders.av_streams import Streams

TURNED, MIRRORED = "DISPLAY_ROTATION_CLOCKWISE", "DISPLAY_MIRRORED"
"""Tags of a video track of ours. Earlier copies have DISPLAY_ROTATION, which counts anticlockwise."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """What a player does with a picture: mirrored left to right first, then turned clockwise by `degrees`."""

    degrees: int = 0
    mirrored: bool = False

    def __bool__(self) -> bool:
        return bool(self.degrees or self.mirrored)

    def __str__(self) -> str:
        turned = f"turned clockwise by {self.degrees} degrees" if self.degrees else ""
        return ", then ".join(part for part in ("mirrored left to right" if self.mirrored else "", turned) if part)


def orientation(stream: dict[str, Any]) -> Orientation:
    """By the display matrix (ISO/IEC 14496-12 §8.3.2), the old tag `rotate`, or our own tags."""
    for data in stream.get("side_data_list", []):
        if matrix := _matrix(str(data.get("displaymatrix", ""))):
            a, b, c, d = matrix
            return Orientation(round(math.degrees(math.atan2(-c, d))) % 360, a * d - b * c < 0)
        if "rotation" in data:  # ffmpeg counts anticlockwise
            return Orientation(-round(float(data["rotation"])) % 360)
    tags = {name.upper(): str(value) for name, value in stream.get("tags", {}).items()}
    if TURNED in tags or MIRRORED in tags:
        return Orientation(_degrees(tags.get(TURNED, "0")), MIRRORED in tags)
    return Orientation(_degrees(tags.get("ROTATE", "0")))


def _degrees(text: str) -> int:
    return int(text) % 360 if text.lstrip("-").isdigit() else 0


def _matrix(text: str) -> tuple[int, int, int, int] | None:
    rows = [line.partition(":")[2].split() for line in text.splitlines() if ":" in line]
    try:
        return int(rows[0][0]), int(rows[0][1]), int(rows[1][0]), int(rows[1][1])
    except (IndexError, ValueError):
        return None


def orientation_tags(source: Streams) -> list[str]:
    """This Matroska writer keeps no display matrix: what it says goes into tags of each track; the event says so."""
    tags: list[str] = []
    for number, stream in enumerate(source.video):
        shown = orientation(stream)
        if shown.degrees:
            tags += [f"-metadata:s:v:{number}", f"{TURNED}={shown.degrees}"]
        if shown.mirrored:
            tags += [f"-metadata:s:v:{number}", f"{MIRRORED}=horizontal"]
    return tags
