"""Which case is meant by a name; what its row says; lists, and what is left of a case that was destroyed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from metadata.entities import Event
from preserve.data_management import cases
from preserve.data_management.package_index import index_package
from preserve.errors import Refused
from tests.support.little_packages import OBJID, object_of, write_package

OTHER = "aip-01hzzzzzzzzzzzzzzzzzzzzzzy"


@pytest.fixture
def two(connection: Connection, tmp_path: Path) -> Connection:
    """Two cases, the first in two versions."""
    index_package(connection, write_package(tmp_path, archival_number="X001·2026-0012"))
    later = (Event("e1", "ingestion start", "2026-11-23T08:00:00Z"), Event("e2", "migration", "2027-01-01T00:00:00Z"))
    index_package(connection, write_package(tmp_path, version=2, archival_number="X001·2026-0012", events=later))
    other = {"case_number": "沪文执罚〔2026〕13号", "case_type": "coercion", "title": "查封"}
    index_package(connection, write_package(tmp_path, objid=OTHER, originals=[object_of("g1", "data/g.txt")], **other))
    return connection


@pytest.mark.parametrize("name", [OBJID, f"{OBJID}_v0001", "沪文执罚〔2026〕12号", "X001·2026-0012"])
def test_a_case_is_found_by_each_of_its_names(two: Connection, name: str) -> None:
    case = cases.require(two, name)
    assert (case.objid, case.newest, case.package) == (OBJID, 2, f"{OBJID}_v0002")
    assert case.description.title == case.title == "擅自举办营业性演出"
    assert case.description is case.description  # parsed once


@pytest.mark.parametrize("name", ["", "沪文执罚", "aip-01hzzzzzzzzzzzzzzzzzzzzzzx", "X001"])
def test_no_other_name_finds_one(two: Connection, name: str) -> None:
    """An empty archival number is no name either."""
    with pytest.raises(Refused, match=r"cli\.case-unknown"):
        cases.require(two, name)


def test_many_are_read_at_once_and_what_is_unknown_is_left_out(two: Connection) -> None:
    assert list(cases.read_many(two, [OTHER, OBJID, "aip-nothing"])) == [OTHER, OBJID]
    assert cases.names_of(two, [OBJID])[OBJID] == cases.CaseName("沪文执罚〔2026〕12号", "擅自举办营业性演出")
    assert cases.objids(two) == [OTHER, OBJID]
    assert cases.is_listed(two, OBJID) and not cases.is_listed(two, "aip-nothing")


def test_the_storage_class_is_asked_without_the_rest(two: Connection) -> None:
    assert cases.is_long_term(two, OTHER) and not cases.is_long_term(two, OBJID)  # coercive measures are kept long
    with pytest.raises(Refused, match=r"cli\.case-unknown"):
        cases.is_long_term(two, "aip-nothing")


def test_lists_are_in_pages_by_case_number(two: Connection) -> None:
    assert [(row.objid, row.version) for row in cases.list_cases(two)] == [(OBJID, 2), (OTHER, 1)]
    assert [row.objid for row in cases.list_cases(two, limit=1)] == [OBJID]
    assert [row.objid for row in cases.list_cases(two, after="沪文执罚〔2026〕12号")] == [OTHER]
    assert (cases.count_cases(two), cases.count_cases(two, after="沪文执罚〔2026〕12号")) == (2, 1)


def test_a_destroyed_case_keeps_a_row_without_versions(connection: Connection) -> None:
    case = cases.Case(OBJID, "1号", "", "t", "penalty", "", "p", "internal", "2026-01-02", "2026-03-04", False, "{}")
    cases.insert(connection, case)
    assert cases.read(connection, OBJID) == case
    assert cases.read(connection, OBJID).newest == 0


def test_a_description_can_be_reduced(two: Connection) -> None:
    reduced = cases.read(two, OBJID).description.model_copy(update={"title": "—", "objects": ()})
    cases.replace_description(two, OBJID, reduced)
    assert cases.read(two, OBJID).description == reduced
    assert cases.read(two, OBJID).title == "擅自举办营业性演出"  # the row itself stays
