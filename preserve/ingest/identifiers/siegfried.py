"""siegfried in process (pygfried): the identifier with the newest PRONOM signatures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from preserve.ingest.facts import Answer, Basis


@cache
def _scanner() -> Any:
    import pygfried

    return pygfried.Scanner()


def prepare() -> None:
    """Load the signatures, which takes a tenth of a second, before they are needed."""
    _scanner()


def _basis(words: str) -> Basis:
    """siegfried's own sentence («byte match at 0, 4; extension match mp4») as one of our grounds: the best it names."""
    if "container" in words:
        return "container"
    if "byte match" in words or "xml match" in words or "riff" in words:
        return "signature"
    if "text match" in words:
        return "text"
    return "extension" if "extension match" in words or "glob" in words else "none"


def _answers(report: dict[str, Any], file: dict[str, Any]) -> tuple[Answer, ...]:
    version = str(report["siegfried"])
    signatures = str(report["identifiers"][0]["details"])
    found = []
    for match in file.get("matches", ()):
        puid = None if match["id"] in ("", "UNKNOWN") else str(match["id"])
        basis = _basis(match["basis"]) if puid else "none"
        found.append(
            Answer(
                *("siegfried", version, signatures, puid, match["format"], match["version"]),
                *(match["mime"], basis, match["warning"]),
            )
        )
    return tuple(found) or (Answer("siegfried", version, signatures, None, "", "", "", "none", file["errors"]),)


@cache
def signatures() -> tuple[str, str]:
    """siegfried's version and that of its signature files; it tells them with any answer."""
    report = _scanner().identify(__file__, detailed=True)
    return str(report["siegfried"]), str(report["identifiers"][0]["details"])


def answers(path: Path) -> tuple[Answer, ...]:
    """What siegfried says about the file at `path`, whose name must still have its extension. Raises OSError."""
    report = _scanner().identify(str(path), detailed=True)
    return _answers(report, report["files"][0])


def answers_of_many(paths: Sequence[Path], workers: int = 2) -> list[tuple[Answer, ...]]:
    """The same for many files in one call, in their order. Raises OSError."""
    if not paths:
        return []
    report = _scanner().identify_many([str(path) for path in paths], workers=workers)
    by_name = {file["filename"]: _answers(report, file) for file in report["files"]}
    return [by_name[str(path)] for path in paths]
