"""An archive with two cases that have fallen due, for a test alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.due_case import Bureau, bureau_in


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    """The bureau, with its archive in `tmp_path / "home"`."""
    with bureau_in(tmp_path) as opened:
        yield opened
