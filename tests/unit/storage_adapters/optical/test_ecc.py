"""How much of an image its error correction makes good, read from its header; what has none says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage_adapters.optical.ecc import Layout, is_augmented, read_layout, volume_sectors
from tests.support.disc_images import augmented_by_hand


def test_the_header_says_how_the_image_is_laid_out(image: Path, tmp_path: Path) -> None:
    assert read_layout(image) is None
    assert not is_augmented(image)
    path = augmented_by_hand(image, tmp_path / "a.iso", layer=40, roots=100)
    layout = read_layout(path)
    assert layout == Layout(volume_sectors(image), 40, 100)
    assert (layout.sectors, layout.correction) == (255 * 40, 155 * 40)


@pytest.mark.parametrize(
    ("missing", "repairable"),
    [
        ([], True),
        ([(0, 100 * 40)], True),
        ([(0, 100 * 40 + 1)], False),
        ([(35, 100 * 40)], True),
        ([(35, 100 * 40 + 6)], False),
        ([(7 + 40 * number, 1) for number in range(100)], True),
        ([(7 + 40 * number, 1) for number in range(101)], False),
        ([(number * 3, 1) for number in range(255 * 13)], True),
        ([(39 + 40 * number, 2) for number in range(60)], True),
        ([(39 + 40 * number, 2) for number in range(101)], False),
    ],
)
def test_every_code_word_may_lack_as_many_sectors_as_it_has_roots(
    missing: list[tuple[int, int]], repairable: bool
) -> None:
    assert Layout(5000, 40, 100).can_repair(missing) is repairable
