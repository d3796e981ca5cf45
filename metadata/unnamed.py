"""A file without a name, for text that is written before its place in a document is known."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile
from typing import IO


def unnamed_file(folder: Path) -> IO[str]:
    """A file on the medium of `folder` that no listing shows and that ends with the process, however that ends.

    There, and not in the system's folder for such files: it may hold names of evidence. Raises OSError.
    """
    return TemporaryFile("w+", encoding="utf-8", newline="\n", dir=folder)
