"""The index of a file forgets what it was told to, and is asked in the words of FTS5."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from preserve.data_management import search_sqlite
from preserve.data_management.database import create_catalogue
from preserve.data_management.facets import Filters
from preserve.data_management.passages import Passage, pack, unpack
from preserve.data_management.tokens import BETWEEN, spaced, terms


def test_what_is_forgotten_leaves_nothing_in_the_index(tmp_path: Path) -> None:
    catalogue = create_catalogue(tmp_path / "c.sqlite")
    place = {"where": "", "below": 1 << 62, "limit": 10}
    with catalogue.begin() as connection:
        number = date(2026, 3, 12).toordinal() << 14
        row = {
            "number": number,
            "head": pack([Passage("title", "", "演出活动")]),
            "body": pack([Passage("text", "a", "古籍")]),
        }
        search_sqlite.enter(connection, [row])
        assert search_sqlite.numbers(connection, terms("演出"), Filters(), 0, place) == [number]
        assert search_sqlite.numbers(connection, terms("古籍"), Filters(), 1, place) == [number]
        search_sqlite.forget(connection, row)
        assert search_sqlite.numbers(connection, terms("演出"), Filters(), 0, place) == []
        connection.execute(text("INSERT INTO search (search) VALUES ('integrity-check')"))
    catalogue.close()


def test_passages_are_read_as_they_were_packed() -> None:
    passages = [Passage("title", "", "演出\ud800"), Passage("text", "卷/a.txt", 'a "b"\n')]
    assert list(unpack(pack([passages[0], Passage("text", "", ""), passages[1]]))) == passages


HEAD = [f"{n // 7:04}/文书{n:05}.txt 现场 {n}" for n in range(60)]
BODY = [f"{n} 现场检查笔录 Ａ座" for n in range(90)]
NUMBER = date(2026, 3, 12).toordinal() << 14
ONE = {"where": "", "below": 1 << 62, "limit": 10}


def _pieces(*, many: bool) -> search_sqlite.Pieces:
    """Some texts in a piece each, as of a case with so many megabytes, or all in one."""

    def of(texts: Sequence[str]) -> list[bytes]:
        made = [spaced(one) for one in texts]
        return [zlib.compress(one.encode()) for one in (made if many else [BETWEEN.join(made)])]

    return {"head": of(HEAD), "body": of(BODY)}


def _instances(connection: Connection) -> set[tuple[bytes, ...]]:
    """Each token with its places, but for the signs that stand between."""
    rows = connection.exec_driver_sql(
        'SELECT CAST(term AS BLOB), doc, col, "offset" FROM temp.words ORDER BY 1, 2, 3, 4'
    )
    return {tuple(row) for row in rows if row[0] not in (b"\xff", "\ue000".encode())}


@pytest.mark.parametrize("tidied", [False, True])
def test_a_case_that_is_entered_in_turns_is_found_as_one_that_is_not(tmp_path: Path, tidied: bool) -> None:
    found = []
    for many in (False, True):
        catalogue = create_catalogue(tmp_path / f"{many}.sqlite")
        with catalogue.begin() as connection:
            connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)")
            search_sqlite.enter_words(connection, NUMBER - 1, {"head": [zlib.compress("现场 场".encode())], "body": []})
            search_sqlite.enter_words(connection, NUMBER, _pieces(many=many))
            if tidied:
                connection.exec_driver_sql("INSERT INTO search (search) VALUES ('optimize')")
            connection.exec_driver_sql("INSERT INTO search (search) VALUES ('integrity-check')")
            found.append(_instances(connection))
            for query in ("文书00059", "检查笔录", "0003 现场", "89 现场检查笔录 a座", "ｔx", "00058.ｔx"):
                later = int("笔录" in query)
                assert search_sqlite.numbers(connection, terms(query), Filters(), later, ONE) == [NUMBER], query
            for query in ("现场笔录", "文书99", "座文书"):  # side by side in no text
                assert search_sqlite.numbers(connection, terms(query), Filters(), 1, ONE) == []
        catalogue.close()
    assert found[0] == found[1] and len(found[0]) > 1_000


@pytest.mark.parametrize(("entered", "forgotten"), [(True, True), (True, False), (False, True)])
def test_a_case_is_taken_out_in_turns_or_at_once_however_it_came_in(
    tmp_path: Path, entered: bool, forgotten: bool
) -> None:
    catalogue = create_catalogue(tmp_path / "c.sqlite")
    with catalogue.begin() as connection:
        connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)")
        for _ in range(3):
            search_sqlite.enter_words(connection, NUMBER, _pieces(many=entered))
            assert search_sqlite.numbers(connection, terms("文书00059"), Filters(), 0, ONE) == [NUMBER]
            search_sqlite.forget_words(connection, NUMBER, _pieces(many=forgotten))
            assert search_sqlite.numbers(connection, terms("文书00059"), Filters(), 0, ONE) == []
            assert not _instances(connection)
        connection.exec_driver_sql("INSERT INTO search (search) VALUES ('optimize')")
        connection.exec_driver_sql("INSERT INTO search (search) VALUES ('integrity-check')")
        search_sqlite.enter_words(connection, NUMBER, _pieces(many=True))
        assert search_sqlite.numbers(connection, terms("检查笔录"), Filters(), 1, ONE) == [NUMBER]
    catalogue.close()
