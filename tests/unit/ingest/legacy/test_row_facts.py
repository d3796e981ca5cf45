"""One row: merged cells from above, words for nothing, values that are none."""

from __future__ import annotations

from preserve.ingest.legacy.headings import read_headings
from preserve.ingest.legacy.profile import read_lists
from preserve.ingest.legacy.row_facts import LONGEST, RowReader
from preserve.ingest.legacy.sheets import Area, Row, Sheet, TextCell

PROFILES = read_lists()
KIND = next(one for one in PROFILES.list if one.name == "cases")


def row(number: int, *texts: str) -> Row:
    """A row of texts."""
    return Row(number, [TextCell(text or None) for text in texts])


def reader(merged: tuple[Area, ...] = (), above: dict[str, str] | None = None) -> RowReader:
    """Of a table with four columns."""
    headings = read_headings(KIND, row(1, "案号", "当事人", "保管期限", "结案日期"), None, ())
    assert headings is not None
    return RowReader(Sheet("目录", iter(()), merged), KIND, PROFILES, headings, above or {})


def test_what_was_merged_is_said_of_each_of_its_rows_and_no_further() -> None:
    reading = reader((Area(2, 0, 3, 0),))
    first, second, third = (
        reading.read(one)[0] for one in (row(2, "甲〔2012〕1号"), row(3, "", "张某"), row(4, "", "李某"))
    )
    assert first is not None and second is not None
    assert first.key == second.key == "甲[2012]1"
    assert third is None


def test_words_for_nothing_are_nothing_and_what_is_no_value_is_told_and_kept() -> None:
    made, findings = reader().read(row(2, "甲〔2012〕1号", "不详", "很久", "那天"))
    assert made is not None
    assert made.facts == {}
    assert made.rest == {"保管期限": "很久", "结案日期": "那天"}
    assert made.written == {"案号": "甲〔2012〕1号", "当事人": "不详", "保管期限": "很久", "结案日期": "那天"}
    assert [(one.code, one.where) for one in findings] == [
        ("legacy.cell-day", "目录!D2"),
        ("legacy.cell-word", "目录!C2"),
    ]


def test_what_holds_for_the_whole_sheet_fills_what_a_row_lacks() -> None:
    made, _ = reader(above={"year": "2012", "retention": "永久", "producer": "某局"}).read(row(2, "甲〔2012〕1号"))
    assert made is not None
    assert made.facts == {"retention": "permanent", "legacy.closed": "2012", "producer.name": "某局"}


def test_a_cell_without_end_is_not_taken() -> None:
    made, findings = reader().read(row(2, "甲〔2012〕1号", "长" * (LONGEST + 1)))
    assert made is not None
    assert "parties" not in made.facts
    assert [one.code for one in findings] == ["legacy.cell-long"]
