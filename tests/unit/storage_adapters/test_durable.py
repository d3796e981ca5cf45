"""What is published is whole and never over another; what is discarded lies where it may."""

from pathlib import Path

import pytest

from storage_adapters import durable
from storage_adapters.errors import CopyExists


def test_publishing_never_overwrites(tmp_path: Path) -> None:
    for name in ("staged", "final"):
        (tmp_path / name).mkdir()
    with pytest.raises(CopyExists):
        durable.publish(tmp_path / "staged", tmp_path / "final")


@pytest.mark.parametrize("folder", [".", "..", "/"])
def test_discard_stays_inside(tmp_path: Path, folder: str) -> None:
    with pytest.raises(ValueError):
        durable.discard(tmp_path / folder, tmp_path)
