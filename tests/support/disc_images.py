"""Files with names that are hard on discs, and the grafts that put them there."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

from storage_adapters.optical.image import Graft

WHEN = datetime(2026, 11, 24, 8, 30, 15, 250000, tzinfo=UTC)
NAMES = {
    "bagit.txt": b"BagIt-Version: 1.0\n",
    "data/现场录像 (1).mp4": os.urandom(3_000_001),
    "data/空.txt": b"",
    'data/a\'b "c" = \\d.txt': b"quotes",
    "data/" + "深" * 80 + ".txt": "八十".encode(),
    "data/" + "/".join(["层"] * 12) + "/末.txt": b"deep",
    "data/" + "x" * 100 + ".p": b"long",
    "data/" + "/".join(["长长的文件夹名字有二十个汉字这么长一些"] * 12) + "/路径.txt": b"long path",
    "data/-dash": b"-",
    "data/é.txt": b"e",
}


def tree(folder: Path) -> list[Graft]:
    """Write the files of NAMES into the folder under other names."""
    grafts = []
    for name, data in NAMES.items():
        path = folder / hashlib.sha256(name.encode()).hexdigest()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        grafts.append(Graft(f"packages/aip-1/{name}", path))
    return grafts


def augmented_by_hand(image: Path, target: Path, layer: int, roots: int) -> Path:
    """A copy of an image, as long as one with error correction, whose header says how that lies; the rest is zeros.

    dvdisaster fills a whole medium; here the header is what matters.
    """
    data = image.read_bytes()
    header = bytearray(2048)
    header[:16] = b"*dvdisaster*RS03"
    header[80:84], header[120:124] = roots.to_bytes(4, "little"), layer.to_bytes(4, "little")
    with target.open("wb") as out:
        out.write(data + header)
        out.truncate(255 * layer * 2048)
    return target
