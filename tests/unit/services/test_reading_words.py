"""Words beside drawn pages: whether most of them are in what was drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo import papers
from preserve.services.reading_words import are_lost

pytestmark = pytest.mark.xdist_group("extraction")
_WORDS = ("现场检查记录", "当事人擅自变更营业性演出内容", "已收缴节目单三份")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("drawn") / "a.pdf"
    papers.pdf(path, _WORDS[0], "临文检〔2026〕1号", papers.paragraphs(*_WORDS[1:]), "王晓梅")
    return path


def test_words_that_were_drawn_are_not_lost(drawn: Path) -> None:
    assert not are_lost(_WORDS, drawn, "1")
    assert not are_lost(("现 场 检 查 记 录", *_WORDS[1:], "另一行"), drawn, "2")
    assert not are_lost((), drawn, "3")


def test_words_that_are_nowhere_on_the_pages_are(drawn: Path, tmp_path: Path) -> None:
    assert are_lost((_WORDS[0], "没有的一行", "也没有的一行"), drawn, "4")
    assert are_lost(_WORDS, tmp_path / "none.pdf", "5")
