"""OpenDocument: fields, formulas, changes, comments and what is hidden, of texts, workbooks and slides."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.ingest.office_files.holding import hold
from preserve.ingest.office_files.remarks import Remarks
from tests.support.office_samples import flat


def _held(folder: Path, kind: str, inside: str, styles: str = "") -> tuple[Remarks, str]:
    remarks = hold(flat(folder / "a.fodt", kind, inside, styles), folder / "b.fodt")
    return remarks, (folder / "b.fodt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("field", "held", "place"),
    [
        (
            '<text:date text:date-value="2019-03-08">2019年3月8日</text:date>',
            "2019年3月8日</text:span>",
            "date: 2019年3月8日",
        ),
        ("<text:file-name>定稿.odt</text:file-name>", "<text:span>定稿.odt</text:span>", "file-name: 定稿.odt"),
        ("<text:modification-time>09:30</text:modification-time>", "<text:span>09:30<", "modification-time: 09:30"),
    ],
    ids=["day", "file", "time"],
)
def test_a_field_becomes_the_words_that_were_saved(tmp_path: Path, field: str, held: str, place: str) -> None:
    remarks, text = _held(tmp_path, "text", f"<text:p>{field}</text:p>")
    assert remarks.places == {"field-frozen": [place]}
    assert held in text


@pytest.mark.parametrize(
    "field", ['<text:date text:fixed="true">三月八日</text:date>', "<text:page-number>3</text:page-number>"]
)
def test_what_does_not_change_is_left_alone(tmp_path: Path, field: str) -> None:
    remarks, text = _held(tmp_path, "text", f"<text:p>{field}</text:p>")
    assert remarks.counts == {}
    assert field in text


@pytest.mark.parametrize("shown", ["", "00/00/0000", "???"])
def test_a_value_that_was_left_open_is_told(tmp_path: Path, shown: str) -> None:
    remarks, _ = _held(tmp_path, "text", f"<text:p><text:date>{shown}</text:date></text:p>")
    assert remarks.places == {"field-empty": ["date"]}


def test_gaps_are_closed_only_where_something_was_held(tmp_path: Path) -> None:
    style = '<style:style style:name="P1"><style:paragraph-properties style:text-autospace="ideograph-alpha"/></style:style>'
    assert "ideograph-alpha" in _held(tmp_path, "text", "<text:p>一</text:p>", style)[1]
    assert "ideograph-alpha" not in _held(tmp_path, "text", "<text:p><text:date>2019年</text:date></text:p>", style)[1]


def test_changes_comments_and_hidden_text_are_noted(tmp_path: Path) -> None:
    change = (
        "<text:tracked-changes><text:changed-region><text:deletion><office:change-info><dc:creator>甲</dc:creator>"
        "</office:change-info><text:p>五万元</text:p></text:deletion></text:changed-region></text:tracked-changes>"
    )
    note = "<office:annotation><dc:creator>乙</dc:creator><text:p>此处存疑</text:p></office:annotation>"
    style = '<style:style style:name="暗"><style:text-properties text:display="none"/></style:style>'
    body = f'{change}<text:p>{note}<text:span text:style-name="暗">看不见</text:span></text:p>'
    section = '<text:section text:name="节" text:display="none"><text:p>藏</text:p></text:section>'
    remarks, _ = _held(tmp_path, "text", body + section, style)
    assert remarks.places == {"tracked-change": ["甲"], "comment": ["乙 此处存疑"], "hidden-text": ["看不见", "节"]}


def test_workbooks_are_held_and_what_is_hidden_is_named(tmp_path: Path) -> None:
    style = '<style:style style:name="藏"><style:table-properties table:display="false"/></style:style>'
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    table = (
        '<table:table table:name="公开" table:print-ranges="公开.A1:公开.C3"><table:table-column/>'
        '<table:table-column table:visibility="collapse"/><table:table-column table:number-columns-repeated="9"/>'
        '<table:table-row><table:table-cell table:formula="of:=TODAY()" office:value-type="date" '
        f'office:date-value="2019-03-08"><text:p>2019-03-08</text:p></table:table-cell>{cell.format("藏着的列")}'
        f"{cell.format('第三列')}{cell.format('在外')}</table:table-row>"
        f'<table:table-row table:visibility="filter">{cell.format("筛掉")}</table:table-row></table:table>'
        f'<table:table table:name="测算" table:style-name="藏"><table:table-row>{cell.format("藏")}</table:table-row></table:table>'
    )
    remarks, text = _held(tmp_path, "spreadsheet", table, style)
    assert remarks.places == {
        "formula-frozen": ["公开!A1 TODAY"],
        "hidden-columns": ["公开 B"],
        "outside-print-range": ["公开!D1"],
        "hidden-rows": ["公开 2"],
        "hidden-sheet": ["测算"],
    }
    assert "TODAY" not in text
    assert 'office:date-value="2019-03-08"' in text


def test_hidden_slides_notes_and_days_of_slides_are_noted(tmp_path: Path) -> None:
    style = (
        '<style:style style:name="dp"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
    )
    slides = (
        '<presentation:date-time-decl presentation:name="d" presentation:source="current-date"/>'
        '<draw:page draw:name="一"><presentation:notes><draw:frame presentation:class="notes"><text:p>先不要给</text:p>'
        '</draw:frame><draw:frame presentation:class="page-number"><text:p>7</text:p></draw:frame></presentation:notes>'
        '</draw:page><draw:page draw:name="二" draw:style-name="dp"/>'
    )
    remarks, text = _held(tmp_path, "presentation", slides, style)
    assert remarks.places == {"field-empty": ["date-time"], "speaker-notes": ["一 先不要给"], "hidden-slide": ["二"]}
    assert "current-date" not in text
