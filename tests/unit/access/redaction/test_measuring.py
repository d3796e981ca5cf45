"""Pages for the examiner: the papers and pictures of a request, each with its size, under a mark."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from preserve.access.redaction.measuring import write_pages
from preserve.errors import Refused
from tests.support.asking import PAPER, PICTURE, Counter

FIGURE = re.compile(r'<figure data-page="(\d*)" data-wide="([\d.]+)" data-high="([\d.]+)" data-unit="(mm|%)">')
IMAGE = re.compile(r'src="data:image/jpeg;base64,([^"]+)"')


@pytest.fixture(scope="module")
def written(counter: Counter, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages by what they show."""
    folder, number = tmp_path_factory.mktemp("pages"), counter.opened().number
    with counter.archive.catalogue.read() as connection:
        paths = write_pages(counter.archive.home, connection, number, folder, "王审核 2026-03-01")
    assert sorted(paths) == sorted(folder.iterdir())
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return {name: text for text in texts for name in (PAPER, PICTURE) if f'data-object="{name}"' in text}


def test_what_has_pages_is_shown_in_the_units_that_a_plan_takes(written: dict[str, str]) -> None:
    assert set(written) == {PAPER, PICTURE}
    paper = [(page, float(wide), float(high), unit) for page, wide, high, unit in FIGURE.findall(written[PAPER])]
    assert paper == [("1", 105.833, 141.111, "mm"), ("2", 105.833, 141.111, "mm")]
    assert FIGURE.findall(written[PICTURE]) == [("", "100.000", "100.000", "%")]


def test_every_picture_bears_the_mark_and_is_no_larger_than_a_screen(written: dict[str, str]) -> None:
    for code in IMAGE.findall(written[PAPER]):
        with Image.open(io.BytesIO(base64.b64decode(code))) as picture:
            assert picture.width <= 900
            low, high = picture.convert("L").getextrema()
        assert high > 250 and low < 245, "an empty page with nothing on it"


def test_nothing_is_written_over(counter: Counter, tmp_path: Path) -> None:
    number = counter.opened().number
    with counter.archive.catalogue.read() as connection:
        first, *_ = write_pages(counter.archive.home, connection, number, tmp_path, "王")
        before = first.read_bytes()
        with pytest.raises(Refused):
            write_pages(counter.archive.home, connection, number, tmp_path, "另一人")
    assert first.read_bytes() == before
