"""An old archive in minutes: one real case taken in by the program, and its rows and ledger entries under other names.

What the program wrote about one case (in whatever tables a release has) is written again for as many as wanted, each
with a number, identifiers and days of its own. The ledger is a real one: every entry has its place and its hash, and
checkpoints are signed by the archive's key. Only the packages are not there.
"""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.measure import PROGRAM, describe, keeping_home, timed
from preserve.data_management import kept_sums, sealing, search
from preserve.data_management.case_digests import of_cases
from preserve.data_management.database import open_catalogue
from preserve.data_management.ledger import leaf_hash
from preserve.home import open_home

NUMBER = "案〔2026〕0号"
"""The number of the case that the others are copies of."""

DUE = 50
"""So many cases are due, however many there are: what falls due in a year is appraised in that year."""

_STARTED, _CLOSED, _FALLS_DUE = "2026-01-05", "2026-02-02", "2057-01-01"
_A_DAY = 1 << 14  # as the index counts cases closed on one day
_BATCH = 2000  # cases whose entries are signed together
_UUID = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-)[0-9a-f]{12}")
_TABLES = ("cases", "versions", "files", "events", "version_formats", "retention", "copies", "findable", "ingests")


def number_of(case: int) -> str:
    """The number of a case that was imitated."""
    return NUMBER.replace("0号", f"{case:07}号")


def build(folder: Path, cases: int) -> Path:
    """A home that holds so many cases and some nine entries of the ledger for each; one that is there is used again."""
    home = folder / f"home-{cases}"
    done = folder / f"home-{cases}.done"
    if done.exists():
        return home
    first = folder / f"first-{cases}"
    first.mkdir(parents=True)
    for name in ("a", "b", "c", "d", "e"):
        (first / f"{name}.txt").write_text(f"询问笔录 {name}\n" * 20, encoding="utf-8")
    describe(first, NUMBER, ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"])
    keeping_home(home)
    timed([PROGRAM, "ingest", str(first)], home=home)
    _imitate(home, cases)
    done.touch()
    return home


def _imitate(path: Path, cases: int) -> None:
    home = open_home(path)
    catalogue = open_catalogue(home)
    pattern = _Pattern(path)
    for begin in range(1, cases, _BATCH):
        with catalogue.begin() as connection:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            batch = range(begin, min(begin + _BATCH, cases))
            pattern.write_rows(raw, batch)
            pattern.write_entries(raw, batch, of_cases(connection, [_objid(case) for case in batch]))
        sealing.close_segment(home, catalogue)
    with catalogue.begin() as connection:
        search.fill(connection)
        kept_sums.fill(connection)
    sealing.seal(home)
    catalogue.close()


class _Pattern:
    """The rows and entries of the real case, to be written again under other names."""

    def __init__(self, home: Path) -> None:
        with sqlite3.connect(home / "catalogue.sqlite") as raw:
            self.objid, self.number = raw.execute("SELECT objid, number FROM findable").fetchone()
            self.ingest = raw.execute("SELECT id FROM ingests").fetchone()[0]
            self.rows = {table: _read(raw, table, "objid = ?", self.objid) for table in _TABLES}
            self.rows["facets"] = _read(raw, "facets", "number = ?", self.number)
            self.entries = [
                (number, entry)
                for number, entry in raw.execute("SELECT number, entry FROM ledger ORDER BY number")
                if self.objid in entry
            ]
            self.last = raw.execute("SELECT max(number) FROM ledger").fetchone()[0]

    def write_rows(self, raw: sqlite3.Connection, cases: range) -> None:
        """Write the rows of these cases."""
        for table, rows in self.rows.items():
            columns = list(rows[0])
            named = ", ".join(f'"{name}"' for name in columns)  # one is called `set`
            statement = f"INSERT INTO {table} ({named}) VALUES ({', '.join('?' * len(columns))})"
            raw.executemany(statement, self._rows_of(table, cases))

    def write_entries(
        self, raw: sqlite3.Connection, cases: range, digests: Mapping[str, Mapping[str, Mapping[str, str]]]
    ) -> None:
        """Write the entries of these cases, which name the digests of their rows."""
        raw.executemany("INSERT INTO ledger (number, entry, leaf) VALUES (?, ?, ?)", self._entries_of(cases, digests))

    def _rows_of(self, table: str, cases: range) -> Iterator[tuple[Any, ...]]:
        text = json.dumps(
            [[value if not isinstance(value, bytes) else None for value in row.values()] for row in self.rows[table]],
            ensure_ascii=False,
        )
        columns = list(self.rows[table][0])
        for case in cases:
            for row, pattern in zip(json.loads(self._renamed(text, case)), self.rows[table], strict=True):
                if "number" in columns and table in ("findable", "facets"):
                    row[columns.index("number")] = _day(case).toordinal() * _A_DAY + case % _A_DAY
                if table == "findable":
                    row[columns.index("head")] = self._packed(pattern["head"], case)
                    row[columns.index("body")] = pattern["body"]
                yield tuple(row)

    def _entries_of(
        self, cases: range, digests: Mapping[str, Mapping[str, Mapping[str, str]]]
    ) -> Iterator[tuple[int, str, bytes]]:
        for case in cases:
            (of_rows,) = digests[_objid(case)].values()
            for number, entry in self.entries:
                self.last += 1
                text = self._renamed(entry, case).replace(
                    f'"number":{number},"subject"', f'"number":{self.last},"subject"'
                )
                for name, digest in of_rows.items():
                    text = re.sub(rf'"{name}":"[0-9a-f]{{64}}"', f'"{name}":"{digest}"', text)
                yield self.last, text, leaf_hash(text)

    def _packed(self, packed: bytes, case: int) -> bytes:
        return zlib.compress(self._renamed(zlib.decompress(packed).decode(), case).encode(), 3)

    def _renamed(self, text: str, case: int) -> str:
        day = _day(case)
        text = text.replace(self.objid, _objid(case)).replace(self.ingest, f"{case:026d}")
        text = text.replace(NUMBER, number_of(case))
        text = text.replace(_STARTED, f"{day.year}-01-01").replace(_CLOSED, day.isoformat())
        text = text.replace(_FALLS_DUE, f"{day.year + 31}-01-01")
        return _UUID.sub(rf"\g<1>{case:012x}", text)


def _read(raw: sqlite3.Connection, table: str, where: str, *values: object) -> list[dict[str, Any]]:
    cursor = raw.execute(f"SELECT * FROM {table} WHERE {where}", values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _objid(case: int) -> str:
    return f"aip-{case:026d}"


def _day(case: int) -> date:
    """When a case was closed: the first fifty so long ago that they are due, the others since then."""
    return date(1995 if case <= DUE else 1997 + case % 29, 1 + case % 12, 2 + case % 26)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("cases", type=int)
    wanted = parser.parse_args()
    print(build(wanted.folder, wanted.cases))
