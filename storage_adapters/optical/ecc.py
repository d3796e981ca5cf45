"""Error correction inside the image (dvdisaster RS03): it fills the rest of the medium and repairs bad sectors."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
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


_HEADER = b"*dvdisaster*RS03"
_COLUMNS = 255  # of a code word: sectors of data, of checksums and of error correction, one from each layer


@dataclass(frozen=True, slots=True)
class Layout:
    """How an image with error correction is laid out (RS03 codec): its layers lie one behind the other.

    A code word has one sector of each layer; as many of them as there are `roots` may be missing.
    """

    data: int  # sectors of the image without error correction
    layer: int  # sectors of a layer
    roots: int

    @property
    def sectors(self) -> int:
        """All of the image."""
        return _COLUMNS * self.layer

    @property
    def correction(self) -> int:
        """The first sector of error correction; before it lie data, padding and checksums."""
        return (_COLUMNS - self.roots) * self.layer

    def can_repair(self, missing: Sequence[tuple[int, int]]) -> bool:
        """Whether what is missing (first sector, number of them) is little enough in every code word."""
        steps = [0] * (self.layer + 1)
        whole = 0
        for first, count in missing:
            whole += count // self.layer
            start, rest = first % self.layer, count % self.layer
            steps[start] += 1
            if start + rest <= self.layer:
                steps[start + rest] -= 1
            else:
                steps[0] += 1
                steps[start + rest - self.layer] -= 1
        return whole + max(accumulate(steps)) <= self.roots


def volume_sectors(image: Path) -> int:
    """Sectors of the file system, as it says itself (ECMA-119 8.4.8, little-endian first). Raises OSError."""
    with image.open("rb") as stream:
        stream.seek(16 * 2048 + 80)
        return int.from_bytes(stream.read(4), "little")


def read_layout(image: Path) -> Layout | None:
    """The layout of an image that carries error correction: its header follows the volume. Raises OSError."""
    sectors = volume_sectors(image)
    with image.open("rb") as stream:
        for place in (sectors, sectors - 150, sectors + 150):  # xorriso pads by 150 sectors
            if place > 16:
                stream.seek(place * 2048)
                header = stream.read(2048)
                if header.startswith(_HEADER) and len(header) >= 128:
                    roots, layer = (int.from_bytes(header[at : at + 4], "little") for at in (80, 120))
                    if 0 < roots < _COLUMNS and 0 < layer < 1 << 24:
                        return Layout(place, layer, roots)
    return None


def is_augmented(image: Path) -> bool:
    """Whether the image carries error correction. Raises OSError."""
    return read_layout(image) is not None


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
