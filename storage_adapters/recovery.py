"""Recovery data beside a package (par2): what repairs a few bad places on a drive without any other copy."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from storage_adapters.durable import discard, publish
from storage_adapters.medium_errors import on_medium
from storage_adapters.optical.tools import run_tool

_FILES_A_SET = 4000  # par2 holds 32,768 blocks, and no two files share one
_BLOCKS = 2000


def protect(
    root: Path,
    files: Sequence[tuple[str, int]],
    target: Path,
    percent: int,
    progress: Callable[[int], None] = lambda moved: None,
) -> int:
    """Write recovery data for the files (path, size) below `root` into the folder `target`, whole or not at all.

    Returns its bytes. `percent` of the files' bytes can be lost and repaired. Raises ToolFailed.
    """
    building = target.with_name(target.name + ".part")
    with on_medium(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        discard(building, target.parent)
        building.mkdir()
    wanted = sorted(path for path, size in files if size)
    for number, start in enumerate(range(0, len(wanted), _FILES_A_SET), 1):
        batch = wanted[start : start + _FILES_A_SET]
        blocks = min(32768, max(_BLOCKS, 2 * len(batch)))
        run_tool(
            [
                "par2",
                "create",
                "-q",
                "-q",
                "-n1",
                f"-r{percent}",
                f"-b{blocks}",
                "-B",
                str(root),
                str(building.resolve() / f"set-{number:04d}.par2"),
                "--",
                *(str(root / path) for path in batch),
            ],
            progress=progress,
            folder=root,
        )
        progress(0)
    publish(building, target)
    return sum(entry.stat().st_size for entry in os.scandir(target))


def repair(root: Path, recovery: Path) -> bool:
    """Repair the files below `root` in place from the recovery data; work on a copy. Whether all are whole now."""
    whole = True
    for index in sorted(recovery.glob("set-*.par2")):
        if ".vol" in index.name:
            continue
        said = run_tool(["par2", "repair", "-q", "-B", str(root), str(index)], allowed=range(256), folder=root)
        whole &= "Repair complete" in said or "All files are correct" in said
    return whole
