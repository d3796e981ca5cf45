"""Where a list says that files lie, however people write a path or a disc's name."""

from __future__ import annotations

import pytest

from preserve.ingest.legacy.places import Places
from preserve.ingest.legacy.records import Carrier, FoundFile, ListedPlace

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
        (ListedPlace(disc="2012-CD-001"), [("c1", "", "disc", "certain")]),
        (ListedPlace(disc="光盘1"), [("c1", "", "disc", "question")]),
        (ListedPlace(disc="光盘002"), [("c2", "光盘002/", "disc", "certain")]),
        (ListedPlace(disc="盘999"), []),
        (ListedPlace(disc="光盘002", file="a.mp4"), [("c2", "光盘002/录像/a.mp4", "file", "certain")]),
        (ListedPlace(disc="盘1", file="b"), [("c1", "b.mp4", "file", "certain")]),
        (ListedPlace(path="F:\\2012\\二号\\a.mp4"), [("c2", "2012/二号/A.MP4", "path", "certain")]),
        (ListedPlace(path="\\\\server\\share\\2012\\二号"), [("c2", "2012/二号/", "path", "certain")]),
        (ListedPlace(path="../../etc/passwd"), []),
        (ListedPlace(folder="二号"), [("c2", "2012/二号/", "folder", "certain")]),
        (ListedPlace(folder="二"), []),
        (ListedPlace(file="b.avi"), []),
    ],
)
def test_where_files_lie(place: ListedPlace, placed: list[tuple[str, ...]]) -> None:
    assert [tuple(one) for one in Places(FILES, CARRIERS).of(place)] == placed


def test_a_name_that_is_there_twice_is_a_question() -> None:
    found = list(Places(FILES, CARRIERS).of(ListedPlace(folder="录像")))
    assert {one.certainty for one in found} == {"question"}
    assert len(found) == 2
