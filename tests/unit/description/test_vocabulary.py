"""The words of a bureau: names, labels and what else is written for them; mistakes in its profiles are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from preserve.description.vocabulary import (
    FIELDS,
    MeasureName,
    Vocabulary,
    read_case_types,
    read_vocabulary,
    read_what_is_sound,
)
from preserve.errors import Refused
from preserve.messages import speaking

_OWN = """
[[measure]]
name = "sampling"
label = {zh = "抽样取证", en = "Sampling"}
also = ["抽样"]
[[measure]]
name = "sealing"
label = {zh = "查封", en = "Sealing"}
[[incident]]
name = "refusal"
label = {zh = "拒绝", en = "Refusal"}
[[shows]]
name = "place"
label = {zh = "现场", en = "The place"}
"""


def profiles(folder: Path, text: str = _OWN) -> Path:
    (folder / "vocabulary.toml").write_text(text, encoding="utf-8")
    return folder


def case_type(folder: Path, file: str, name: str, zh: str) -> Path:
    (folder / "cases").mkdir(exist_ok=True)
    text = f'case_type = "{name}"\nname = {{zh = "{zh}", en = "{name} case"}}\nrules = "not looked at here"\n'
    (folder / "cases" / file).write_text(text, encoding="utf-8")
    return folder


def test_whatever_people_write_for_a_term_finds_its_name(tmp_path: Path) -> None:
    words = read_vocabulary(profiles(tmp_path))
    for written in ("sampling", "抽样取证", "Sampling", " 抽样 ", "ＳＡＭＰＬＩＮＧ"):
        assert words.name_of("measure", written) == "sampling"
    assert words.name_of("measure", "没收") == "没收"
    assert words.knows("measure", "sealing")
    assert not words.knows("measure", "抽样取证")


def test_a_name_from_elsewhere_is_shown_as_it_is(tmp_path: Path) -> None:
    words = read_vocabulary(profiles(tmp_path))
    with speaking("en"):
        assert words.label("measure", "sampling") == "Sampling"
        assert words.label("measure", "unheard-of") == "unheard-of"
        assert "sampling (抽样取证)" in words.choices("measure")
    with speaking("zh"):
        assert words.label("measure", "sampling") == words.chinese("measure", "sampling") == "抽样取证"
        assert words.choices("measure") == "抽样取证、查封"


def test_the_shipped_words_lead_back_to_their_names() -> None:
    words = read_vocabulary()
    assert set(words.terms) == set(FIELDS)
    for field, terms in words.terms.items():
        assert terms, field
        for term in terms:
            assert {words.name_of(field, word) for word in (term.label.zh, term.label.en, *term.also)} == {term.name}


def test_one_word_for_two_terms_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        read_vocabulary(profiles(tmp_path, _OWN.replace('also = ["抽样"]', 'also = ["查封"]')))


def test_two_types_of_case_with_one_name_are_refused(tmp_path: Path) -> None:
    case_type(tmp_path, "a.toml", "penalty-a", "处罚甲")
    known = {term.name for term in read_case_types(tmp_path)}
    assert "penalty-a" in known
    with pytest.raises(Refused) as caught:
        read_case_types(case_type(tmp_path, "b.toml", "penalty-b", "处罚甲"))
    assert caught.value.code == "profile.case-type-twice"
    assert caught.value.values["word"] == "处罚甲"


def test_a_mistake_in_one_profile_hides_no_other(tmp_path: Path) -> None:
    words = read_what_is_sound(profiles(tmp_path, "measure = 1"))
    assert set(words.terms) == {"case_type"}
    assert words.knows("measure", "anything"), "nothing is held to what cannot be read"
    case_type(profiles(tmp_path), "a.toml", "Not A Name", "甲")
    assert set(read_what_is_sound(tmp_path).terms) == {"measure", "incident", "shows", "outcome"}


def test_other_profiles_are_held_to_the_words(tmp_path: Path) -> None:
    class Rule(BaseModel):
        measure: MeasureName

    words = read_vocabulary(profiles(tmp_path))
    assert Rule.model_validate({"measure": "unknown"}).measure == "unknown", "without a vocabulary"
    for context in (words, Vocabulary({})):
        assert Rule.model_validate({"measure": "sealing"}, context={"vocabulary": context}).measure == "sealing"
    with pytest.raises(ValidationError, match="sampling, sealing"):
        Rule.model_validate({"measure": "unknown"}, context={"vocabulary": words})
