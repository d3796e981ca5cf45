"""A download has a name that breaks no header, a kind of our own choosing, and is never shown in place."""

from __future__ import annotations

import pytest

from preserve.web.downloads import attachment


@pytest.mark.parametrize(
    "name",
    ["a\r\nset-cookie: x=1.pdf", 'a"; filename="b.exe', "甲\u202egpj.exe", "../../etc/passwd", "", "...", "甲" * 300],
)
def test_no_name_breaks_the_header(name: str) -> None:
    answer = attachment(name, b"<script>x</script>")
    said = answer.headers["content-disposition"]
    assert said.startswith('attachment; filename="') and said.isascii() and said.isprintable()
    assert said.count('"') == 2 and "/" not in said.replace("UTF-8''", "") and "\r" not in said
    assert "set-cookie" not in answer.headers and "no-store" in answer.headers["cache-control"]


def test_only_kinds_that_we_make_have_a_kind() -> None:
    kinds = {name: attachment(name, b"").media_type for name in ("a.pdf", "a.XLSX", "a.html", "a.svg", "a")}
    assert kinds["a.pdf"] == "application/pdf" and str(kinds["a.XLSX"]).endswith("spreadsheetml.sheet")
    assert {kinds["a.html"], kinds["a.svg"], kinds["a"]} == {"application/octet-stream"}


def test_a_chinese_name_is_kept() -> None:
    assert "filename*=UTF-8''%E7%94%B2.pdf" in attachment("甲.pdf", b"").headers["content-disposition"]
