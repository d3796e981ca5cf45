"""Rules as data: every mistake with its line; a second bureau's rules without any code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.description.reading import check_content
from preserve.errors import Refused
from preserve.ingest.apply_rules import check
from preserve.ingest.readers.camera_names import Cameras
from preserve.ingest.rules.profile import CaseTypeProfile, read_case_type
from preserve.profiles import SHIPPED, line_of, locate, read_profile
from preserve.services.known_profiles import check_all


def test_everything_that_is_shipped_is_sound(tmp_path: Path) -> None:
    checked = list(check_all(tmp_path))
    assert [name for name, _, wrong in checked if wrong] == []
    shipped = {str(file.relative_to(SHIPPED)) for file in SHIPPED.rglob("*.toml")}
    assert {name for name, _, _ in checked} == shipped


WRONG = """case_type = "penalty"
name = { zh = "处罚", en = "penalty" }

[[document]]
name = { zh = "甲", en = "a" }
stage = "initiation"
article = "7"
severity = "error"
words = ["甲"]

[[document]]
name = { zh = "乙", en = "b" }
stage = "beginning"
article = "7"
severity = "error"
words = []
colour = "red"
"""


def test_every_mistake_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "penalty.toml").write_text(WRONG, encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_profile("cases/penalty.toml", CaseTypeProfile, tmp_path)
    found = {(one.values["key"], int(one.where.rpartition(":")[2])) for one in refusal.value.findings}
    assert found == {("document.1.stage", 13), ("document.1.words", 16), ("document.1.colour", 17)}


def test_the_mistakes_of_all_profiles_are_found_together(tmp_path: Path) -> None:
    """A type of case that cannot be read does not hide what is wrong with the names in other files."""
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "penalty.toml").write_text(WRONG, encoding="utf-8")
    rules = (SHIPPED / "rules.toml").read_text(encoding="utf-8").replace('"unseal"', '"unsael"', 1)
    (tmp_path / "rules.toml").write_text(rules, encoding="utf-8")
    (tmp_path / "cameras.toml").write_text("# ours\na = \n", encoding="utf-8")
    wrong = {name: refusal for name, _, refusal in check_all(tmp_path) if refusal}
    assert set(wrong) == {"rules.toml", "cameras.toml", "cases/penalty.toml"}
    assert wrong["cameras.toml"].where == f"{tmp_path / 'cameras.toml'}:2"
    (unknown,) = wrong["rules.toml"].findings
    line = rules[: rules.index('"unsael"')].count("\n") + 1
    assert (unknown.code, unknown.where) == ("profile.name-not-there", f"{tmp_path / 'rules.toml'}:{line}")


def test_one_word_for_two_things_is_a_mistake(tmp_path: Path) -> None:
    words = (SHIPPED / "vocabulary.toml").read_text(encoding="utf-8").replace('zh = "解除查封"', 'zh = "查封"')
    (tmp_path / "vocabulary.toml").write_text(words, encoding="utf-8")
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "ours.toml").write_text(BUREAU, encoding="utf-8")
    wrong = {name: refusal for name, _, refusal in check_all(tmp_path) if refusal}
    assert {name: one.code for name, one in wrong.items()} == {
        "vocabulary.toml": "profile.wrong",
        "cases/penalty.toml": "profile.case-type-twice",
    }
    assert [one.code for one in wrong["vocabulary.toml"].findings] == ["profile.word-twice"]


def test_what_is_missing_points_to_its_table(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "penalty.toml").write_text(
        WRONG.replace('stage = "beginning"\n', "")
        .replace('colour = "red"\n', "")
        .replace("words = []", 'words = ["乙"]'),
        encoding="utf-8",
    )
    with pytest.raises(Refused) as refusal:
        read_profile("cases/penalty.toml", CaseTypeProfile, tmp_path)
    (one,) = refusal.value.findings
    assert (one.code, one.where.rpartition(":")[2]) == ("profile.key-missing", "11")


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6), st.data())
def test_lines_are_found_whatever_the_tables(blanks: list[int], data: st.DataObject) -> None:
    lines: list[str] = []
    where = []
    for number, blank in enumerate(blanks):
        lines += [""] * blank + ["[[row]]  # a row", f"a = {number}", "b.c = 1"]
        where.append(len(lines))
    number = data.draw(st.integers(0, len(blanks) - 1))
    text = "\n".join(lines)
    assert line_of(text, ("row", number, "a")) == where[number] - 1
    assert line_of(text, ("row", number, "b", "c")) == where[number]
    assert line_of(text, ("row", number, "nothing")) == where[number] - 2


BUREAU = """case_type = "penalty"
name = { zh = "处罚", en = "penalty" }

[[document]]
name = { zh = "启动令", en = "order to begin" }
stage = "initiation"
article = "99"
severity = "refuse"
words = ["启动令"]
"""


def test_a_second_bureau_has_its_own_rules_without_code(tmp_path: Path) -> None:
    """Other documents, other articles, another weight, other measures, other days: from its files alone."""
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "penalty.toml").write_text(BUREAU, encoding="utf-8")
    rules = (SHIPPED / "rules.toml").read_text(encoding="utf-8")
    rules = rules.replace('measures = ["seal", "unseal",', 'measures = ["questioning", "seal", "unseal",', 1)
    rules = rules.replace('"inspection", "questioning",', '"inspection",', 1).replace(
        "working_days = 30", "working_days = 1"
    )
    (tmp_path / "rules.toml").write_text(rules, encoding="utf-8")
    content = {
        "case_number": "一号",
        "case_type": "处罚",
        "title": "题",
        "cause": "由",
        "producer": {"name": "局"},
        "start": "2026-03-02",
        "closed": "2026-04-10",
        "measures": [{"measure": "询问", "start": "2026-03-04 10:00", "end": "2026-03-04 10:10"}],
        "objects": [{"file": "a.pdf", "kind": "行政处罚决定书", "stage": "决定"}],
    }
    case, _ = check_content(content, {}, "case")
    assert case is not None
    found = check(case, {}, today=date(2026, 4, 20), state_secrets=False, own_profiles=tmp_path)
    assert [(one.code, one.severity, one.values["article"]) for one in found] == [
        ("rule.document-missing", "refuse", "99"),
        ("rule.measure-not-recorded", "error", "9"),
        ("rule.filed-late", "warning", "16"),
    ]


def test_a_type_of_case_without_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        read_case_type("licence", tmp_path)
    assert refusal.value.code == "profile.no-case-type"


def test_a_profile_is_checked_once_until_its_file_says_something_else(tmp_path: Path) -> None:
    shipped = locate("cameras.toml").read_text(encoding="utf-8")
    (tmp_path / "cameras.toml").write_text(shipped, encoding="utf-8")
    first = read_profile("cameras.toml", Cameras, tmp_path)
    assert read_profile("cameras.toml", Cameras, tmp_path) is first
    (tmp_path / "cameras.toml").write_text(shipped + "\n# a word more\n", encoding="utf-8")
    again = read_profile("cameras.toml", Cameras, tmp_path)
    assert again is not first
    assert again == first
    (tmp_path / "cameras.toml").write_text("patterns = 3", encoding="utf-8")
    for _ in range(2):  # a mistake is said each time
        with pytest.raises(Refused):
            read_profile("cameras.toml", Cameras, tmp_path)
