"""The second identifier: siegfried with current PRONOM signatures, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from preserve.ingest.facts import Answer, Basis


def answers(paths: Sequence[Path | str]) -> list[Answer]:
    """What siegfried says of each file, in order; one call for all of them."""
    import pygfried

    try:
        said = pygfried.identify_many([str(path) for path in paths], workers=1)
    except (pygfried.GoError, ValueError) as error:
        return [_none(str(error)) for _ in paths]
    signatures = ";".join(str(identifier["details"]) for identifier in said["identifiers"])
    by_name = {str(file["filename"]): file for file in said["files"]}
    return [_answer(by_name.get(str(path)), str(said["siegfried"]), signatures) for path in paths]


def _none(warning: str) -> Answer:
    import pygfried

    return Answer("siegfried", str(pygfried.version()), "", None, "", "", "", "none", warning)


def _answer(file: dict[str, Any] | None, program: str, signatures: str) -> Answer:
    if file is None:
        return _none("no answer")
    matches = [match for match in file["matches"] if match["ns"] == "pronom"]
    if not matches or matches[0]["id"] == "UNKNOWN":
        warning = matches[0]["warning"] if matches else str(file["errors"])
        return Answer("siegfried", program, signatures, None, "", "", "", "none", warning)
    first = matches[0]
    warning = str(first["warning"])
    if len(matches) > 1:
        warning = "; ".join([*([warning] if warning else []), "also " + ", ".join(m["id"] for m in matches[1:])])
    return Answer(
        "siegfried",
        program,
        signatures,
        str(first["id"]),
        str(first["format"]),
        str(first["version"]),
        str(first["mime"]),
        _basis(str(first["basis"])),
        warning,
    )


def _basis(text: str) -> Basis:
    if "container" in text:
        return "container"
    if "byte match" in text or "xml match" in text or "riff" in text:
        return "signature"
    if "text match" in text:
        return "text"
    return "extension" if "extension match" in text else "none"
