"""Headings in one row or two, repeated, and of two kinds of list."""

from __future__ import annotations

from preserve.ingest.legacy.headings import choose, read_headings, same_again
from preserve.ingest.legacy.profile import read_lists
from preserve.ingest.legacy.sheets import Area, Row, TextCell

KINDS = {one.name: one for one in read_lists().list}


def row(number: int, *texts: str) -> Row:
    """A row of texts."""
    return Row(number, [TextCell(text or None) for text in texts])


def test_two_levels_with_and_without_marks_of_what_is_merged() -> None:
    upper, lower = row(1, "案卷号", "题名", "起止日期", ""), row(2, "", "", "起", "止")
    for merged in ((Area(1, 2, 1, 3),), ()):
        found = read_headings(KINDS["volumes"], upper, lower, merged)
        assert found is not None
        assert (dict(found.fields), found.rows) == ({0: "volume", 1: "title", 2: "start", 3: "closed"}, 2)


def test_a_title_above_is_no_heading_and_a_row_below_is_none() -> None:
    title, heads, data = row(1, "案卷目录"), row(2, "案卷号", "题名", "保管期限"), row(3, "1", "张某案", "永久")
    assert read_headings(KINDS["volumes"], title, heads, ()) is None
    found = read_headings(KINDS["volumes"], heads, data, ())
    assert found is not None
    assert found.rows == 1
    assert same_again(found, heads)
    assert not same_again(found, data)
    assert not same_again(found, row(4, "", "", ""))


def test_the_second_column_of_a_field_is_told() -> None:
    found = read_headings(KINDS["volumes"], row(1, "案卷号", "题名", "案卷题名"), None, ())
    assert found is not None
    assert (found.twice, found.column_of["title"]) == ((2,), 1)


def test_the_kind_that_knows_more_headings_is_chosen() -> None:
    heads = row(1, "件号", "责任者", "文号", "题名", "日期", "页数", "备注")
    fits = [(kind, fit) for kind in KINDS.values() if (fit := read_headings(kind, heads, None, ()))]
    assert [kind.name for kind, _ in choose(fits)] == ["items-2000"]
    assert choose([]) == []
