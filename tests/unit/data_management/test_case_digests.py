"""The digests of a case's rows: alike whether one version or many cases are asked for, other ones for any other row."""

from __future__ import annotations

import hashlib
import json
import zlib
from binascii import b2a_base64
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from preserve.data_management import case_digests
from preserve.data_management.package_index import index_package
from preserve.data_management.tables import cases, events, files, versions
from tests.support.little_packages import NAME, OBJID, write_package

ANOTHER = "aip-00000000000000000000000001"


@pytest.fixture
def two(connection: Connection, tmp_path: Path) -> Connection:
    """A case of one version, and one of two with the same rows."""
    index_package(connection, write_package(tmp_path / "packages"))
    for table in (cases, versions, files, events):
        for row in [dict(row) for row in connection.execute(select(table)).mappings()]:
            for version in (1, 2) if "version" in row else (1,):
                new = {**row, "objid": ANOTHER}
                new |= {name: version for name in ("version",) if name in row}
                new |= {"name": f"{ANOTHER}_v000{version}"} if table is versions else {}
                new |= {"case_number": "other"} if table is cases else {}
                new |= {"identifier": f"other {row['identifier']}"} if "identifier" in row else {}
                connection.execute(insert(table).values(new))
    return connection


def test_many_cases_come_to_the_digests_of_each(two: Connection) -> None:
    found = case_digests.of_cases(two, [ANOTHER, OBJID, "aip-of-nobody"])
    older, newer = (case_digests.of_version(two, ANOTHER, version) for version in (1, 2))
    assert found == {
        OBJID: {NAME: case_digests.of_version(two, OBJID, 1)},
        ANOTHER: {f"{ANOTHER}_v0001": {"contents_sha256": older["contents_sha256"]}, f"{ANOTHER}_v0002": newer},
    }
    assert list(found[ANOTHER]) == [f"{ANOTHER}_v0001", f"{ANOTHER}_v0002"]


@pytest.mark.parametrize(
    "change",
    [
        update(cases).values(title="x"),
        update(files).values(size=4),
        update(events).values(outcome="fail"),
        delete(events),
    ],
)
def test_another_row_is_another_digest_both_ways(two: Connection, change: object) -> None:
    before = case_digests.of_cases(two, [OBJID])
    two.execute(change)
    after = case_digests.of_cases(two, [OBJID])
    assert after != before
    assert after == {OBJID: {NAME: case_digests.of_version(two, OBJID, 1)}}


@pytest.mark.parametrize("piece", [1, 3, 1 << 20])
def test_a_long_description_is_hashed_as_one_line(two: Connection, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_digests, "_PIECE", piece)
    text = '{"description":"","title":"案\\u0001 \t\\"𠮷"}'
    two.execute(update(cases).where(cases.c.objid == OBJID).values(description=text, title='"description":"'))
    row = two.execute(select(cases).where(cases.c.objid == OBJID)).mappings().one()
    said = {**row, "long_term": bool(row["long_term"])}
    line = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"
    expected = hashlib.sha256(line.encode()).hexdigest()
    assert case_digests.of_version(two, OBJID, 1)["case_sha256"] == expected


def test_a_packed_description_is_what_is_meant_by_it(two: Connection) -> None:
    head = {"case_number": "1", "note": "\n“”"}
    rows = ",".join(json.dumps({"file": f"笔录{number}.txt", "kind": "x"}) for number in range(3))
    begin = json.dumps(head)[:-1]
    packed = b2a_base64(zlib.compress(rows.encode()), newline=False).decode()
    whole, kept, spoiled = (
        f'{begin},"objects":{end}' for end in (f"[{rows}]}}", f'[],"packed":["{packed}"]}}', '[],"packed":["?"]}')
    )
    said = []
    for text in (whole, kept, spoiled):
        two.execute(update(cases).where(cases.c.objid == OBJID).values(description=text))
        said.append(case_digests.of_version(two, OBJID, 1)["case_sha256"])
        assert said[-1] == case_digests.of_cases(two, [OBJID])[OBJID][NAME]["case_sha256"]
    assert said[0] == said[1] and len(said[0]) == 64
    assert said[2] not in said[:2]
