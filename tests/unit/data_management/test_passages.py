"""What is written down of a case is what can be read again, and the index is the same whenever it was made."""

from __future__ import annotations

import sqlite3
import zlib
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from preserve.data_management import search
from preserve.data_management.database import create_catalogue
from preserve.data_management.passages import Passage, Tokens, pack, spacing, unpack
from preserve.data_management.tokens import BETWEEN, spaced

PASSAGES = st.lists(st.builds(Passage, st.sampled_from(["title", "text"]), st.text(), st.text()))


@given(PASSAGES)
def test_what_was_packed_comes_back(passages: list[Passage]) -> None:
    words = Tokens()
    said = [one for one in passages if one.text]
    assert list(unpack(pack(spacing(passages, words)))) == said
    once = [tokens for tokens, _ in groupby(spaced(one.text) for one in said)]
    made = BETWEEN.join(zlib.decompress(one).decode() for one in words.pieces())
    assert made == BETWEEN.join(once[1:] if once[:1] == [""] else once)  # what has no token needs no place


def test_of_a_long_row_each_passage_comes_back(passages: int = 30_000) -> None:
    said = [Passage("file", f'{n}\\"],["', "笔录\ud800" * (n % 5) + str(n)) for n in range(passages)]
    said[7] = Passage("text", "long", "当事人" * 200_000)
    packed = pack(said)
    assert list(unpack(packed)) == said
    for broken in (packed[:-20], packed[:1000]):
        with pytest.raises((ValueError, zlib.error)):
            list(unpack(broken))


def test_tokens_of_many_texts_are_several_pieces() -> None:
    words = Tokens()
    texts = [f"{n:06} 现场 场" * 20 for n in range(12_000)]
    for one in texts:
        words.append(one)
    pieces = words.pieces()
    assert len(pieces) > 2 and pieces == words.pieces()
    assert BETWEEN.join(zlib.decompress(one).decode() for one in pieces) == BETWEEN.join(texts)


HEADS = [Passage("title", "", "擅自演出案（2026）12号"), Passage("note", "a.txt", ""), Passage("place", "", "Ａ座 3F")]
BODIES = [Passage("text", "笔录.txt", "现场检查笔录，当事人王某。" * 30), Passage("text", "b", "\ud800 half\x00ー")]


def _index(path: Path, *, at_once: bool) -> set[tuple[object, ...]]:
    """Each token, where it stands."""
    catalogue = create_catalogue(path)
    with catalogue.begin() as connection:
        for number in range(3):
            objid = f"aip-{number}"
            connection.execute(
                text(
                    "INSERT INTO cases VALUES (:o, :o, '', 't', 'p', '', 'p', 'internal', NULL, '2026-03-12', 0, '{}')"
                ),
                {"o": objid},
            )
            told = {"case_type": "penalty", "start": "2026-01-05", "closed": "2026-03-12"}
            words = search.words_of(iter(HEADS[number:]), iter(BODIES[:number]), tokens=at_once)
            search.enter(connection, objid, told, words, indexed=at_once)
        if not at_once:
            search.fill(connection)
    catalogue.close()
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)")
        return set(raw.execute("SELECT * FROM temp.words"))


@pytest.mark.parametrize("at_once", [True, False])
def test_the_index_is_the_same_however_it_was_made(tmp_path: Path, at_once: bool) -> None:
    made = _index(tmp_path / "c.sqlite", at_once=at_once)
    assert made == _index(tmp_path / "other.sqlite", at_once=not at_once)
    assert len(made) > 100
