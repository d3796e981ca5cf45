"""What the process says of each page, told of here without one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from preserve.machine_reading.bounded import Broken
from preserve.machine_reading.models import model_for
from preserve.machine_reading.ocr_child import work
from tests.support.scans import bomb, jpeg, printed, scanned_pdf

TEXT = "This page has text of its own, and is passed over."


def said(path: Path, first: int = 1, **changed: Any) -> list[dict[str, Any]]:
    model = model_for("ocr")
    files = [[one.role, str(one.path), one.sha256] for one in model.files]
    described = {"name": model.name, "digest": model.digest, "files": files, **changed}
    return list(work({"path": str(path), "first": first, "threads": 1, "model": described}))


def test_pages_with_text_load_no_model_and_say_nothing(tmp_path: Path) -> None:
    path = scanned_pdf(tmp_path / "a.pdf", [TEXT] * 3)
    assert said(path, first=2, files=[]) == [{"begin": 2}, {"begin": 3}]


def test_each_page_is_told_of_before_it_is_decoded(tmp_path: Path) -> None:
    (tmp_path / "cut.jpg").write_bytes(jpeg(printed())[:3000])
    assert said(tmp_path / "cut.jpg") == [{"begin": 1}, {"unread": "reading.damaged", "page": 1}]
    assert said(bomb(tmp_path / "a.png")) == [{"begin": 1}, {"unread": "reading.too-large", "page": 1}]
    assert said(tmp_path / "none") == [{"unread": "reading.damaged", "page": 0}]


def test_an_altered_model_ends_it(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(printed()))
    files = [[one.role, str(one.path), "0" * 64] for one in model_for("ocr").files]
    with pytest.raises(Broken) as broken:
        said(tmp_path / "a.jpg", files=files)
    assert broken.value.code == "reading.model-digest"
