"""Deposits in the browser: inbox and upload, description, check, return, and the case that comes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.tiny_case import write_case, write_whole_case
from tests.support.web import Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("deposits")
    inbox = folder / "share"
    write_whole_case(inbox / "临江77号")
    write_case(inbox / "缺文书", case_number="临文综罚〔2026〕78号", acceptances=[])
    (inbox / "没有著录").mkdir()
    (inbox / "没有著录" / "现场检查笔录.txt").write_text("现场检查笔录", encoding="utf-8")
    (inbox / "<img src=x onerror=alert(1)>").mkdir()
    (inbox / "link").symlink_to("/etc")
    with serving(folder) as running:
        yield running


def with_inbox(served: Served) -> Served:
    return served


def test_an_inbox_is_listed(served: Served) -> None:
    shown = served.client("archivist").get("/deposits")
    assert shown.status_code == 200, shown.text
