"""A name means the same file in whatever bytes, form or separators it is written; two files never become one."""

from __future__ import annotations

import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.identity import (
    EXACT,
    GUESSED,
    READABLE,
    TIDY,
    Names,
    guesses,
    meant,
    names_apart,
    precise,
    readable,
    tidy,
    without_dots,
)

NAME = "现场/录像 Café 1.mp4"
GBK = os.fsdecode(NAME.encode("gb18030"))
ANY_PATH = st.binary(min_size=1, max_size=60).filter(lambda raw: b"\0" not in raw).map(os.fsdecode)

SPELLINGS = {
    "decomposed": (unicodedata.normalize("NFD", NAME), READABLE),
    "GBK bytes": (GBK, READABLE),
    "mixed bytes": (os.fsdecode("现场/".encode() + "录像 Café 1.mp4".encode("gbk")), READABLE),
    "dots": ("./现场/./录像 Café 1.mp4", EXACT),
    "empty parts": ("现场//录像 Café 1.mp4", EXACT),
    "backslash": ("现场\\录像 Café 1.mp4", TIDY),
    "backslash and dot": (".\\现场\\录像 Café 1.mp4", TIDY),
    "blanks behind": ("现场 /录像 Café 1.mp4 ", TIDY),
    "wide blank before": ("\u3000现场/录像 Café 1.mp4", TIDY),
    "dot behind": ("现场/录像 Café 1.mp4.", TIDY),
    "letters written out": ("现场/录像 Cafe[U+0301] 1.mp4", GUESSED),
    "bytes written out": (precise(GBK), GUESSED),
    "percent": ("%E7%8E%B0%E5%9C%BA/录像 Caf%C3%A9 1.mp4", GUESSED),
    "percent of GBK": ("%CF%D6%B3%A1/录像 Café 1.mp4", GUESSED),
    "Python's escapes": ("\\xcf\\xd6\\xb3\\xa1/录像 Café 1.mp4", GUESSED),
    "JSON's escapes": ("\\udccf\\udcd6\\udcb3\\udca1/录像 Café 1.mp4", GUESSED),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_any_spelling_finds_the_file_and_the_file_any_spelling(spelling: str) -> None:
    written, level = SPELLINGS[spelling]
    assert Names([(NAME, 1), ("现场/录像 2.mp4", 2)]).find_closest(written) == (1, level)
    assert Names([(written, 1), ("现场/录像 2.mp4", 2)]).find_closest(NAME) == (1, level)


@pytest.mark.parametrize("wrong", ["cp437", "latin-1"])
@pytest.mark.parametrize("right", ["gb18030", "utf-8"])
def test_bytes_that_were_read_in_the_wrong_encoding_are_read_again(wrong: str, right: str) -> None:
    """What unzip makes on Linux of a zip that was packed on Chinese Windows."""
    spoiled = "现场录像.mp4".encode(right).decode(wrong)
    assert "现场录像.mp4" in guesses(spoiled)
    assert Names([("现场录像.mp4", 1)]).find(spoiled) == 1


def test_gbk_that_happens_to_be_utf8_is_what_the_description_says() -> None:
    raw = "毛.jpg".encode("gbk")
    assert raw.decode() == "ë.jpg"
    assert Names([("毛.jpg", 1), ("茅.jpg", 2)]).find(os.fsdecode(raw)) == 1
    assert Names([("毛.jpg", 1), ("ë.jpg", 2)]).find(os.fsdecode(raw)) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("①.txt", "1.txt"),
        ("A.txt", "a.txt"),
        ("（一）.txt", "(一).txt"),
        ("a b.txt", "ab.txt"),
        ("一.txt", "一.txt.txt"),
    ],
)
def test_names_that_only_look_alike_are_two(one: str, other: str) -> None:
    names = Names([(one, 1), (other, 2)])
    assert (names.find(one), names.find(other)) == (1, 2)
    assert Names([(one, 1)]).find(other) is None


def test_of_names_that_agree_as_well_none_is_chosen() -> None:
    names = Names([("a .txt ", 1), ("a .txt.", 2)])
    assert names.find("a .txt") is None
    assert (names.find("a .txt "), names.find("a .txt.")) == (1, 2)


def test_each_file_has_a_name_that_can_be_written_down() -> None:
    nfc, nfd = "Café.txt", unicodedata.normalize("NFD", "Café.txt")
    paths = [nfd, nfc, "a.txt", "a.txt ", "换\n行.txt", "\udcff.txt", GBK, os.fsdecode("一.txt".encode("gbk"))]
    assert paths[-1] == "һ.txt"
    names = names_apart(paths)
    assert (names[nfd], names[nfc]) == ("Cafe[U+0301].txt", "Café.txt")
    assert names["a.txt "] == "a.txt[U+0020]"
    assert names["换\n行.txt"] == "换[U+000A]行.txt"
    assert (names[GBK], names["һ.txt"]) == (NAME, "一.txt")
    assert names_apart([paths[-1]])[paths[-1]] == "һ.txt", "nothing here is in GBK"
    assert len(set(names.values())) == len(paths)


@given(st.lists(ANY_PATH, unique_by=without_dots, max_size=8))
def test_what_is_precise_is_found_again_and_is_no_other(paths: list[str]) -> None:
    names = Names((path, number) for number, path in enumerate(paths))
    for number, path in enumerate(paths):
        assert names.find(path) in (number, None)
    if len({precise(path) for path in paths}) == len(paths):
        assert [names.find(path) for path in paths] == list(range(len(paths)))


def test_bytes_that_are_in_no_encoding_are_written_out() -> None:
    assert [form("照片/\udcff\udc80.jpg") for form in (readable, tidy, precise)] == ["照片/[0xFF][0x80].jpg"] * 3
    names = Names([("照片/\udcff\udc80.jpg", 1), ("照片/\udcff.jpg", 2)])
    for written in ("照片/[0xFF][0x80].jpg", "照片/\\xff\\x80.jpg", "照片/%FF%80.jpg", "照片\\%ff%80.jpg"):
        assert names.find(written) == 1


@given(ANY_PATH)
def test_forms_are_fixed_points_and_can_be_written_anywhere(path: str) -> None:
    for form in (readable, tidy):
        name = form(path)
        assert name.encode() is not None and form(name) == name
    assert precise(path).encode()
    assert list(guesses(path)) == list(guesses(path))


@given(st.text(max_size=60))
def test_text_is_only_composed(text: str) -> None:
    if text.isprintable() and "/" not in text and text not in (".",):
        assert readable(text) == unicodedata.normalize("NFC", text)


def test_a_person_means_the_name_that_is_there_else_the_one_that_looks_like_it() -> None:
    names = ["①.txt", "1.txt", "笔录（一）.txt", "A.txt"]
    assert [meant(name, names) for name in ("①.txt", "1.txt", "笔录(一).txt", " .\\A.txt")] == [*names]
    assert meant("①.txt", ["1.txt"]) == "1.txt"
    assert meant("Ⅰ.txt", ["I.txt", "Ｉ.txt"]) is None and meant("a.txt", names) is None


def test_things_of_a_sequence_are_found_as_those_that_are_named_one_by_one() -> None:
    names = ["笔录.txt", "a b.txt", "Cafe\u0301.txt", "笔录.txt", "c.txt", " d.txt"]
    things = ["1", "2", "3", "4", "5", "6"]
    one_by_one, sequence = Names(zip(names, things, strict=True)), Names.of(names, tuple(things))
    asked = ["笔录.txt", "a b.txt", "Caf\u00e9.txt", "./c.txt", "d.txt", "e.txt"]
    assert [sequence.find_closest(name) for name in asked] == [one_by_one.find_closest(name) for name in asked]
    assert [sequence.find(name) for name in asked] == [None, "2", "3", "5", "6", None]


def test_one_thing_of_several_equal_names_is_found() -> None:
    assert Names((name, True) for name in ("a.txt", "a.txt")).find("a.txt") is True
    assert Names([("a.txt", "1"), ("a.txt", "2")]).find("a.txt") is None
