"""The index of words in a PostgreSQL catalogue: our own tokens as lexemes, in GIN, in a partition for each year.

The newest cases are asked first, then the years from the newest back, until enough is found, by their GIN alone: left
to itself, the planner gambles between that and the order of the numbers. The index does not know which tokens stand
side by side, so a case counts only when its text was held against the words.

A case has rows of two kinds: `in_head` what its description says, the other all that it says. A row with more words
than a tsvector takes (beyond 1 MB it would lose some without a word) is divided; then its words are asked one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, bindparam, select, text

from preserve.data_management import facets
from preserve.data_management.facets import IN_PART, Filters
from preserve.data_management.passages import Passage, unpack
from preserve.data_management.tables import facets as facets_table
from preserve.data_management.tables import findable
from preserve.data_management.tokens import Term, folded, spaced

_A_DAY = 1 << 14
_MOST = 600_000  # bytes of lexemes in a row; the type holds 1,048,575
_LONGEST = 255  # characters of a lexeme; it may have 2,046 bytes
_A_PIECE = 20_000  # tokens of a passage that come into one row in any case
_OVERLAP = 512  # tokens that two pieces of one passage share: no word of a query has more
_AT_ONCE = 64  # cases whose text is read at once
_VALUES = 2_000  # values of cases that are held at once
_NEWEST = 1_000  # so many cases are asked first: what is frequent fills its page from them

_Stretch = tuple[str, int, int, str]
"""Years, the numbers that are asked for from the first to the one before the end, and as what they are compared."""

_INSERT = text(
    "INSERT INTO search (closed, number, part, in_head, divided, words)"
    " VALUES (:closed, :number, :part, :in_head, :divided, array_to_tsvector(:words))"
)
_PARTS = text(
    "SELECT c.relname, (SELECT number FROM findable WHERE number < :end ORDER BY number DESC LIMIT 1 OFFSET :few)"
    " AS begin FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass('search')"
)
_PLAN = text(
    "SELECT set_config('enable_seqscan', :on, true), set_config('enable_indexscan', :on, true),"
    " set_config('enable_indexonlyscan', :on, true), set_config('plan_cache_mode', :plans, true)"
)
_BY_WORDS = {"on": "off", "plans": "force_custom_plan"}  # a plan for any word would be none for a frequent one
_AS_USUAL = {"on": "on", "plans": "auto"}


def enter(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Put cases into the index, by their rows of `findable`."""
    for closed in sorted({_year(row["number"]) for row in rows}):
        connection.execute(text("SELECT search_partition(:closed)"), {"closed": closed})
    for one in (one for row in rows for one in _rows(connection, row)):
        connection.execute(_INSERT, one)


def forget(connection: Connection, row: dict[str, Any]) -> None:
    """Take a case out."""
    where = {"closed": _year(row["number"]), "number": row["number"]}
    connection.execute(text("DELETE FROM search WHERE closed = :closed AND number = :number"), where)


def clear(connection: Connection) -> None:
    """Take every case out."""
    connection.execute(text("DELETE FROM search"))


def numbers(
    connection: Connection, wanted: Sequence[Term], filters: Filters, later: int, values: dict[str, Any]
) -> list[int]:
    """The next cases, the highest number first, that hold every term and filter, and lie within the days.

    Of those whose description says all of it, or with `later` of the others. `values` are what `below` and `limit` are,
    the condition on days as `where`, and what that asks for.
    """
    if later and not wanted:
        return []
    lexemes = [*asked_of(wanted), *asked_of_filters(filters)]
    if not lexemes:
        return _newest(connection, values)
    stretches = list(_stretches(connection, values))
    connection.execute(_PLAN, _BY_WORDS)
    candidates = _candidates(connection, stretches, lexemes, later, values)
    found = list(islice(_proved(connection, candidates, wanted, filters, later), values["limit"]))
    connection.execute(_PLAN, _AS_USUAL)
    return found


def asked_of(wanted: Sequence[Term]) -> list[str]:
    """A tsquery for each word."""
    return list(map(_query, wanted))


def asked_of_filters(filters: Filters) -> list[str]:
    """A tsquery for each part of the filters that the index knows of."""
    return [*(_query(term, kind) for kind, term in filters.in_part()), *map(_quoted, filters.marks())]


def saying(connection: Connection, numbers: Sequence[int], filters: Filters) -> set[int]:
    """Those of the cases whose values have the words of each filter side by side, which the index alone cannot tell."""
    about = _about(filters)
    if not about:
        return set(numbers)
    row = facets_table.c
    kinds = sorted({kind for kind, _ in about})
    query = select(row.number, row.kind, row.value).distinct().where(row.number.in_(numbers), row.kind.in_(kinds))
    held: set[tuple[int, int]] = set()
    for number, kind, value in connection.execute(query.execution_options(yield_per=_VALUES)):
        held |= {(number, n) for n, (one, term) in enumerate(about) if one == kind and term.stands_in(value)}
    return {number for number in numbers if all((number, n) in held for n in range(len(about)))}


def lexemes_of(passages: Iterable[Passage]) -> Iterator[set[str]]:
    """The lexemes of passages, as many at a time as a row takes."""
    return _groups(_pieces(passages))


def _newest(connection: Connection, values: dict[str, Any]) -> list[int]:
    """The next cases where nothing but days is asked for."""
    where = values["where"].format(number="found.number")
    bound = {name: value for name, value in values.items() if name != "where"}
    query = f"SELECT number FROM findable found WHERE number < :below{where} ORDER BY number DESC LIMIT :limit"
    return list(connection.execute(text(query), bound).scalars())


def _candidates(
    connection: Connection, stretches: Iterable[_Stretch], lexemes: Sequence[str], later: int, values: dict[str, Any]
) -> Iterator[int]:
    """Every case, the highest number first, that has the tokens in any order."""
    where = values["where"].format(number="found.number")
    bound = {name: value for name, value in values.items() if name not in ("where", "below", "limit")}
    bound |= {f"word{place}": lexeme for place, lexeme in enumerate(lexemes)} | {"words": " & ".join(lexemes)}
    scope = "NOT in_head" if later else "in_head"
    has_each = " AND ".join(f"bool_or(words @@ CAST(:word{place} AS tsquery))" for place in range(len(lexemes)))
    for closed, begin, end, number in stretches:
        rows = f"SELECT number FROM search WHERE closed IN ({closed}) AND {scope}"
        within = f"{number} >= :begin AND {number} < :end"
        # Those that are divided are few and have an index of their own: no list of a word's cases is read for them.
        whole = f"{rows} AND {within} AND NOT divided AND words @@ CAST(:words AS tsquery)"
        divided = f"{rows} AND {within} AND divided GROUP BY number HAVING {has_each}"
        query = f"SELECT number FROM ({whole} UNION ({divided})) found WHERE true{where} ORDER BY number DESC"
        yield from connection.execute(text(query), {**bound, "begin": begin, "end": end}).scalars().all()


def _stretches(connection: Connection, values: dict[str, Any]) -> Iterator[_Stretch]:
    """The newest cases that are asked for, of which words and numbers are looked up, both; then whole years.

    What is frequent is found among the first: of a year with many cases nobody reads all that have the word. The years
    come ever more at once, for a round trip costs as much as a look, and what is rare is little to read.
    """
    end, first = min(values["below"], values.get("last", values["below"]) + 1), values.get("first", 0)
    parts = connection.execute(_PARTS, {"end": end, "few": _NEWEST}).all()
    years = sorted((int(str(part.relname).removeprefix("search_")) for part in parts), reverse=True)
    years = [year for year in years if _begin_of(year) < end and first < _end_of(year)]
    begin = max(first, *(part.begin or 0 for part in parts), 0)
    if newest := [year for year in years if begin < _end_of(year)]:
        yield _listed(newest), begin, end, "number"
    years, size = [year for year in years if max(first, _begin_of(year)) < begin], 2
    while years:
        # A sum is no column: the order of the numbers cannot be what they are read by.
        yield _listed(years[:size]), first, begin, "number + 0"
        years, size = years[size:], 4 * size


def _listed(years: Iterable[int]) -> str:
    return ", ".join(map(str, years))


def _begin_of(year: int) -> int:
    """The lowest number that a case closed in this year can have."""
    return date(year, 1, 1).toordinal() * _A_DAY


def _end_of(year: int) -> int:
    """The number after the highest one."""
    return (date(year, 12, 31).toordinal() + 1) * _A_DAY


def _proved(
    connection: Connection, candidates: Iterator[int], wanted: Sequence[Term], filters: Filters, later: int
) -> Iterator[int]:
    """Those of the candidates whose text has the words; with `later` not in the description alone."""
    in_doubt = [term for term in wanted if not _is_token(term)]
    if not later and not in_doubt and not _about(filters):
        yield from candidates  # one token each: the index knows
        return
    while batch := list(islice(candidates, _AT_ONCE)):
        columns = [findable.c.number, findable.c.head, *([findable.c.body] if later and in_doubt else [])]
        query = select(*columns).where(findable.c.number.in_(bindparam("numbers", expanding=True)))
        rows = {row.number: row._mapping for row in connection.execute(query, {"numbers": batch})}
        saying_it = saying(connection, batch, filters)
        for number in batch:
            row = rows.get(number)
            if row is None or number not in saying_it:
                continue
            head = [folded(one.text) for one in unpack(row["head"])]
            if not later:
                if _all_in(in_doubt, head):
                    yield number
            elif not _all_in(wanted, head):
                body = (folded(one.text) for one in unpack(row["body"])) if in_doubt else ()
                if not in_doubt or _all_in(in_doubt, [*head, *body]):
                    yield number


def _all_in(terms: Sequence[Term], texts: Sequence[str]) -> bool:
    return all(any(term.stands_in(one) for one in texts) for term in terms)


def _about(filters: Filters) -> list[tuple[str, Term]]:
    """The words of filters of which the index knows the tokens only, and not how they stand."""
    return [(kind, term) for kind, term in filters.in_part() if not _is_token(term)]


def _is_token(term: Term) -> bool:
    """Whether the word is one whole token, so that the index alone proves it."""
    return term.phrase == term.tokens and len(term.tokens) == 1 and len(term.tokens[0]) < _LONGEST


def _query(term: Term, kind: str = "") -> str:
    """The tokens of a word as a tsquery: each of them, the last one as a beginning where it is one."""
    last = len(term.phrase) - 1
    parts = (
        _quoted(_lexeme(token, kind)) + (":*" if term.open_end and place == last else "")
        for place, token in enumerate(term.phrase)
    )
    return " & ".join(dict.fromkeys(parts))


def _quoted(lexeme: str) -> str:
    """A lexeme in a tsquery. It has letters, digits and our marks only, so nothing in it needs an escape."""
    return f"'{lexeme}'"


def _lexeme(token: str, kind: str = "") -> str:
    """A token as a lexeme; one of a party, an officer … is told apart by a character that no text has."""
    return f"{kind}\ue002{token}"[:_LONGEST] if kind else token[:_LONGEST]


def _year(number: int) -> int:
    return date.fromordinal(number // _A_DAY).year


def _rows(connection: Connection, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A case's rows of the index."""
    about = list(lexemes_about(facets.rows_of(connection, row["number"])))
    part = 0
    for in_head, names in ((True, ("head",)), (False, ("head", "body"))):
        groups = _groups(chain(about, _pieces(one for name in names for one in unpack(row[name]))))
        first = list(islice(groups, 2))
        for words in chain(first, groups):
            made = {"part": part, "in_head": in_head, "divided": len(first) > 1, "words": sorted(words)}
            yield {"closed": _year(row["number"]), "number": row["number"], **made}
            part += 1


def lexemes_about(values: Iterable[tuple[str, str]]) -> Iterator[set[str]]:
    """The lexemes of each value, by its kind, that a case can be picked out by."""
    for kind, value in dict.fromkeys(values):
        if kind in IN_PART:
            yield {_lexeme(token, kind) for token in spaced(value).split()}
        elif mark := facets.mark_of(kind, value):
            yield {mark}


def _pieces(passages: Iterable[Passage]) -> Iterator[set[str]]:
    """The lexemes of each passage, or of parts of it that overlap: no word of a query lies in none of them whole."""
    for passage in passages:
        tokens = [_lexeme(token) for token in spaced(passage.text).split()]
        for start in range(0, len(tokens), _A_PIECE - _OVERLAP):
            yield set(tokens[start : start + _A_PIECE])


def _groups(pieces: Iterable[set[str]]) -> Iterator[set[str]]:
    """Piece joined to piece, as many as a row takes."""
    words: set[str] = set()
    size = 0
    for piece in pieces:
        more = sum(len(word.encode()) for word in piece - words)
        if size + more > _MOST and words:
            yield words
            words, size = set(), 0
            more = sum(map(len, map(str.encode, piece)))
        words |= piece
        size += more
    yield words
