"""The register of fonds by its operations: who may, what is refused, and cases that move from one to another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.errors import Conflict, NotFound, NotPermitted, Refused, UsageError
from preserve.services import fonds
from tests.support.numbered import BODY, NUMBER, SERIES, numbering_archive, take_in
from tests.support.sessions import appoint, entries, founder, staff


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = numbering_archive(tmp_path)
    yield opened
    opened.close()


def test_the_register_counts_its_cases_and_those_in_none(archive: Archive, tmp_path: Path) -> None:
    take_in(archive, tmp_path, "一号")
    listing = fonds.list_fonds(founder(archive))
    (shown,) = listing.fonds
    assert (shown.code, shown.number, shown.name, shown.cases) == ("culture", NUMBER, BODY, 1)
    assert listing.unfiled == 0 and listing.numbers == "give"


def test_only_the_archivist_keeps_it(archive: Archive) -> None:
    others = staff(archive)
    others[Role.HEAD] = appoint(archive, "head", Role.HEAD)
    for session in others.values():
        with pytest.raises(NotPermitted):
            fonds.enter(session, "sport", name="体育局")
        with pytest.raises(NotPermitted):
            fonds.close(session, "culture", until=date(2026, 1, 1), reason="x")
    assert fonds.list_fonds(others[Role.AUDITOR]).fonds
    with pytest.raises(NotPermitted):
        fonds.list_fonds(others[Role.DEPOSITOR])


@pytest.mark.parametrize("code", ["", "A", "文", "-a", "a-", "a--b", "a/b", "..", "a" * 33, "a\n"])
def test_a_code_may_stand_in_addresses_and_folders(archive: Archive, code: str) -> None:
    with pytest.raises(Refused):
        fonds.enter(founder(archive), code, name="体育局")


@pytest.mark.parametrize("changes", [{"name": " "}, {"name": "体\u202e育"}, {"name": "x" * 201}, {"number": "J19"}])
def test_a_name_can_be_read_and_a_number_is_one(archive: Archive, changes: dict[str, str]) -> None:
    with pytest.raises(Refused):
        fonds.enter(founder(archive), "sport", **{"name": "体育局", **changes})


def test_a_case_moves_with_a_reason_and_its_number_stays_empty(archive: Archive, tmp_path: Path) -> None:
    session = founder(archive)
    fonds.enter(session, "sport", name="体育局", number="J020")
    take_in(archive, tmp_path, "一号")
    take_in(archive, tmp_path, "二号")
    moved = fonds.file(session, "sport", ["一号"], reason="实为体育局案件")
    assert [case.archival_number for case in moved.cases] == [f"J020-{SERIES}-001"]
    (series,) = fonds.show(session, "culture").series
    assert (series.count, series.empty) == (2, (1,))
    with pytest.raises(Conflict, match=r"fonds\.filed-there"):
        fonds.file(session, "sport", ["一号"], reason="再来")
    with pytest.raises(NotFound):
        fonds.file(session, "nobody", ["一号"], reason="x")
    told = [entry for entry in entries(archive) if entry["action"] == "case.filed"][-1]
    assert told["details"]["reason"] == "实为体育局案件" and told["details"]["fonds"] == "sport"


def test_all_cases_are_filed_or_none(archive: Archive, tmp_path: Path) -> None:
    session = founder(archive)
    fonds.enter(session, "sport", name="体育局")
    take_in(archive, tmp_path, "一号")
    with pytest.raises(Refused):
        fonds.file(session, "sport", ["一号", "没有的"], reason="x")
    assert fonds.show(session, "sport").fonds.cases == 0


def test_a_fonds_closes_on_a_day_that_was(archive: Archive) -> None:
    session = founder(archive)
    with pytest.raises(UsageError):
        fonds.close(session, "culture", until=archive.today() + timedelta(days=1), reason="撤销")
    assert fonds.close(session, "culture", until=date(2026, 4, 30), reason="撤销").fonds.until == "2026-04-30"
    with pytest.raises(UsageError):
        fonds.number(session, "culture", "", paper="x")
    fonds.enter(session, "sport", name="体育局")
    assert fonds.rename(session, "sport", "体育和青年局", reason="更名").fonds.name == "体育和青年局"
