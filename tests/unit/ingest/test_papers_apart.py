"""Papers are the same wherever they are set, and what is wrong there is told here."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.ingest.papers_apart import papers_apart
from preserve.typesetting import set_pdf

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def _paper() -> bytes:
    parts = [Section("表", heads=("甲", "乙"), rows=(("一", "𠮷\u202e"), ("二", "b")))]
    return as_pdf("题", "下", "局", MOMENT, parts)


def _workers() -> int:
    return sum("spawn_main" in " ".join(child.cmdline()) for child in psutil.Process(os.getpid()).children())


@pytest.mark.parametrize(("files", "elsewhere"), [(2, 1), (1, 0)])
def test_a_large_case_s_papers_are_the_same_bytes(files: int, elsewhere: int) -> None:
    here = _paper()
    before = _workers()
    with papers_apart(files, few=1):
        assert [_paper(), _paper()] == [here, here]
        assert _workers() == before + elsewhere
    assert _workers() == before


def test_what_fails_there_is_raised_here(tmp_path: Path) -> None:
    (tmp_path / "wrong.typ").write_text("#panic()")
    with pytest.raises(Exception, match="panic") as here:
        set_pdf(tmp_path / "wrong.typ", {}, MOMENT)
    with papers_apart(2, few=1), pytest.raises(type(here.value), match="panic"):
        set_pdf(tmp_path / "wrong.typ", {}, MOMENT)
