"""Where a list says that files lie, however people write a path or a disc's name."""

from __future__ import annotations

import pytest

from preserve.ingest.legacy.places import Places
from preserve.ingest.legacy.records import Carrier, FoundFile, Place

CARRIERS = (Carrier("c1", "image", "/m/盘1.iso", label="2012_CD_001"), Carrier("c2", "folder", "/m/移动硬盘"))
FILES = [
    FoundFile("c1", "录像/a.mp4", 1),
    FoundFile("c1", "b.mp4", 1),
    FoundFile("c2", "光盘002/录像/a.mp4", 1),
    FoundFile("c2", "2012/二号/A.MP4", 1),
]


@pytest.mark.parametrize(
    ("place", "placed"),
    [
        (Place(disc="2012-CD-001"), [("c1", "", "disc", "certain")]),
        (Place(disc="光盘1"), [("c1", "", "disc", "question")]),
        (Place(disc="光盘002"), [("c2", "光盘002/", "disc", "certain")]),
        (Place(disc="盘999"), []),
        (Place(disc="光盘002", file="a.mp4"), [("c2", "光盘002/录像/a.mp4", "file", "certain")]),
        (Place(disc="盘1", file="b"), [("c1", "b.mp4", "file", "certain")]),
        (Place(path="F:\\2012\\二号\\a.mp4"), [("c2", "2012/二号/A.MP4", "path", "certain")]),
        (Place(path="\\\\server\\share\\2012\\二号"), [("c2", "2012/二号/", "path", "certain")]),
        (Place(path="../../etc/passwd"), []),
        (Place(folder="二号"), [("c2", "2012/二号/", "folder", "certain")]),
        (Place(folder="二"), []),
        (Place(file="b.avi"), []),
    ],
)
def test_where_files_lie(place: Place, placed: list[tuple[str, ...]]) -> None:
    assert [tuple(one) for one in Places(FILES, CARRIERS).of(place)] == placed


def test_a_name_that_is_there_twice_is_a_question() -> None:
    found = list(Places(FILES, CARRIERS).of(Place(folder="录像")))
    assert {one.certainty for one in found} == {"question"}
    assert len(found) == 2
