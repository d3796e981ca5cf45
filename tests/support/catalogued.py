"""Cases that only the catalogue has, to be listed, searched and shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from preserve.administration.founding import found
from preserve.clock import now
from preserve.data_management import both_logs, ledger, search
from preserve.data_management.archive import open_archive
from preserve.data_management.search import Passage
from preserve.data_management.tables import cases as cases_table
from preserve.data_management.tables import versions
from preserve.description.schema import CaseDescription
from preserve.home import acting_person
from preserve.services.session import Session, SystemUser

COUNT = 7
NUMBERS = [f"临文综罚〔2026〕{number}号" for number in range(1, COUNT + 1)]
DESCRIBED = CaseDescription.model_validate(
    {
        "case_number": "1",
        "case_type": "penalty",
        "title": "t",
        "cause": "c",
        "producer": {"name": "p"},
        "start": "2026-01-01",
        "closed": "2026-02-01",
        "objects": [{"file": "a.txt", "kind": "k", "stage": "decision"}],
    }
).model_dump_json()


@contextmanager
def catalogued(path: Path) -> Iterator[Session]:
    """The founder's session in a new archive with some cases that only the catalogue has."""
    found(path, institution="总队", policy="lossless", store=None, digests=["sha256"], language="zh")
    archive = open_archive(path)
    for place, number in enumerate(NUMBERS):
        objid = f"aip-01jd00000000000000000000{place:02d}"
        row = {
            "objid": objid,
            "case_number": number,
            "title": f"案件{place}",
            "case_type": "penalty",
            "producer": "总队",
        }
        row |= {"classification": "internal", "closed": "2026-03-12", "long_term": False, "description": DESCRIBED}
        with archive.catalogue.begin() as connection:
            ledger.append(connection, action="case.registered", subject=objid, actor="z", details={}, moment=now())
            connection.execute(cases_table.insert(), row)
            for version in (1, 2):
                name = f"{objid}_v{version:04d}"
                counts = {"files": version, "size": 10 * version, "manifest_sha256": "0" * 64}
                connection.execute(
                    versions.insert(), {"objid": objid, "version": version, "name": name, "created": "", **counts}
                )
            head = [Passage("title", "", "演出" if place % 2 else "娱乐")]
            described = {"case_type": "penalty", "start": "2026-01-05", "closed": f"2026-03-{place + 1:02d}"}
            words = search.words_of(head, [Passage("text", "笔录.pdf", "询问演出情况")], tokens=True)
            search.enter(connection, objid, described, words)
    try:
        yield Session(SystemUser(acting_person()), opened=archive, opened_home=archive.home)
    finally:
        archive.close()


def last_entry(session: Session) -> dict[str, Any]:
    """What was written down last, in either log."""
    with session.archive.catalogue.read() as connection:
        return list(both_logs.entries(connection))[-1].data
