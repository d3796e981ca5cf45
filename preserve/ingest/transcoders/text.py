"""Text in another encoding as UTF-8, beside the original."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from pathlib import Path

from metadata.findings import Finding
from preserve.ingest.facts import Proof
from preserve.ingest.transcoders import Made
from preserve.programs import ToolFailed

_PIECE = 1 << 20


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as stream:
        while data := stream.read(_PIECE):
            yield decoder.decode(data)
        yield decoder.decode(b"", final=True)


def to_utf8(source: Path, scratch: Path, stem: str, suffix: str, encoding: str, name: str) -> Made:
    """The same characters in UTF-8. Raises ToolFailed when the text is not in that encoding after all."""
    result = scratch / f"{stem}.utf8"
    before = hashlib.sha256()
    try:
        with result.open("wb") as out:
            for piece in _decoded(source, encoding):
                data = piece.encode("utf-8")
                before.update(data)
                out.write(data)
    except UnicodeError as error:
        raise ToolFailed(f"not {encoding}: {error}") from error
    after = hashlib.sha256()
    for piece in _decoded(result, "utf-8"):
        after.update(piece.encode("utf-8"))
    holds = before.digest() == after.digest()
    return Made(
        result,
        suffix,
        "x-fmt/111",
        "Plain Text File",
        "",
        "text/plain",
        "preserve",
        ("iconv", "-f", encoding.upper(), "-t", "UTF-8", "-o", "RESULT", "SOURCE"),
        Proof(
            "text-equal",
            holds,
            {"sha256 of text as UTF-8": before.hexdigest()},
            {"sha256 of text as UTF-8": after.hexdigest()},
            (("iconv", "-f", encoding.upper(), "-t", "UTF-8", "SOURCE"), ("sha256sum", "RESULT")),
        ),
        (("character encoding", "utf-8"),),
        (),
        () if holds else (Finding("normalise.proof-fails", name, "error"),),
    )
