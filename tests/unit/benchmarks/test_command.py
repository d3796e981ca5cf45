"""`python -m benchmarks`: a question for help or a name nobody knows starts no benchmark."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("given", "code"), [("--help", 0), ("small_file", 2)])
def test_starts_nothing(given: str, code: int) -> None:
    """Who mistypes is told the names; results.md stays as it was."""
    before = (_ROOT / "benchmarks" / "results.md").read_bytes()
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks", given], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == code
    assert "small_files" in ended.stdout + ended.stderr
    assert "###" not in ended.stdout
    assert (_ROOT / "benchmarks" / "results.md").read_bytes() == before
