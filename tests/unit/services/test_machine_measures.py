"""A bureau measures machine reading on its own papers: what people typed off lies beside each scan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.cli.main import run
from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted, Refused
from preserve.services.machine_measures import measure_folder
from tests.support.people import session, staffed
from tests.support.scans import jpeg, printed


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = staffed(tmp_path_factory.mktemp("measures") / "home", zhou=Role.DEPOSITOR)
    yield opened
    opened.close()


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Two scans with what was typed off them, one of which is cut off, and one that nobody typed off."""
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (tmp_path / name).write_bytes(jpeg(printed(["蓝色货车停在河堤", "海滨路十八号"], size=(500, 200))))
    (tmp_path / "a.jpg.txt").write_text("蓝色货车停在河堤\r\n\r\n海滨路十九号\r\n", encoding="utf-8-sig")
    (tmp_path / "b.txt").write_text("蓝色货车", encoding="utf-8")
    (tmp_path / "b.jpg").write_bytes((tmp_path / "b.jpg").read_bytes()[:1500])
    return tmp_path


def test_each_file_is_compared_with_what_was_typed(
    archive: Archive, papers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(papers.iterdir())
    result = measure_folder(session(archive), papers)
    assert [(one.file, one.pages, one.unread, one.signs, one.wrong, one.lines, one.right) for one in result.files] == [
        ("a.jpg", 1, 0, 14, 1, 2, 1),
        ("b.jpg", 0, 1, 4, 4, 1, 0),
    ]
    assert (result.signs, result.wrong, result.lines, result.right) == (18, 5, 3, 1)
    assert result.engine.model == "PP-OCRv6 small" and sorted(papers.iterdir()) == before
    assert run(["--home", str(archive.home.path), "reading", "measure", str(papers)]) == 0
    assert "72.22" in capsys.readouterr().err


def test_without_typed_texts_nothing_is_read_and_not_everybody_measures(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a text alone", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        measure_folder(session(archive), tmp_path)
    assert refused.value.code == "reading.nothing-typed"
    with pytest.raises(NotPermitted):
        measure_folder(session(archive, "zhou"), tmp_path)
