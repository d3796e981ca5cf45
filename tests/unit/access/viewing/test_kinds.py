"""How a file is shown follows from its suffix, which is read as the library reads it."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from preserve.access.viewing.kinds import suffix_of, way_of


@pytest.mark.parametrize(
    "path", ["a.MP4", "b/c.tar.gz", ".hidden", "a.b/.hidden", "a.b/c", "end.", "x.y/end.", "a..b", "", "data/录像.Mp4"]
)
def test_a_suffix_is_what_the_library_says(path: str) -> None:
    assert suffix_of(path) == PurePosixPath(path).suffix.lower()


def test_what_no_suffix_tells_is_not_shown() -> None:
    assert (way_of("data/a.PDF"), way_of("b.mp4"), way_of("README"), way_of("a.html")) == (
        "pages",
        "video",
        "none",
        "none",
    )
