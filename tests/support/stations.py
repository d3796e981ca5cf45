"""A collection station's folder as stations write it, with recordings that are no more than they must be."""

from __future__ import annotations

import hashlib
import json
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAMES = (
    "GMA000123_012345_20260301093000_0001.wav",
    "GMA000124_012345_20260301094000_0001.wav",
    "GMA000777_054321_20260301093500_0001.wav",
    "GMA000123_012345_20260310150000_0001.wav",
)
"""Two of an inspection on the first of March, one of other officers at that hour, one of another day."""
MEASURE = {"measure": "inspection", "start": "2026-03-01T09:20:00", "end": "2026-03-01T10:00:00"}
OFFICER = {"name": "张三", "number": "012345"}


def write_sound(path: Path, tone: int = 1) -> Path:
    """A tenth of a second of sound; another `tone` has other bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"".join(int((tone * step) % 9000).to_bytes(2, "little") for step in range(800)))
    return path


def write_station(folder: Path, *names: str) -> Path:
    """Recordings by day, and a side file that names each with its SHA-256, SM3 apart."""
    rows = []
    for tone, name in enumerate(names or NAMES, 1):
        path = write_sound(folder / name.split("_")[2][:8] / name, tone)
        data = path.read_bytes()
        rows.append(
            {
                "WJBM": name,
                "wjdx": str(len(data)),
                "sha256": hashlib.sha256(data).hexdigest(),
                "scsj": f"{name.split('_')[2][:8]}180000",
                "jy_xm": "张三",
                "dwmc": "临江市文化市场综合行政执法支队",
                "gzz_xh": "44010401901281918586",
            }
        )
    write_side(folder / "fileinfo.json", rows)
    return folder


def write_side(path: Path, rows: Any) -> Path:
    """A side file in JSON."""
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return path


def tree(folder: Path) -> Mapping[str, tuple[int, str]]:
    """Every file with its time and bytes: what must be the same after somebody read it."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
