"""The two programs in every DIP with which anybody checks it off-line: a page for a browser, and a Python file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from preserve.access.verifier.building import build_page
from preserve.access.verifier.composing import compose
from storage_adapters.durable import write_file

PAGE, PROGRAM = "verify.html", "verify.py"


def put_verifiers(staged: Path) -> None:
    """Write both into the DIP's top folder; the same bytes every time, so that any copy of them serves any DIP."""
    write_file(staged / PAGE, _page())
    write_file(staged / PROGRAM, _program())


@cache
def _page() -> bytes:
    return build_page().encode()


@cache
def _program() -> bytes:
    return compose("preserve.access.verifier.program").encode()
