"""Words that machines read on pages and heard in recordings, as far as no description and no document has them.

They have an index of their own: what people wrote and what a machine made of a picture stay apart, so that whoever
asks can leave the second out. A case that is found here has each word somewhere, and at least one in such a text alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, text

from preserve.data_management import search_postgresql
from preserve.data_management.engines.dialect import is_sqlite
from preserve.data_management.facets import Filters
from preserve.data_management.passages import Passage, pack, unpack
from preserve.data_management.tables import findable, machine_texts
from preserve.data_management.tokens import BETWEEN, Term, folded, spaced

CREATE = {
    "sqlite": ("CREATE VIRTUAL TABLE machine_search USING fts5(words, content='', columnsize=0, tokenize='ascii')",),
    "postgresql": (
        "CREATE TABLE machine_search (number bigint NOT NULL, part integer NOT NULL, words tsvector NOT NULL,"
        " PRIMARY KEY (number, part))",
        "CREATE INDEX machine_search_words ON machine_search USING gin (words) WITH (fastupdate = off)",
    ),
}
"""What makes the index on each engine; on neither does it keep a text."""

_AT_ONCE = 64  # cases whose text is read at once


def replace(connection: Connection, objid: str, read: Iterable[tuple[str, str]], found: Iterable[Passage]) -> None:
    """Make a case findable by what was found in some of its files (`read`: field and place) instead of what was before.

    A field is `machine` for pages, `heard` for recordings; that of a passage has the page or the second after a hyphen.
    """
    gone = set(read)
    kept = [one for one in passages(connection, objid) if (one.field.partition("-")[0], one.place) not in gone]
    forget(connection, objid)
    packed = [*kept, *(one for one in found if one.text)]
    if not packed:
        return
    connection.execute(machine_texts.insert(), {"objid": objid, "passages": pack(packed)})
    enter(connection, objid)


def forget(connection: Connection, objid: str) -> None:
    """Nothing that a machine read of this case is found any more."""
    take_out(connection, objid)
    connection.execute(delete(machine_texts).where(machine_texts.c.objid == objid))


def passages(connection: Connection, objid: str) -> list[Passage]:
    """Everything that a machine read of a case, as it is found."""
    packed = connection.execute(select(machine_texts.c.passages).where(machine_texts.c.objid == objid)).scalar()
    return [] if packed is None else list(unpack(packed))


def enter(connection: Connection, objid: str) -> None:
    """Put what is kept of a case into the index, under the number that the case has in `findable`; if it has one."""
    known = _known(connection, objid)
    if known is not None:
        _enter(connection, *known)


def take_out(connection: Connection, objid: str) -> None:
    """Take a case out of the index, before it gets another number; what was read is kept."""
    known = _known(connection, objid)
    if known is None:
        return
    number, packed = known
    if is_sqlite(connection):  # an index without content is told what it must forget
        forgets = text("INSERT INTO machine_search (machine_search, rowid, words) VALUES ('delete', :number, :words)")
        connection.execute(forgets, {"number": number, "words": _words(packed)})
    else:
        connection.execute(text("DELETE FROM machine_search WHERE number = :number"), {"number": number})


def fill(connection: Connection) -> None:
    """Make the index again, of all that is kept."""
    emptied = "INSERT INTO machine_search (machine_search) VALUES ('delete-all')"
    connection.execute(text(emptied if is_sqlite(connection) else "DELETE FROM machine_search"))
    for objid in connection.execute(select(machine_texts.c.objid).order_by(machine_texts.c.objid)).scalars().all():
        enter(connection, objid)


def numbers(connection: Connection, wanted: Sequence[Term], filters: Filters, values: dict[str, Any]) -> list[int]:
    """The next cases, the highest number first, that hold every term only together with what a machine read.

    `values` are what `below` and `limit` are, the condition on days as `where`, and what that asks for.
    """
    if not wanted:
        return []
    if is_sqlite(connection):
        return _numbers_of_sqlite(connection, wanted, filters, values)
    return _numbers_of_postgresql(connection, wanted, filters, values)


def _known(connection: Connection, objid: str) -> tuple[int, bytes] | None:
    query = (
        select(findable.c.number, machine_texts.c.passages)
        .join(machine_texts, machine_texts.c.objid == findable.c.objid)
        .where(findable.c.objid == objid)
    )
    row = connection.execute(query).first()
    return None if row is None else (int(row.number), row.passages)


def _words(packed: bytes) -> str:
    return BETWEEN.join(spaced(one.text) for one in unpack(packed))


def _enter(connection: Connection, number: int, packed: bytes) -> None:
    if is_sqlite(connection):
        insert = text("INSERT INTO machine_search (rowid, words) VALUES (:number, :words)")
        connection.execute(insert, {"number": number, "words": _words(packed)})
        return
    insert = text("INSERT INTO machine_search (number, part, words) VALUES (:number, :part, array_to_tsvector(:words))")
    for part, words in enumerate(search_postgresql.lexemes_of(unpack(packed))):
        connection.execute(insert, {"number": number, "part": part, "words": sorted(words)})


def _numbers_of_sqlite(
    connection: Connection, wanted: Sequence[Term], filters: Filters, values: dict[str, Any]
) -> list[int]:
    there = text("SELECT 1 FROM machine_search WHERE machine_search MATCH :word LIMIT 1")
    if all(connection.execute(there, {"word": term.expression}).first() is None for term in wanted):
        return []
    bound = {name: value for name, value in values.items() if name != "where"}
    sets = []
    for place, term in enumerate(wanted):
        bound |= {f"plain{place}": f"{{head body}}: ({term.expression})", f"word{place}": term.expression}
        plain = f"SELECT rowid AS number FROM search WHERE search MATCH :plain{place}"
        read = f"SELECT rowid FROM machine_search WHERE machine_search MATCH :word{place}"
        sets.append(f"SELECT number FROM ({plain} UNION {read})")
    if rest := filters.expression():
        bound["rest"] = rest
        sets.append("SELECT rowid FROM search WHERE search MATCH :rest")
    bound["all"] = f"{{head body}}: ({' AND '.join(term.expression for term in wanted)})"
    found = f"{' INTERSECT '.join(sets)} EXCEPT SELECT rowid FROM search WHERE search MATCH :all"
    where = values["where"].format(number="found.number")
    query = (
        f"SELECT number FROM ({found}) found WHERE found.number < :below{where} ORDER BY found.number DESC LIMIT :limit"
    )
    return [int(row[0]) for row in connection.execute(text(query), bound)]


def _numbers_of_postgresql(
    connection: Connection, wanted: Sequence[Term], filters: Filters, values: dict[str, Any]
) -> list[int]:
    found: list[int] = []
    for number in _proved(connection, _candidates(connection, wanted, filters, values), wanted, filters):
        found.append(number)
        if len(found) == values["limit"]:
            break
    return found


def _candidates(connection: Connection, wanted: Sequence[Term], filters: Filters, values: dict[str, Any]) -> list[int]:
    """Every case, the highest number first, that has the tokens somewhere, in any order."""
    words, others = search_postgresql.asked_of(wanted), search_postgresql.asked_of_filters(filters)
    # What no machine read is found without this index: then no list of a word's cases is read again.
    there = text("SELECT 1 FROM machine_search WHERE words @@ ANY (CAST(:words AS tsquery[])) LIMIT 1")
    if connection.execute(there, {"words": words}).first() is None:
        return []
    bound = {name: value for name, value in values.items() if name not in ("where", "limit")}
    bound |= {f"word{place}": word for place, word in enumerate((*words, *others))}
    said = "SELECT number FROM search WHERE NOT in_head AND words @@ CAST(:word{0} AS tsquery)"
    read = "SELECT number FROM machine_search WHERE words @@ CAST(:word{0} AS tsquery)"
    sets = [f"({said} UNION {read})".format(place) for place in range(len(words))]
    sets += [f"({said})".format(place) for place in range(len(words), len(words) + len(others))]
    where = values["where"].format(number="found.number")
    query = (
        f"SELECT number FROM ({' INTERSECT '.join(sets)}) found WHERE found.number < :below{where}"
        " AND EXISTS (SELECT 1 FROM machine_search read WHERE read.number = found.number) ORDER BY number DESC"
    )
    return list(connection.execute(text(query), bound).scalars())


def _proved(
    connection: Connection, candidates: Sequence[int], wanted: Sequence[Term], filters: Filters
) -> Iterator[int]:
    """Those whose texts have the words side by side, and not without what a machine read."""
    query = (
        select(findable.c.number, findable.c.head, findable.c.body, machine_texts.c.passages)
        .join(machine_texts, machine_texts.c.objid == findable.c.objid)
        .where(findable.c.number.in_(bindparam("numbers", expanding=True)))
    )
    for begin in range(0, len(candidates), _AT_ONCE):
        batch = list(candidates[begin : begin + _AT_ONCE])
        rows = {row.number: row for row in connection.execute(query, {"numbers": batch})}
        saying = search_postgresql.saying(connection, batch, filters)
        for number in batch:
            if (row := rows.get(number)) is None or number not in saying:
                continue
            said = [folded(one.text) for name in (row.head, row.body) for one in unpack(name)]
            missing = [term for term in wanted if not any(term.stands_in(one) for one in said)]
            read = [folded(one.text) for one in unpack(row.passages)] if missing else []
            if missing and all(any(term.stands_in(one) for one in read) for term in missing):
                yield number
