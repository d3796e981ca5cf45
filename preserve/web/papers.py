"""Scanned papers that came with a form, as files for an operation to copy: real scans only, gone when it is done."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from starlette.datastructures import UploadFile

from preserve.errors import Refused
from preserve.web.forms import plain_name

LARGEST = 100 << 20
"""Bytes of all papers of one form."""

_SCANS = {b"%PDF-": ".pdf", b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n": ".png", b"II*\0": ".tif", b"MM\0*": ".tif"}


@contextmanager
def received(home: Path, papers: Iterable[tuple[str, UploadFile]]) -> Iterator[list[tuple[str, Path]]]:
    """Kind and file of each paper, in a folder of their own that goes when this ends.

    Raises Refused for what is no PDF and no picture, whatever it is called: nobody unpacks archives here.
    """
    with tempfile.TemporaryDirectory(dir=home / "work", prefix=".papers-") as folder:
        found = []
        for number, (kind, paper) in enumerate(papers):
            place = Path(folder) / str(number)
            place.mkdir(mode=0o700)
            target = place / plain_name(paper.filename or "", _ending(paper.file, paper.filename or ""))
            with target.open("xb") as out:
                shutil.copyfileobj(paper.file, out)
            found.append((kind, target))
        yield found


def _ending(stream: BinaryIO, name: str) -> str:
    """By what its bytes say, not its name."""
    head = stream.read(8)
    stream.seek(0)
    for begin, ending in _SCANS.items():
        if head.startswith(begin):
            return ending
    raise Refused("web.requests-paper-scan", PurePosixPath(name).name)
