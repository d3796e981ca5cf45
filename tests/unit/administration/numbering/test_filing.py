"""Which fonds a case belongs to, and the number that it gets when it is registered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration.numbering.filing import belongs_to
from preserve.data_management import cases, filings, ledger
from preserve.data_management.archive import Archive
from preserve.data_management.fonds import FondsRow
from preserve.errors import Conflict, Refused
from preserve.services import fonds
from tests.support.numbered import BODY, NUMBER, SERIES, give_numbers, numbering_archive, take_in
from tests.support.sessions import founded, founder
from tests.unit.administration.numbering.test_pattern import case


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = numbering_archive(tmp_path)
    yield opened
    opened.close()


def row(code: str, name: str, since: str = "", until: str = "") -> FondsRow:
    return FondsRow(code, "", name, since, until, "2026-01-01T00:00:00Z")


def test_a_case_belongs_to_the_body_that_made_it_when_it_was_closed() -> None:
    old, new = row("old", "文化局", until="2019-03-01"), row("new", "文化和旅游局", since="2019-03-02")
    other = row("sport", "体育局")
    register = (old, new, other)
    assert belongs_to(register, case(producer={"name": " 文化和旅游局 "})) == new
    assert belongs_to(register, case(start="2018-01-01", closed="2018-02-01", producer={"name": "文化局"})) == old
    assert belongs_to(register, case(producer={"name": "文化局"})) is None, "its body had ended"
    assert belongs_to((old, new), case(producer={"name": "文化局"})) == new, "the only one there was then"
    assert belongs_to((), case()) is None


def number_of(archive: Archive, name: str) -> str:
    with archive.catalogue.read() as connection:
        return cases.require(connection, name).archival_number


def test_numbers_go_up_one_by_one_and_are_found_listed_and_in_the_ledger(archive: Archive, tmp_path: Path) -> None:
    for name in ("一号", "二号", "三号"):
        take_in(archive, tmp_path, name)
    take_in(archive, tmp_path, "永久", retention="永久")
    assert [number_of(archive, name) for name in ("一号", "二号", "三号", "永久")] == [
        f"{NUMBER}-{SERIES}-001",
        f"{NUMBER}-{SERIES}-002",
        f"{NUMBER}-{SERIES}-003",
        f"{NUMBER}-ZY·ZF·2026·Y-001",
    ]
    assert number_of(archive, f"{NUMBER}-{SERIES}-002") == f"{NUMBER}-{SERIES}-002"
    with archive.catalogue.read() as connection:
        assert {one.archival_number for one in cases.list_cases(connection)} >= {f"{NUMBER}-{SERIES}-003"}
        assert len(ledger.of_action(connection, filings.FILED)) == 4


def test_without_the_fonds_number_the_rest_is_given_and_made_whole_later(tmp_path: Path) -> None:
    archive = numbering_archive(tmp_path, number="")
    take_in(archive, tmp_path, "一号")
    assert number_of(archive, "一号") == f"{SERIES}-001"
    fonds.number(founder(archive), "culture", "J020", paper="馆函〔2026〕3号")
    take_in(archive, tmp_path, "二号")
    assert [number_of(archive, name) for name in ("一号", "二号")] == [f"J020-{SERIES}-001", f"J020-{SERIES}-002"]
    archive.close()


def test_a_number_that_came_with_the_case_is_kept_and_passed_over(archive: Archive, tmp_path: Path) -> None:
    take_in(archive, tmp_path, "旧案", archival_number=f"{NUMBER}-{SERIES}-002")
    take_in(archive, tmp_path, "一号")
    take_in(archive, tmp_path, "二号")
    assert [number_of(archive, name)[-3:] for name in ("旧案", "一号", "二号")] == ["002", "001", "003"]
    with pytest.raises(Conflict, match=r"numbering\.taken"):
        take_in(archive, tmp_path, "重号", archival_number=f"{NUMBER}-{SERIES}-003")
    with pytest.raises(Conflict, match=r"numbering\.taken"):
        take_in(archive, tmp_path, "异写", archival_number=f"{NUMBER}—ZY•ZF•2026•D30—002")


def test_a_number_of_a_case_without_a_register_is_used_once_too(tmp_path: Path) -> None:
    archive = founded(tmp_path)
    take_in(archive, tmp_path, "一号", archival_number=f"{NUMBER}-{SERIES}-001")
    with pytest.raises(Conflict, match=r"numbering\.taken"):
        take_in(archive, tmp_path, "二号", archival_number=f"{NUMBER}-{SERIES}-001")
    archive.close()


def test_where_no_number_can_be_given_nothing_is_copied(archive: Archive, tmp_path: Path) -> None:
    fonds.enter(founder(archive), "sport", name="体育局")
    with pytest.raises(Refused, match=r"numbering\.no-fonds"):
        take_in(archive, tmp_path, "谁的", producer={"name": "教育局"})
    give_numbers(archive, most=3)
    with archive.catalogue.begin() as connection:
        local = f"{SERIES}-999"
        number = filings.Number(local, SERIES, 1)
        filings.file(
            connection, filings.Filing("aip-x", "culture", local, "given"), number, actor="li", moment=archive.now()
        )
        for sequence in range(2, 1000):
            connection.execute(
                filings.archival_numbers.insert(),
                {"fonds": "culture", "local": f"x{sequence}", "series": SERIES, "sequence": sequence, "objid": "x"},
            )
    with pytest.raises(Refused, match=r"numbering\.full"):
        take_in(archive, tmp_path, "满了", producer={"name": BODY})
    assert not any((archive.home.store / "packages").iterdir())
