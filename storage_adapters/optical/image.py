"""Makes the image of a disc: ISO 9660 level 3 with Rock Ridge and Joliet, the same bytes every time (xorriso).

The image is made first, verified, and then written as it is, so that every copy of a disc is the same and one digest
stands for all of it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage_adapters.durable import move_in
from storage_adapters.errors import NameTooLong, SourceUnreadable, ToolFailed
from storage_adapters.medium_errors import on_medium
from storage_adapters.optical.tools import run_tool

SECTOR = 2048
VOLUME_ID = re.compile(r"[A-Z0-9_]{1,16}")  # Joliet holds 16; Windows shows the Joliet one
_JOLIET_NAME = 103
_JOLIET_PATH = 1000  # -joliet-long lifts the bound of 240


@dataclass(frozen=True, slots=True)
class Graft:
    """A file on the disc and where its bytes come from: all of `source`, or `length` bytes from `offset`."""

    target: str  # path on the disc, without leading slash
    source: Path
    offset: int = 0
    length: int | None = None


def check_names(targets: Iterable[str]) -> None:
    """Raises NameTooLong for a name that readers of Joliet (Windows) would not see as it is."""
    for target in targets:
        if len(target) > _JOLIET_PATH or any(ord(letter) > 0xFFFF for letter in target):
            raise NameTooLong(target)
        for part in target.split("/"):
            if len(part) > _JOLIET_NAME or part in ("", ".", "..") or any(ord(c) < 32 for c in part):
                raise NameTooLong(target)


def make_image(
    grafts: Sequence[Graft],
    target: Path,
    volume_id: str,
    moment: datetime,
    progress: Callable[[int], None] = lambda moved: None,
) -> int:
    """Write the image to `target`, whole or not at all; return its size in bytes.

    The same grafts, volume id and moment (UTC, to the hundredth of a second; it becomes the image's UUID) give the
    same bytes. Raises NameTooLong, SourceUnreadable, ToolFailed and the medium's errors.
    """
    _check(grafts, volume_id)
    part = target.with_name(target.name + ".part")
    with on_medium(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        # An image is appended to what lies there already.
        part.unlink(missing_ok=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            arguments = _arguments(grafts, Path(folder), volume_id, moment)
            said = run_tool([*arguments[0], "-o", str(part), *arguments[1]], progress=progress, watch=part)
            _refuse_warnings(said)
        size = part.stat().st_size
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    move_in(part, target)
    return size


def _refuse_warnings(said: str) -> None:
    """A name that was cut or a file left out is only a warning to xorriso. Brackets in a name are none to us."""
    for line in said.splitlines():
        if ": WARNING :" in line and ": WARNING : Pattern " not in line:
            raise ToolFailed("xorriso", reason=line.strip())


def image_size(grafts: Sequence[Graft], volume_id: str, moment: datetime) -> int:
    """Bytes that `make_image` would write, without reading the files."""
    _check(grafts, volume_id)
    with tempfile.TemporaryDirectory() as folder:
        first, second = _arguments(grafts, Path(folder), volume_id, moment)
        said = run_tool([*first, "-print-size", "-o", "/dev/null", *second])
    sizes = re.findall(r"^(\d+)$", said, re.MULTILINE)
    if not sizes:
        raise ToolFailed("xorriso", reason=said[-300:])
    return int(sizes[-1]) * SECTOR


def _check(grafts: Sequence[Graft], volume_id: str) -> None:
    if not VOLUME_ID.fullmatch(volume_id):
        raise NameTooLong(volume_id)
    check_names(graft.target for graft in grafts)
    for graft in grafts:
        if graft.source.is_symlink() or not graft.source.is_file():
            raise SourceUnreadable(str(graft.source), reason="not a regular file")


def _arguments(grafts: Sequence[Graft], folder: Path, volume_id: str, moment: datetime) -> tuple[list[str], list[str]]:
    """What stands before and after the output's name."""
    utc = moment.astimezone(UTC)
    date = f"{utc:%Y%m%d%H%M%S}{utc.microsecond // 10000:02d}"
    # The order given would show in the index of MD5 sums.
    grafts = sorted(grafts, key=lambda graft: graft.target)
    whole = [graft for graft in grafts if graft.length is None]
    listing = folder / "grafts"
    lines = (f"{_escaped(graft.target)}={_escaped(str(graft.source))}\n" for graft in whole)
    listing.write_text("".join(lines), encoding="utf-8", errors="surrogateescape")
    first = [
        "xorriso",
        "-return_with",
        "SORRY",
        "32",
        "-as",
        "mkisofs",
        "-iso-level",
        "3",
        "-J",
        "-joliet-long",
        "-r",
        "-V",
        volume_id,
        "--md5",
        "--set_all_file_dates",
        date,
        f"--modification-date={date}",
    ]
    second = ["-graft-points", "-path-list", str(listing), "--"]
    for graft in grafts:
        if graft.length is not None:
            second += ["-cut_out", str(graft.source), str(graft.offset), str(graft.length), "/" + graft.target]
    # Modes come from the sources otherwise, and with them a trace of where the copy lay.
    second += ["-find", "/", "-type", "f", "-exec", "chmod", "0444", "--"]
    second += ["-find", "/", "-type", "d", "-exec", "chmod", "0555", "--"]
    return first, second


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace("=", "\\=")
