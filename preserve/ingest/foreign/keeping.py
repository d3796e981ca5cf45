"""What a package holds beside its content, kept in the documentation of ours as it came, with its paths."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from metadata.csip import encode_href
from metadata.names import safe_names
from preserve.errors import Refused
from preserve.ingest.foreign.eep_shell import shell
from preserve.ingest.foreign.look import Foreign

FOLDER = "package"
"""In `documentation/submission/`."""
_ROOM = 12_000  # bytes of the root METS that may list such files; all of it stays below 32 KB, which a validator needs
_LINE = 340  # bytes of a file in it beside its name
_LARGEST = 1 << 30
_LARGEST_TOGETHER = 256 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)


def kept_documents(foreign: Foreign) -> Iterator[tuple[str, bytes]]:
    """Name below `documentation/submission/` and bytes of each file; of more than METS has room for one zip.

    Raises Refused where one is too large, or all together are.
    """
    paths = {entry.path: entry.path.removeprefix(foreign.top) for entry in foreign.kept}
    stored = dict(zip(paths, safe_names(paths.values()), strict=True)) if len(paths) * _LINE < _ROOM else {}
    if len(stored) < len(paths) or sum(_LINE + len(encode_href(name)) for name in stored.values()) > _ROOM:
        yield f"{FOLDER}.zip", _together(foreign, paths)
        return
    for entry, stream in foreign.source.stream(lambda entry: entry.path in stored):
        data = _bytes_of(foreign, entry.path, stream, _LARGEST)
        yield f"{FOLDER}/{stored[entry.path]}", data


def _bytes_of(foreign: Foreign, path: str, stream: BinaryIO, limit: int) -> bytes:
    """One file as it came, or without the data in it that are content."""
    if (names := foreign.package.without.get(path)) is not None:
        return shell(stream, names, path)
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise Refused("foreign.kept-too-large", path, limit=limit)
    return data


def _together(foreign: Foreign, paths: dict[str, str]) -> bytes:
    """A zip that is the same whenever it is made."""
    total, out = 0, io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, stream in foreign.source.stream(lambda entry: entry.path in paths):
            data = _bytes_of(foreign, entry.path, stream, _LARGEST_TOGETHER)
            total += len(data)
            if total > _LARGEST_TOGETHER:
                raise Refused("foreign.kept-too-large", entry.path, limit=_LARGEST_TOGETHER)
            name = paths[entry.path].encode("utf-8", "backslashreplace").decode()
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
