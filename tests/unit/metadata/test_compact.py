"""Many texts in little memory are the same texts, found where they stand."""

from __future__ import annotations

import tracemalloc

import pytest

from metadata import compact
from metadata.compact import PackedDigests, PackedTexts, Places, TextSet, places_of


def test_the_texts_come_back_as_they_were() -> None:
    texts = ["", "笔录.txt", "a/b", "\udcd6\udcd0.txt", "\ud800", "𠮷", "", "笔录.txt"]
    packed = PackedTexts(texts)
    assert list(packed) == texts
    assert [packed[number] for number in range(len(texts))] == texts
    assert (packed[-1], packed[1:3], len(packed)) == ("笔录.txt", ["笔录.txt", "a/b"], 8)
    for place in (8, -9):
        with pytest.raises(IndexError):
            packed[place]


def test_an_index_finds_the_first_of_equal_texts_and_nothing_else() -> None:
    texts = PackedTexts([*(f"{number}.txt" for number in range(3000)), "7.txt"])
    places = places_of(texts)
    assert [places.find(text) for text in texts] == [*range(3000), 7]
    assert places.find("3000.txt") is None
    assert Places(texts).find("7.txt") is None


def test_adding_says_whether_an_equal_text_was_there() -> None:
    texts = ["a", "b", "a"]
    places = Places(texts)
    assert [places.add(number) for number in range(3)] == [0, 1, 0]


def test_an_index_made_at_its_size_is_the_one_that_grew() -> None:
    texts = [f"{number % 700}.txt" for number in range(1000)]
    grown, made = Places(texts), Places(texts, len(texts))
    assert [grown.add(n) for n in range(1000)] == [made.add(n, text) for n, text in enumerate(texts)]
    assert all(grown.find(text) == made.find(text) == number for number, text in enumerate(texts[:700]))
    more = Places(texts, 3)  # what comes beyond the expected still has its place
    assert [more.add(n) for n in range(1000)] == [grown.find(text) for text in texts]


def test_a_text_and_its_place_take_less_than_an_object_of_their_own() -> None:
    def size(count: int) -> int:
        tracemalloc.start()
        try:
            texts = PackedTexts(f"{number // 500:04}/文书{number:06}.txt" for number in range(count))
            places = places_of(texts)
            assert places.find("0000/文书000001.txt") == 1
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()

    assert size(16_000) - size(8_000) < 8_000 * 80


@pytest.mark.parametrize("few", [2, 100])
def test_a_set_of_texts_is_one_however_many_they_are(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "FEW", few)
    texts = TextSet()
    assert [texts.add(text) for text in ("甲", "b", "甲", "\udcff", "b", "c", "c")] == [1, 1, 0, 1, 0, 1, 0]
    assert set(texts) == {"甲", "b", "\udcff", "c"} and len(texts) == 4
    assert "甲" in texts and "d" not in texts


def test_digests_take_half_a_byte_a_digit_and_nothing_else_is_one() -> None:
    digests = PackedDigests()
    digests.append("00ff")
    digests.append("0a0b")
    assert list(digests) == ["00ff", "0a0b"] and digests[1] == "0a0b" and len(PackedDigests()) == 0
    for wrong in ("00", "00FF", "zz00", "0 0f"):
        with pytest.raises(ValueError, match=r".*"):
            digests.append(wrong)
    assert places_of(digests).find("0a0b") == 1
