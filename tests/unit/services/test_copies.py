"""Copies by their operations: who sees which case, what a person must do, and what never goes without approval."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted, Refused
from preserve.services import copies
from preserve.services.documents import as_document
from tests.support.one_case import OBJID, with_one_case
from tests.support.sessions import entries, founder, staff


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with with_one_case(tmp_path) as opened:
        yield opened


def test_what_should_exist_and_what_is_to_be_done_next(archive: Archive) -> None:
    document = as_document(copies.list_copies(founder(archive), "临文综罚字〔2026〕1号"))
    (case,) = document["cases"]
    assert {"name", "case_number", "wanted", "copies", "standing", "sealed", "next"} < set(case)
    assert case["sealed"] is False and case["copies"] == [] and case["wanted"]
    assert {"name", "act", "kind", "medium", "place", "message"} == set(case["next"][0])
    assert case["next"][0]["message"]
    entry = entries(archive)[-1]
    assert (entry["action"], entry["subject"]) == ("copies.listed", OBJID)
    copies.list_copies(founder(archive))
    assert entries(archive)[-1]["subject"] == archive.home.settings.archive_id
    with pytest.raises(Refused):
        copies.list_copies(founder(archive), "无此案")


def test_who_may_not_find_cases_sees_packages_by_their_names(archive: Archive) -> None:
    people = staff(archive)
    for role, seen in ((Role.EXAMINER, "张某某无证经营案"), (Role.AUDITOR, ""), (Role.SYSTEM_ADMINISTRATOR, "")):
        (case,) = copies.list_copies(people[role]).cases
        assert (case.title, bool(case.case_number), case.name) == (seen, bool(seen), f"{OBJID}_v0001")
    with pytest.raises(NotPermitted):
        copies.list_copies(people[Role.DEPOSITOR])
