"""Words that machines read are found after all that people wrote, on both databases, and are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Connection
from sqlalchemy import text as sql

from preserve.data_management import machine_search, search
from preserve.data_management.database import Catalogue, create_catalogue
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.data_management.facets import Filters
from preserve.data_management.search import Passage
from tests.support import postgresql
from tests.unit.data_management.test_search import KNOWN, ROW


@pytest.fixture(scope="module", params=["file", "server"])
def catalogue(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgresql_server: postgresql.Server
) -> Iterator[Catalogue]:
    """An empty one, on either engine."""
    schema = PostgresqlSchema(postgresql_server.url("plain"), f"t_{uuid4().hex}")
    file = tmp_path_factory.mktemp("machine") / "c.sqlite"
    made = create_catalogue(file if request.param == "file" else schema)
    yield made
    made.close()


@pytest.fixture
def connection(catalogue: Catalogue) -> Iterator[Connection]:
    """A transaction in it, of which nothing is kept."""
    with catalogue.begin() as opened:
        whole = opened.begin_nested()
        yield opened
        whole.rollback()


def enter(connection: Connection, objid: str, words: str, **description: object) -> None:
    if not connection.execute(sql("SELECT 1 FROM cases WHERE objid = :o"), {"o": objid}).first():
        connection.execute(sql(ROW), {"o": objid})
    head = [Passage("title", "", words)]
    found = search.words_of(head, [Passage("text", "正文.docx", "询问笔录")], tokens=True)
    search.enter(connection, objid, {**KNOWN, **description}, found)


def read(connection: Connection, objid: str, *pages: str, file: str = "扫描.pdf") -> None:
    found = [Passage(f"machine-{number}", file, words) for number, words in enumerate(pages, 1)]
    machine_search.replace(connection, objid, [("machine", file)], found)


def objids(connection: Connection, words: str, filters: Filters | None = None, *, machine: bool = True) -> list[str]:
    return [one.objid for one in search.match(connection, words, filters, machine=machine)]


def test_found_only_with_the_machine(connection: Connection) -> None:
    enter(connection, "o1", "演出活动")
    enter(connection, "o2", "货车运输")
    read(connection, "o1", "第一页", "蓝色货车停在河堤")
    assert objids(connection, "货车") == ["o2", "o1"], "what people wrote goes before"
    assert objids(connection, "货车", machine=False) == ["o2"]
    assert objids(connection, "河堤 演出") == ["o1"], "a word here, a word there"
    assert objids(connection, "河堤 询问") == ["o1"]
    assert objids(connection, "河堤 运输") == []
    assert objids(connection, "堤河") == [], "side by side, and in this order"
    first, second = search.find(connection, "货车")
    assert (first.machine, first.field) == (False, "title")
    assert (second.machine, second.field, second.page, second.place) == (True, "machine", 2, "扫描.pdf")


def test_pages_of_a_list_go_on_into_what_was_read(connection: Connection) -> None:
    for number in range(5):
        enter(connection, f"o{number}", "货车" if number < 2 else "其他")
        if number >= 2:
            read(connection, f"o{number}", "货车")
    seen, after = [], ""
    while matches := search.match(connection, "货车", after=after, limit=2):
        seen += [match.objid for match in matches]
        after = matches[-1].key
    assert seen == ["o1", "o0", "o4", "o3", "o2"]


def test_filters_hold_of_them_too(connection: Connection) -> None:
    enter(connection, "o1", "甲", officers=[{"name": "王晓梅", "number": "1"}])
    enter(connection, "o2", "乙")
    for objid in ("o1", "o2"):
        read(connection, objid, "河堤")
    assert objids(connection, "河堤", Filters(officer="王晓梅")) == ["o1"]
    assert objids(connection, "河堤", Filters(officer="晓王")) == []
    assert objids(connection, "河堤", Filters(since="2027-01-01")) == []
    assert sorted(objids(connection, "河堤", Filters(since="2026-01-01"))) == ["o1", "o2"]


def test_a_file_read_again_takes_the_place_of_what_was_read(connection: Connection) -> None:
    enter(connection, "o1", "甲")
    read(connection, "o1", "河堤")
    read(connection, "o1", "码头", file="另一件.pdf")
    read(connection, "o1", "桥头")
    assert (objids(connection, "河堤"), objids(connection, "码头"), objids(connection, "桥头")) == ([], ["o1"], ["o1"])
    read(connection, "o1", "", file="另一件.pdf")
    assert objids(connection, "码头") == []


def test_a_later_version_keeps_what_was_read(connection: Connection) -> None:
    enter(connection, "o1", "甲")
    read(connection, "o1", "河堤")
    enter(connection, "o1", "乙", closed="2027-05-01")
    assert (objids(connection, "河堤"), objids(connection, "河堤 乙"), objids(connection, "河堤 甲")) == (
        ["o1"],
        ["o1"],
        [],
    )
    machine_search.forget(connection, "o1")
    assert (objids(connection, "河堤"), objids(connection, "乙")) == ([], ["o1"])


def test_made_again_it_finds_the_same(connection: Connection) -> None:
    enter(connection, "o1", "甲")
    read(connection, "o1", "河堤", "Ａ１２ 街")
    search.fill(connection)
    machine_search.fill(connection)
    assert objids(connection, "河堤") == objids(connection, "a12街") == ["o1"]
    search.forget(connection, "o1")
    assert objids(connection, "河堤") == []


@pytest.mark.parametrize("words", ["的" * 40, "甲 乙 丙 丁", '") OR (', "*"])
def test_no_query_breaks_it(connection: Connection, words: str) -> None:
    enter(connection, "o1", "甲")
    read(connection, "o1", "的" * 50)
    if words.strip('*") OR('):
        search.match(connection, words)
