"""The shipped forms: their columns in the order of their sources; and what a bureau may not write."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.administration.file_forms.profile import FACTS, SIGNERS, read_forms
from preserve.administration.file_forms.wording import KNOWN, heads_of, title_of_form
from preserve.errors import Refused
from preserve.messages import LANGUAGES, known, speaking
from preserve.profiles import SHIPPED


def test_columns_stand_in_the_order_of_their_sources() -> None:
    forms = {form.name: form for form in read_forms(None).form}
    with speaking("zh"):
        assert title_of_form(forms["contents"]) == "卷内文件目录"
        assert heads_of(forms["contents"]) == ("序号", "文号", "责任者", "题名", "日期", "页号", "备注")
        assert heads_of(forms["items"]) == ("序号", "档号", "文号", "责任者", "题名", "日期", "密级", "页数", "备注")
        assert heads_of(forms["handover"]) == ("序号", "案卷号", "题名", "保管期限", "件数")
    assert forms["cover"].paper == "cover"
    assert {form.evidence for form in forms.values()} == {"S", "N", "2", "R", "O"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_a_form_may_name_has_words(language: str) -> None:
    names = {f"forms.head-{name}" for name in FACTS} | {f"forms.signer-{name}" for name in SIGNERS}
    names |= {f"forms.form-{name}" for name in KNOWN}
    for form in read_forms(None).form:
        names |= {f"forms.head-{column.name}" for column in form.columns}
    assert [name for name in sorted(names) if not known(name, language)] == []  # type: ignore[arg-type]


def test_a_bureau_has_its_own_columns_and_headings(tmp_path: Path) -> None:
    text = (SHIPPED / "forms.toml").read_text(encoding="utf-8")
    own = text.replace('{ name = "remark", width = 8 },', '{ name = "remark", width = 8, head = "附注" },', 1)
    (tmp_path / "forms.toml").write_text(own, encoding="utf-8")
    contents = read_forms(tmp_path).about("case", ("contents",))[0]
    assert heads_of(contents)[-1] == "附注"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('name = "order", width = 4', 'name = "colour", width = 4'),
        ('name = "note"', 'name = "cover"'),
        ('about = "fonds"', 'about = "case"'),
        ('paper = "cover"', 'paper = "a3"'),
        ("rows_a_file = 2000", "rows_a_file = 0"),
        ('day = "%Y%m%d"', 'day = "%c"'),
    ],
)
def test_what_no_form_can_have_is_refused(tmp_path: Path, before: str, after: str) -> None:
    text = (SHIPPED / "forms.toml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "forms.toml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(Refused):
        read_forms(tmp_path)
