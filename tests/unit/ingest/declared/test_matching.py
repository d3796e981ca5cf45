"""A name in a list finds its file from where the list lies, and finds none where two could be meant."""

from __future__ import annotations

import unicodedata

import pytest

from preserve.ingest.declared.matching import Files

PATHS = (
    *("objects/录像/a.mp4", "objects/b.txt", "metadata/checksum.md5", "photos/IMG.JPG", "photos/x/c.txt", "y/c.txt"),
    *("Café.txt", "photos/IMG.JPG.md5", "photos/only.md5", "photos/only.mov"),
)


@pytest.mark.parametrize(
    ("name", "beside", "path"),
    [
        ("objects/录像/a.mp4", "", "objects/录像/a.mp4"),
        ("录像/a.mp4", "metadata", "objects/录像/a.mp4"),
        ("../objects/b.txt", "metadata", "objects/b.txt"),
        ("./b.txt", "objects", "objects/b.txt"),
        ("%transferDirectory%objects/b.txt", "metadata", "objects/b.txt"),
        ("录像\\A.MP4", "objects", "objects/录像/a.mp4"),
        ("D:\\取证\\2026\\photos\\img.jpg", "", "photos/IMG.JPG"),
        ("/home/x/录像/a.mp4", "", "objects/录像/a.mp4"),
        ("IMG.JPG", "", "photos/IMG.JPG"),
        (unicodedata.normalize("NFD", "Café.txt"), "", "Café.txt"),
        ("c.txt", "", None),
        ("elsewhere/b.txt", "", None),
        ("../../../etc/passwd", "metadata", None),
        ("z.txt", "", None),
    ],
)
def test_a_name_finds_its_file(name: str, beside: str, path: str | None) -> None:
    assert Files(PATHS).meant(name, beside) == path


def test_a_list_of_its_own_belongs_to_the_file_it_is_named_after() -> None:
    files = Files(PATHS)
    assert files.described_by("photos/IMG.JPG.md5") == "photos/IMG.JPG"
    assert files.described_by("photos/only.md5") == "photos/only.mov"
    assert files.described_by("y/none.md5") is None
