"""The image of a disc that the tests of discs share."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage_adapters.optical.image import make_image
from tests.support.disc_images import WHEN, tree


@pytest.fixture(scope="package")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image with the files of NAMES; never altered."""
    folder = tmp_path_factory.mktemp("image")
    make_image(tree(folder / "files"), folder / "disc.iso", "DA26_0001_01", WHEN)
    return folder / "disc.iso"
