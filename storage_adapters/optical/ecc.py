"""Error correction inside the image (dvdisaster RS03): it fills the rest of the medium and repairs bad sectors."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from storage_adapters.optical.tools import run_tool


@dataclass(frozen=True, slots=True)
class Augmented:
    """What was added: size of the image in bytes now, and redundancy in per cent of the data."""

    size: int
    redundancy: float


@dataclass(frozen=True, slots=True)
class Repair:
    """What repairing came to: whether every sector is good now, and how many were repaired and how many are lost."""

    whole: bool
    repaired: int
    lost: int


def augment(image: Path, progress: Callable[[int], None] = lambda moved: None) -> Augmented:
    """Add error correction in place, up to the size of the smallest medium that holds the image.

    The image stays an ordinary one to every reader. Raises ToolFailed.
    """
    said = run_tool(
        ["dvdisaster", "-i", str(image), "-mRS03", "-x", str(_threads()), "-c"], progress=progress, watch=image
    )
    match = re.search(r"([\d.]+)% redundancy", said)
    return Augmented(image.stat().st_size, float(match.group(1)) if match else 0.0)


def is_augmented(image: Path) -> bool:
    """Whether the image carries error correction: its header follows the volume (RS03 codec, header sector)."""
    with image.open("rb") as stream:
        stream.seek(16 * 2048 + 80)  # ECMA-119 8.4.8: volume space size, little-endian first
        sectors = int.from_bytes(stream.read(4), "little")
        for place in (sectors, sectors - 150, sectors + 150):  # xorriso pads by 150 sectors
            if place > 16:
                stream.seek(place * 2048)
                if stream.read(16) == b"*dvdisaster*RS03":
                    return True
    return False


def repair(image: Path, progress: Callable[[int], None] = lambda moved: None) -> Repair:
    """Repair in place; work on a copy. Never raises for damage beyond repair: the answer says what is left."""
    said = run_tool(
        ["dvdisaster", "-i", str(image), "-x", str(_threads()), "-f"],
        progress=progress,
        watch=image,
        allowed=range(256),
    )
    repaired = sum(map(int, re.findall(r"Repaired sectors: (\d+)", said)))
    lost = sum(map(int, re.findall(r"Unrepaired sectors: (\d+)", said)))
    return Repair("All sectors are repaired" in said or "Good!" in said, repaired, lost)


def _threads() -> int:
    return max(1, len(os.sched_getaffinity(0)))
