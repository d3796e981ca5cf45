"""Words of any length, filters and their union are found as a plain reading of every text finds them."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from benchmarks.chinese_cases import FREQUENT, RARE, Made, make_cases
from benchmarks.search import enter, questions
from preserve.data_management import facets, search
from preserve.data_management.database import Catalogue
from preserve.data_management.engines.dialect import is_sqlite
from preserve.data_management.facets import Filters
from preserve.data_management.search import Passage
from preserve.data_management.tokens import spaced, terms
from preserve.errors import UsageError
from tests.support.catalogues import new_catalogue

pytestmark = pytest.mark.xdist_group("search")
COUNT = 150
KNOWN = {"case_type": "penalty", "start": "2026-01-05", "closed": "2026-03-12"}
ROW = "INSERT INTO cases VALUES (:o, :o, '', 't', 'penalty', '', 'p', 'internal', NULL, '2026-03-12', false, '{}')"


@pytest.fixture(scope="module")
def made() -> list[Made]:
    return list(make_cases(COUNT, seed=3))


@pytest.fixture(scope="module")
def filled(made: list[Made], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    catalogue = new_catalogue(tmp_path_factory.mktemp("search") / "c.sqlite")
    with catalogue.begin() as connection:
        for number, one in enumerate(made):
            enter(connection, number, one)
        search.fill(connection)
    yield catalogue
    catalogue.close()


def find_by(
    connection: Connection, objid: str, known: dict[str, str], head: list[Passage], body: list[Passage]
) -> None:
    search.enter(connection, objid, known, search.words_of(head, body, tokens=True))


def _read(made: Made) -> str:
    return "|".join([json.dumps(made.description, ensure_ascii=False), *(words for _, words in made.texts)])


def _plainly(word: str) -> re.Pattern[str]:
    """Punctuation does not matter, and numbers are whole."""
    words = r"[\W_]*".join(map(re.escape, re.findall(r"\w+", word)))
    begin = r"(?<![0-9A-Za-z])" if re.match(r"[0-9A-Za-z]", words) else ""
    return re.compile(begin + words + (r"(?![0-9A-Za-z])" if words[-1].isdigit() else ""))


def _found(connection: Connection, words: str, filters: Filters | None = None) -> set[int]:
    hits = search.find(connection, words, filters, COUNT)
    assert len({hit.objid for hit in hits}) == len(hits)
    return {int(hit.objid.removeprefix("aip-")) for hit in hits}


def test_words_are_found_where_a_plain_reading_finds_them(filled: Catalogue, made: list[Made]) -> None:
    asked = questions(made[::20])
    words = {word for sort in ("any piece of a document, 2–8 characters", "two words") for word, _ in asked[sort]}
    read = [_read(one) for one in made]
    with filled.read() as connection:
        for word in sorted({*words, *FREQUENT, *RARE, "没有这个词"}):
            patterns = [_plainly(part) for part in word.split() if re.search(r"\w", part)]
            expected = {number for number, there in enumerate(read) if all(one.search(there) for one in patterns)}
            assert _found(connection, word) == expected, word


def test_a_hit_says_where_it_is_and_shows_it(filled: Catalogue, made: list[Made]) -> None:
    with filled.read() as connection:
        for word in (*FREQUENT, "执法记录仪 当事人"):
            hits = search.find(connection, word, limit=COUNT)
            assert hits
            for hit in hits:
                known = made[int(hit.objid.removeprefix("aip-"))]
                assert hit.title == known.description["title"]
                assert hit.marks
                assert {hit.shown[a:b] for a, b in hit.marks} <= set(word.split())
                if hit.field == "text":
                    body = dict(known.texts)[hit.place]
                    assert hit.shown.strip("…").replace(" ", "") in re.sub(r"\s", "", body)
                assert len(hit.shown) < 120
            # The description's hits first, and among equals the latest closed first.
            days = [(hit.field == "text", [-int(part) for part in hit.closed.split("-")]) for hit in hits]
            assert days == sorted(days)


def test_filters_hold_with_and_without_words(
    filled: Catalogue, made: list[Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = made[77].description
    recording = next(item for known in made for item in known.description["objects"] if item["device"])
    cases: list[tuple[Filters, str]] = [
        (Filters(party=one["parties"][0]["name"]), ""),
        (Filters(officer=one["officers"][1]["number"]), ""),
        (Filters(officer=one["officers"][0]["name"][-1]), "当事人"),
        (Filters(device=recording["device"].lower()), ""),
        (Filters(device=recording["device"], place=recording["place"][:3]), ""),
        (Filters(stage="decision", since="2010-01-01", until="2014-12-31"), "当事人"),
        (Filters(since=one["closed"], until=one["closed"]), ""),
        (Filters(case_type="penalty", measure="inspection", kind="录像"), "当事人"),
        (Filters(classification="state-secret"), ""),
    ]
    for few in (10_000, 0):  # days as lists of cases, and case by case
        monkeypatch.setattr(facets, "_FEW", few)
        with filled.read() as connection:
            for filters, words in cases:
                expected = {
                    number
                    for number, known in enumerate(made)
                    if _holds(filters, known.description) and words in _read(known)
                }
                assert _found(connection, words, filters) == expected, filters
                assert expected or filters.classification


def _holds(filters: Filters, description: dict[str, object]) -> bool:
    there: dict[str, list[str]] = {}
    for kind, value, _ in facets.of_case(description):
        there.setdefault(kind, []).append(value.lower())
    for kind in ("party", "officer", "device", "place", "kind"):
        if (part := getattr(filters, kind)) and not any(part.lower() in value for value in there.get(kind, ())):
            return False
    for kind in ("stage", "case_type", "measure", "classification"):
        if (name := getattr(filters, kind)) and name not in there.get(kind, ()):
            return False
    since, until = filters.since or "0", filters.until or "9"
    return any(day and since <= day <= until for day in there["date"])


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = new_catalogue(tmp_path / "c.sqlite")
    with catalogue.begin() as connection:
        connection.execute(text(ROW), {"o": "o"})
    yield catalogue
    catalogue.close()


def test_writing_does_not_matter(one: Catalogue) -> None:
    shown = "擅自举办营业性演出活动 DSJ-X900 𬭛 王"
    with one.begin() as connection:
        head = [Passage("title", "", shown), Passage("case_number", "", "沪文执罚〔2026〕12号")]
        find_by(connection, "o", KNOWN, head, [Passage("text", "a.pdf", "第一行ＡＢＣ")])
        for word in (
            "演出",
            "活动",
            "动",
            "dsj",
            "〔2026〕12号",
            "〔２０２６〕",
            "演出 沪文",
            "𬭛",
            "Ｘ９００",
            "王",
            "abc",
            "举办营业性演出活动",
        ):
            assert [hit.objid for hit in search.find(connection, word)] == ["o"], word
        for word in ("演活", "出演", "演出 没有", "王沪", "动DSJX", "〔2026〕1"):
            assert search.find(connection, word) == [], word
        (hit,) = search.find(connection, "abc")
        assert (hit.field, hit.place, hit.marks) == ("text", "a.pdf", ((3, 6),))


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("古籍善本", ["body"]),  # a token of it stands in no description
        ("演出 古籍", ["body"]),  # one word in the description, the other in a document
        ("演出 dsj-x9", ["head", "body"]),  # only the beginning of the last word is known
        ("演出 活动", ["head", "body"]),  # each in a description, both in none
        ("古籍", ["head", "body"]),  # one token is the question itself
    ],
)
def test_descriptions_are_asked_in_whole_only_where_each_token_stands_in_one(
    one: Catalogue, words: str, asked: list[str]
) -> None:
    texts = [Passage("text", "a", "古籍善本；演出；活动；DSJ-X900")]
    with one.begin() as connection:
        connection.execute(text(ROW), {"o": "p"})
        find_by(connection, "o", KNOWN, [Passage("title", "", "演出")], texts)
        find_by(connection, "p", KNOWN, [Passage("title", "", "活动 DSJ")], [])
        statements: list[str] = []
        raw = connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.set_trace_callback(statements.append)
        assert [hit.objid for hit in search.find(connection, words)] == ["o"]
        raw.set_trace_callback(None)
    lists = [statement for statement in statements if "ORDER BY rowid DESC" in statement]
    assert ["body" if "body}" in statement else "head" for statement in lists] == asked


def test_a_case_that_changes_or_goes_is_no_longer_found_by_what_it_said(one: Catalogue) -> None:
    with one.begin() as connection:
        find_by(connection, "o", KNOWN, [Passage("title", "", "演出")], [Passage("text", "a", "古籍")])
        find_by(connection, "o", {**KNOWN, "closed": "2026-03-13"}, [Passage("title", "", "旅行")], [])
        assert search.find(connection, "演出") == search.find(connection, "古籍") == []
        assert [hit.objid for hit in search.find(connection, "旅行", Filters(since="2026-01-05"))] == ["o"]
        search.forget(connection, "o")
        assert search.find(connection, "旅行") == []
        assert connection.execute(text("SELECT count(*) FROM facets")).scalar() == 0
        if is_sqlite(connection):
            connection.execute(text("INSERT INTO search (search) VALUES ('integrity-check')"))


@given(st.text("演出活动文书王a1 ，。〔\n\u3000𬭛Ａ", min_size=8, max_size=60), st.data())
def test_any_piece_of_a_text_is_among_its_tokens(words: str, data: st.DataObject) -> None:
    """What FTS5 is asked for is a phrase of the text's own tokens, for every piece of two ideographs and more."""
    pieces = re.findall(r"[演出活动文书王𬭛]{2,}", words)
    assume(pieces)
    run = data.draw(st.sampled_from(pieces))
    begin = data.draw(st.integers(0, len(run) - 2))
    (term,) = terms(run[begin : data.draw(st.integers(begin + 2, len(run)))])
    wanted = term.expression.strip('"').split()
    there = spaced(words).split()
    assert any(there[place : place + len(wanted)] == wanted for place in range(len(there)))


@given(st.text())
def test_no_character_of_a_query_has_a_meaning(query: str) -> None:
    for term in terms(query):
        assert term.expression.count('"') == 2
        assert all(c.isalnum() or c in ' "*' or c > "\x7f" for c in term.expression)


@pytest.mark.parametrize("query", ["", "  ", "!? 。，", '"', "*"])
def test_what_cannot_be_searched_for_is_refused(one: Catalogue, query: str) -> None:
    with one.read() as connection, pytest.raises(UsageError, match="nothing-to-search"):
        search.find(connection, query)
