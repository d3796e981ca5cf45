"""Which media types METS may name: those of IANA's registry, as the validators of E-ARK packages know it."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

UNKNOWN = "application/octet-stream"


@cache
def _registered() -> dict[str, str]:
    lines = (Path(__file__).parent / "media_types.txt").read_text(encoding="utf-8").splitlines()
    return {line.lower(): line for line in lines if line and not line.startswith("#")}


def is_registered(mime: str) -> bool:
    """Whether the registry has this type, parameters aside."""
    return mime.partition(";")[0].strip().lower() in _registered()


@lru_cache(maxsize=1024)
def registered(mime: str) -> str:
    """The type in the registry's spelling, or `application/octet-stream` where the registry has none (CSIP68).

    What the file is stands in PREMIS, with name, version and PUID of its format: there nothing is lost.
    """
    return _registered().get(mime.partition(";")[0].strip().lower(), UNKNOWN)
