"""Search on PostgreSQL finds what the file finds: words across divided rows, phrases, beginnings, pages, years."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from preserve.data_management import search, search_postgresql
from preserve.data_management.cases import Case, insert
from preserve.data_management.database import Catalogue, create_catalogue
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.data_management.facets import Filters
from preserve.data_management.search import Passage

DESCRIPTION: dict[str, Any] = {"case_type": "penalty", "start": "2026-01-05", "classification": "internal"}


@pytest.fixture
def both(tmp_path: Path, schema: PostgresqlSchema) -> Iterator[tuple[Catalogue, Catalogue]]:
    """The same catalogue in a file and on a server, empty."""
    made = create_catalogue(tmp_path / "c.sqlite"), create_catalogue(schema)
    yield made
    for one in made:
        one.close()


def _enter(connection: Connection, objid: str, closed: str, head: str, *body: str, **said: Any) -> None:
    insert(connection, Case(objid, f"{objid}号", "", "t", "penalty", "", "p", "internal", None, closed, False, "{}"))
    passages = [Passage("text", "f", one) for one in body]
    words = search.words_of([Passage("title", "", head)], passages, tokens=False)
    search.enter(connection, objid, {**DESCRIPTION, "closed": closed, **said}, words)


def _found(connection: Connection, words: str, filters: Filters | None = None, limit: int = 50) -> list[str]:
    return [hit.objid for hit in search.find(connection, words, filters, limit)]


@pytest.mark.parametrize("newest", [0, 7, 1000])  # so many cases are asked before all others
def test_every_question_has_the_same_answer(
    both: tuple[Catalogue, Catalogue], newest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_postgresql, "_NEWEST", newest)
    chance = random.Random(18)
    alphabet = "经营许可证件演出活动未成年人12号ab "
    rows = [
        (
            f"o{number:03}",
            f"20{chance.randint(10, 26)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            "".join(chance.choices(alphabet, k=12)),
            "".join(chance.choices(alphabet, k=60)),
            {"officers": [{"name": chance.choice(["陈立新", "陈立", "立新陈"]), "number": f"11{number % 7}"}]},
        )
        for number in range(150)
    ]
    for catalogue in both:
        with catalogue.begin() as connection:
            for objid, closed, head, body, said in rows:
                _enter(connection, objid, closed, head, body, **said)
    words = ["".join(chance.choices(alphabet.strip(), k=chance.randint(1, 5))) for _ in range(120)]
    questions = [(word, Filters()) for word in words]
    questions += [(f"{one} {other}", Filters()) for one, other in zip(words[:40], words[40:80], strict=True)]
    questions += [("", Filters(officer=name)) for name in ("陈立", "立新", "陈立新", "新陈", "113")]
    questions += [
        ("演出", Filters(officer="陈立", since="2022-03-01", until="2024-02-01")),
        ("演出", Filters(since="2015-05-01", until="2015-09-01")),
        ("演出", Filters(since="2030-05-01", until="2030-09-01")),
        ("", Filters(stage="trial")),
    ]
    file, server = both
    with file.read() as one, server.read() as other:
        for word, filters in questions:
            assert _found(one, word, filters, 200) == _found(other, word, filters, 200), (word, filters)
            assert _found(one, word, filters, 3) == _found(other, word, filters, 3), (word, filters)


@pytest.mark.parametrize("newest", [0, 3, 1000])
def test_pages_follow_each_other_over_years_and_kinds(
    both: tuple[Catalogue, Catalogue], newest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_postgresql, "_NEWEST", newest)
    _, server = both
    with server.begin() as connection:
        for number in range(12):
            head, body = ("演出活动", "") if number % 2 else ("别的", "演出活动")
            _enter(connection, f"o{number:02}", f"20{14 + number}-05-05", head, body)
        pages, after = [], ""
        while page := search.match(connection, "演出活动", after=after, limit=4):
            pages.append([match.objid for match in page])
            after = page[-1].key
    assert pages == [["o11", "o09", "o07", "o05"], ["o03", "o01", "o10", "o08"], ["o06", "o04", "o02", "o00"]]


def test_a_large_case_is_divided_and_found_by_every_word(both: tuple[Catalogue, Catalogue]) -> None:
    _, server = both
    chance = random.Random(1)
    ideographs = [chr(number) for number in range(0x4E00, 0x9FA5)]
    body = "".join(chance.choices(ideographs, k=400_000))
    with server.begin() as connection:
        _enter(connection, "large", "2026-05-05", "标题", body)
        rows = connection.execute(text("SELECT count(*) FROM search WHERE divided")).scalar_one()
        assert rows > 2
        for place in chance.sample(range(399_900), 60):
            assert _found(connection, body[place : place + chance.randint(2, 60)]) == ["large"]
        far = f"{body[5:9]} {body[-9:-5]}"
        assert _found(connection, far) == ["large"]
        words = search.words_of([Passage("title", "", "新")], [], tokens=False)
        search.enter(connection, "large", {**DESCRIPTION, "closed": "2025-05-05"}, words)
        assert connection.execute(text("SELECT count(*) FROM search WHERE closed = 2026")).scalar_one() == 0


def test_a_phrase_is_not_found_by_its_tokens_alone(both: tuple[Catalogue, Catalogue]) -> None:
    _, server = both
    with server.begin() as connection:
        _enter(connection, "apart", "2026-05-05", "经营许可。许可证。证件")
        _enter(connection, "whole", "2026-05-05", "经营许可证件")
        assert _found(connection, "经营许可证件") == ["whole"]


def test_a_word_longer_than_a_lexeme_is_found(both: tuple[Catalogue, Catalogue]) -> None:
    _, server = both
    with server.begin() as connection:
        _enter(connection, "o", "2026-05-05", "x" * 5000)
        assert _found(connection, "x" * 100) == ["o"]
        assert _found(connection, "x" * 100 + "y") == []


def test_it_is_filled_again_in_one_sweep(both: tuple[Catalogue, Catalogue]) -> None:
    _, server = both
    with server.begin() as connection:
        for number in range(5):
            _enter(connection, f"o{number}", f"202{number}-05-05", "演出活动")
        search_postgresql.clear(connection)
        assert _found(connection, "演出活动") == []
        search.fill(connection)
        assert _found(connection, "演出活动") == [f"o{number}" for number in (4, 3, 2, 1, 0)]
