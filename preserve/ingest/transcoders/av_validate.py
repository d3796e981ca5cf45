"""MediaConch's judgement on a Matroska file of ours: whether it keeps the rules of Matroska, FFV1 and PCM."""

from __future__ import annotations

import shutil
from pathlib import Path

from preserve.ingest.facts import Validation
from preserve.programs import Pulse, ToolFailed, run, shown
from storage_adapters.programs import ask

_PATIENT = 24 * 3600.0  # seconds: it says nothing before it is done
_LINES = 40


def validate(path: Path, pulse: Pulse) -> Validation:
    """Its outcome; `not-run` where the program is not there. Raises what `pulse` raises."""
    program = shutil.which("mediaconch")
    if program is None:
        return Validation("", "not-run")
    command = [program, "-mc", "-fs", str(path)]
    line = shown(command, {str(path): "RESULT"})
    try:
        said = run(command, pulse, stalled=_PATIENT)
    except ToolFailed as error:
        return Validation(_version(program), "not-run", line, error.words.replace(str(path), "RESULT")[-500:])
    lines = [text.strip().replace(str(path), "RESULT") for text in said.splitlines() if text.strip()]
    passes = bool(lines) and lines[0].startswith("pass!")
    return Validation(_version(program), "pass" if passes else "fail", line, "\n".join(lines[:_LINES]))


def _version(program: str) -> str:
    words = ask([program, "--Version"]).said.split()
    return f"MediaConch {words[-1] if words else 'unknown'}"
