"""Files of other systems beside the project, each with its licence: read from there and never copied into it."""

from __future__ import annotations

from pathlib import Path

SAMPLES = Path(__file__).parents[2].parent / "shared" / "cases" / "packages"
OFD = SAMPLES / "ofd"
