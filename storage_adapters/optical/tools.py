"""Runs the programs that discs need; watched, stopped when the caller stops, never left running behind it."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from storage_adapters.errors import ToolFailed
from storage_adapters.programs import start

_EVERY = 0.2  # seconds between two looks at how far it is


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)


def run_tool(
    arguments: Sequence[str],
    *,
    progress: Callable[[int], None] = lambda moved: None,
    watch: Path | None = None,
    allowed: Sequence[int] = (0,),
    folder: Path | None = None,
) -> str:
    """Run a program to its end; return what it printed, both streams.

    `progress` is told how many bytes the file `watch` has grown by, and may raise to stop the program. Raises
    ToolFailed where it is missing or its exit status is none of `allowed`.
    """
    with tempfile.TemporaryFile() as said:
        try:
            started = start(
                arguments, stdout=said, stderr=subprocess.STDOUT, folder=folder, session=False, first=_die_with_parent
            )
        except OSError as error:
            raise ToolFailed(arguments[0], reason=error.strerror or str(error)) from error
        with started as process:
            status = _to_its_end(process, progress, watch)
        said.seek(0)
        text = said.read().decode("utf-8", "replace").replace("\r", "\n")
        if status not in allowed:
            raise ToolFailed(arguments[0], status=status, reason=_last_lines(text))
        return text


def _to_its_end(process: subprocess.Popen[bytes], progress: Callable[[int], None], watch: Path | None) -> int:
    seen = 0
    try:
        while True:
            try:
                return process.wait(_EVERY)
            except subprocess.TimeoutExpired:
                size = watch.stat().st_size if watch is not None and watch.exists() else 0
                progress(max(0, size - seen))
                seen = max(seen, size)
    except BaseException:
        process.kill()
        process.wait()
        raise


def _last_lines(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().endswith("%")]
    return " / ".join(lines[-3:])[:500]
