"""The index of a file forgets what it was told to, and is asked in the words of FTS5."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import text

from preserve.data_management import search_sqlite
from preserve.data_management.database import create_catalogue
from preserve.data_management.facets import Filters
from preserve.data_management.passages import Passage, pack, unpack
from preserve.data_management.tokens import terms


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
