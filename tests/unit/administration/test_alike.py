"""Names that a reader takes for one another, and names that nobody does."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.administration.alike import Alike, look_alike
from preserve.profiles import read_profile

UNSEEN = "\u00ad\u034f\u061c\u115f\u17b4\u180b\u200b\u200d\u2060\u2800\u3164\ufe0f\ufeff\uffa0\U000e0001\U000e0101"
BLANKS = " \t\u00a0\u2003\u202f\u3000"
LETTERS = st.text(st.characters(categories=("L", "N"), exclude_characters=UNSEEN), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("李局长", "李 局长"),
        ("李局长", "李　局长"),
        ("李局长", "李\u200b局长"),
        ("李局长", "李局长\ufe00"),
        ("李局长", "李局⻓"),
        ("木子", "⽊子"),
        ("马明", "⻢明"),
        ("龙飞", "⻰⻜"),
        ("王日生", "王曰生"),
        ("张己", "张已"),
        ("张己", "张巳"),
        ("末央", "未央"),
        ("王一", "王—"),
        ("张三1", "张三１"),
        ("张三0", "张三O"),
        ("买买提·艾力", "买买提•艾力"),
        ("买买提·艾力", "买买提-艾力"),
        ("Anna", "Аnna"),
        ("BOB", "ВОВ"),
        ("Ivan", "lvan"),
        ("Müller", "Mu\u0308ller"),
        ("head", "Head"),
        ("head", "he.ad"),
        ("head", "he_ad"),
        ("head", "h-ead"),
        ("root", "r00t"),
        ("li1", "lil"),
        ("li1", "lii"),
        ("wam", "warn"),
        ("wang", "vvang"),
        ("ﬁre", "fire"),
        ("李\u2067局长", "李局长"),
    ],
)
def test_alike(one: str, other: str) -> None:
    assert look_alike(one, other) and look_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("李局长", "李副局长"),
        ("王审核", "赵审核"),
        ("张三", "张三2"),
        ("张三1", "张三2"),
        ("wang", "wan"),
        ("head", "heads"),
        ("li1", "li2"),
        ("shen", "shi"),
        ("张伟", "章伟"),
        ("system", "security"),
    ],
)
def test_not_alike(one: str, other: str) -> None:
    assert not look_alike(one, other)


@given(LETTERS, st.data())
def test_nothing_unseen_and_no_blank_makes_another_name(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name)))
    mark = data.draw(st.sampled_from(UNSEEN + BLANKS + ".-_·"))
    assert look_alike(name, name[:at] + mark + name[at:])


@given(LETTERS)
def test_no_form_of_a_name_makes_another_name(name: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert look_alike(name, unicodedata.normalize(form, name))
    assert look_alike(name, name.casefold())


@given(LETTERS, LETTERS)
def test_it_is_mutual(one: str, other: str) -> None:
    assert look_alike(one, one)
    assert look_alike(one, other) == look_alike(other, one)


def test_the_table_is_sound() -> None:
    groups = read_profile("alike.toml", Alike).groups
    together = "".join(groups)
    assert len(set(together)) == len(together), "a character stands in two groups"
    assert all(len(group) > 1 for group in groups)
    for group in groups:
        for c in group:
            assert unicodedata.is_normalized("NFKC", c), "compatible characters need no entry"
            assert look_alike(f"名{c}字", f"名{group[0]}字"), (group, c)
