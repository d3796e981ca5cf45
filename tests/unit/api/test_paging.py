"""Cursors: they come back as they were given, and nothing else does."""

from __future__ import annotations

import pytest

from preserve.api.paging import cursor_of, page_of
from preserve.errors import UsageError


@pytest.mark.parametrize("key", ["a", "临文综罚〔2026〕12号", "x" * 300, "a\x00b"])
def test_a_cursor_stands_for_its_key(key: str) -> None:
    cursor = cursor_of(key)
    assert cursor.isascii() and key not in cursor
    assert page_of(cursor, 7).after == key and page_of(cursor, 7).size == 7


def test_the_first_page_has_none() -> None:
    assert cursor_of("") == "" and page_of("", 5).after == ""


@pytest.mark.parametrize("given", ["x", "!!!!", "MQ=", "é", "Mv-_", "2" * 50, "' OR 1=1"])
def test_what_is_no_cursor_is_refused(given: str) -> None:
    with pytest.raises(UsageError):
        page_of(given, 5)
