"""The rules as data: the shipped profiles, a bureau's own ones before them, and mistakes told with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.description.vocabulary import read_vocabulary
from preserve.errors import Refused
from preserve.ingest.rules.profile import read_case_type, read_rules
from preserve.profiles import SHIPPED


def _own_rules(folder: Path, old: str, new: str) -> str:
    text = (SHIPPED / "rules.toml").read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    (folder / "rules.toml").write_text(changed, encoding="utf-8")
    return changed


def test_a_bureaus_own_rules_go_before_the_shipped_ones(tmp_path: Path) -> None:
    _own_rules(tmp_path, "tolerance_seconds = 60.0", "tolerance_seconds = 5.0")
    assert read_rules(None).times.tolerance_seconds == 60.0
    assert read_rules(tmp_path).times.tolerance_seconds == 5.0


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"substitute-performance"', '"no-such-measure"', "profile.name-not-there"),
        ('severity = "error"', 'severity = "fatal"', "profile.value-choice"),
        ("tolerance_seconds = 60.0", "tolerance_seconds = -1.0", "profile.value-least"),
        ("[times]", "[clocks]", "profile.key-missing"),
    ],
)
def test_a_mistake_is_refused_with_its_line(old: str, new: str, code: str, tmp_path: Path) -> None:
    text = _own_rules(tmp_path, old, new)
    with pytest.raises(Refused) as refusal:
        read_rules(tmp_path)
    mistakes = {finding.code: finding.where for finding in refusal.value.findings}
    assert code in mistakes
    if code != "profile.key-missing":
        line = next(number for number, line in enumerate(text.splitlines(), 1) if new in line)
        assert mistakes[code] == f"{tmp_path / 'rules.toml'}:{line}"


def test_a_case_type_is_found_by_what_it_says_not_by_its_files_name(tmp_path: Path) -> None:
    shipped = next(
        file
        for file in sorted((SHIPPED / "cases").glob("*.toml"))
        if 'case_type = "inspection"' in file.read_text(encoding="utf-8")
    )
    assert read_case_type("inspection", None).case_type == "inspection"
    (tmp_path / "cases").mkdir()
    text = shipped.read_text(encoding="utf-8")
    (tmp_path / "cases" / shipped.name).write_text(text.replace('zh = "', 'zh = "本局', 1), encoding="utf-8")
    assert read_case_type("inspection", tmp_path).name.zh.startswith("本局")
    with pytest.raises(Refused, match=r"profile\.no-case-type"):
        read_case_type("no-such-type", None)


def test_a_document_named_twice_is_refused(tmp_path: Path) -> None:
    file = next(iter(sorted((SHIPPED / "cases").glob("*.toml"))))
    text = file.read_text(encoding="utf-8")
    case_type = next(line.split('"')[1] for line in text.splitlines() if line.startswith("case_type"))
    document = "[[document]]" + text.split("[[document]]")[1]
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / file.name).write_text(text + "\n" + document, encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_case_type(case_type, tmp_path)
    (mistake,) = refusal.value.findings
    assert "twice" in str(mistake.values["reason"])


def test_rules_and_words_of_a_bureau_from_before_a_table_was_there_go_on(tmp_path: Path) -> None:
    shipped = (SHIPPED / "rules.toml").read_text(encoding="utf-8")
    later = ("photographs", "disputes", "start_known", "course", "future", "identical", "secrecy_marks", "editing")
    older = shipped
    for name in (*later, "hindering", "delegation"):
        before, _, rest = older.partition(f"[{name}]")
        older = before + rest[rest.index("\n[") + 1 :]
    older = older.replace("working_days = 30", "working_days = 20", 1)
    (tmp_path / "rules.toml").write_text(older, encoding="utf-8")
    words = (SHIPPED / "vocabulary.toml").read_text(encoding="utf-8")
    first, *measures = words.partition("[[outcome]]")[0].split("[[measure]]")
    known = [one for one in measures if 'name = "enforcement"' not in one and 'name = "evacuation"' not in one]
    (tmp_path / "vocabulary.toml").write_text("[[measure]]".join((first, *known)), encoding="utf-8")
    own, whole = read_rules(tmp_path), read_rules(None)
    assert own.filing.working_days == 20
    assert (own.editing, own.secrecy_marks, own.future) == (whole.editing, whole.secrecy_marks, whole.future)
    assert read_case_type("penalty", tmp_path) == read_case_type("penalty", None)
    words_there = read_vocabulary(tmp_path)
    assert words_there.knows("outcome", "withdrawn") and not words_there.knows("measure", "evacuation")


def test_the_papers_of_measures_are_asked_for_in_a_type_of_the_bureaus_own(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    own = 'case_type = "x"\nname = { zh = "甲", en = "x" }\n'
    document = (
        '[[document]]\nname = { zh = "查封、扣押清单", en = "list" }\nstage = "execution"\narticle = "7"\n'
        'severity = "note"\nwords = ["本局清单"]\n'
    )
    (tmp_path / "cases" / "x.toml").write_text(own + document, encoding="utf-8")
    names = [(one.name.zh, one.severity) for one in read_case_type("x", tmp_path).document]
    assert names[0] == ("查封、扣押清单", "note")  # its own goes before
    assert names.count(("查封、扣押清单", "error")) == 0 and ("听证笔录", "error") in names
