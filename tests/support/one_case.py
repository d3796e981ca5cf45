"""A case of which no copy exists yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from preserve.data_management.archive import Archive
from preserve.data_management.tables import cases, versions
from tests.support.sessions import founded

OBJID = f"aip-{'0' * 26}"


@contextmanager
def with_one_case(path: Path) -> Iterator[Archive]:
    """A new archive whose catalogue has one version of one case, and no copy of it."""
    opened = founded(path)
    with opened.catalogue.begin() as connection:
        connection.execute(
            cases.insert(),
            {
                "objid": OBJID,
                "case_number": "临文综罚字〔2026〕1号",
                "archival_number": "",
                "title": "张某某无证经营案",
                "case_type": "general",
                "cause": "",
                "producer": "",
                "classification": "internal",
                "closed": "2026-01-05",
                "long_term": False,
                "started": "2026-01-01",
                "description": "{}",
            },
        )
        connection.execute(
            versions.insert(),
            {
                "objid": OBJID,
                "version": 1,
                "name": f"{OBJID}_v0001",
                "created": "2026-01-06T00:00:00Z",
                "files": 3,
                "size": 1000,
                "manifest_sha256": "ab" * 32,
            },
        )
    try:
        yield opened
    finally:
        opened.close()
