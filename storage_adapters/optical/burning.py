"""Finds burner and blank, writes an image onto it as it is, and closes the disc: one session, for ever (xorriso).

A device and a file (`stdio:`) take the same way; a file stands for a disc in tests and where none is at hand.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from storage_adapters.errors import MediumAbsent, MediumFailing, MediumFull, NotBlank, ToolFailed
from storage_adapters.optical.reading import SECTOR, address
from storage_adapters.optical.tools import run_tool


@dataclass(frozen=True, slots=True)
class Burner:
    """A drive that can burn: its device node and what it calls itself."""

    device: Path
    model: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What lies in a burner. `kind` as the drive names it (`BD-R sequential recording`), sizes in bytes."""

    kind: str
    status: Literal["blank", "used", "none"]
    writable: int
    readable: int
    volume_id: str


def find_burners() -> list[Burner]:
    """Every burner of this machine, by its lasting name where there is one."""
    try:
        said = run_tool(["xorriso", "-device_links"], allowed=range(256))
    except ToolFailed:
        return []
    burners = re.findall(r"^\s*\d+\s+-dev '([^']+)'\s+\S+\s*:\s*(.+)$", said, re.MULTILINE)
    return [Burner(Path(device), " ".join(model.replace("'", "").split())) for device, model in burners]


def parse_loaded(said: str) -> Loaded:
    """What xorriso's `-toc` says of the medium."""

    def one(pattern: str) -> str:
        match = re.search(pattern, said)
        return match.group(1).strip() if match else ""

    kind = one(r"Media current: (.*)")
    status = one(r"Media status : (.*)")
    volume = one(r"Volume id    : '(.*)'") or one(r"ISO session  :[^,]*,[^,]*,[^,]*, (.*)")
    blocks = re.search(r"Media blocks : (\d+) readable , (\d+) writable", said)
    readable, writable = (int(blocks.group(1)), int(blocks.group(2))) if blocks else (0, 0)
    if not kind or kind == "is not recognizable" or "no media" in said.lower():
        return Loaded(kind, "none", 0, 0, "")
    return Loaded(kind, "blank" if "blank" in status else "used", writable * SECTOR, readable * SECTOR, volume)


def look(disc: Path) -> Loaded:
    """What lies in the burner. Raises MediumAbsent where there is no burner."""
    try:
        return parse_loaded(run_tool(["xorriso", "-outdev", address(disc), "-toc"]))
    except ToolFailed as error:
        if error.values.get("status") is None:
            raise
        raise MediumAbsent(str(disc), reason=str(error.values.get("reason", ""))) from error


def burn(
    image: Path,
    disc: Path,
    *,
    kinds: tuple[str, ...] = (),
    speed: str = "",
    progress: Callable[[int], None] = lambda moved: None,
) -> Loaded:
    """Write the image as the only session of a blank disc; return what was in the burner before.

    `kinds` are the drive's words for media that will do (none: any); `speed` as xorriso takes it (`4`), empty for the
    drive's choice. Raises MediumAbsent, NotBlank, MediumFull, ToolFailed (the disc is lost then; the image is not).
    """
    loaded = look(disc)
    stdio = loaded.kind.startswith("stdio file")
    if loaded.status == "none":
        raise MediumAbsent(str(disc), reason=loaded.kind)
    if loaded.status != "blank":
        raise NotBlank(str(disc), volume=loaded.volume_id)
    if kinds and not stdio and not any(loaded.kind.startswith(kind) for kind in kinds):
        raise MediumFailing(str(disc), reason=f"{loaded.kind}; wanted: {', '.join(kinds)}")
    size = image.stat().st_size
    if loaded.writable < size:
        raise MediumFull(str(disc), needed=size, free=loaded.writable)
    arguments = ["xorriso", "-return_with", "SORRY", "32", "-as", "cdrecord", "-v", f"dev={address(disc)}", "padsize=0"]
    if speed:
        arguments.append(f"speed={speed}")
    run_tool([*arguments, str(image)], progress=progress, watch=disc if stdio else None)
    _flush(disc)
    return loaded


def _flush(disc: Path) -> None:
    """Let go of what the kernel remembers of the disc, so that reading back reads the disc."""
    import fcntl

    handle = os.open(disc, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if disc.is_block_device():
            fcntl.ioctl(handle, 0x1261, 0)  # BLKFLSBUF
        else:
            os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)
