"""What a machine read of a deposit beside its form: shown as not checked, filled in by a person's yes, and said if not."""

from __future__ import annotations

from collections.abc import Iterator

import openpyxl
import pytest

from preserve.data_management.archive import Archive
from preserve.description.drafted_sheet import SHEET
from preserve.errors import Conflict, NotFound
from preserve.home import acting_person
from preserve.services.deposit_descriptions import file_form, form, save
from preserve.services.deposit_drafts import draft, line, settle, workbook
from preserve.services.deposit_offers import OfferShown
from preserve.services.waiting import waiting
from preserve.services.waiting_deeds import examine
from tests.support.page_scans import NUMBER, PARTY, draw_page, write_scan
from tests.support.people import entries, session
from tests.support.waiting import archive_with_inbox


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("offers")
    opened = archive_with_inbox(folder)
    write_scan(folder / "share" / "没有著录" / "扫描0001.jpg", draw_page())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def deposit(archive: Archive) -> str:
    found = next(one.id for one in waiting(session(archive)).deposits if one.name == "没有著录")
    drafted = draft(session(archive), found, read=True)
    assert "reading.drafted" in {one.code for one in drafted.findings}
    return found


def _number(archive: Archive, deposit: str, label: str) -> int:
    return next(one.number for one in _all(archive, deposit) if one.label == label)


def _all(archive: Archive, deposit: str) -> list[OfferShown]:
    """Those of the case, and those of its files."""
    found = {one.number: one for one in form(session(archive), deposit).offers}
    for number in range(1, len(form(session(archive), deposit).files) + 1):
        found |= {one.number: one for one in file_form(session(archive), deposit, number).offers}
    return list(found.values())


def test_what_was_read_is_offered_and_nothing_of_it_is_filled_in(archive: Archive, deposit: str) -> None:
    shown = form(session(archive), deposit)
    assert not shown.content.get("case_number") and not shown.content.get("parties")
    told = {one.label: one for one in shown.offers}
    number = told["field.case-case-number"]
    assert (number.value, number.waits, number.picture, number.by) == (NUMBER, True, True, "")
    assert line(session(archive), deposit, number.number).path.read_bytes()[:4] == b"\x89PNG"
    rows = [row["file"] for row in shown.files]
    beside = file_form(session(archive), deposit, rows.index("扫描0001.jpg") + 1)
    told = {one.label: one for one in beside.offers}
    assert {one.file for one in beside.offers} == {"扫描0001.jpg"} and told["field.objects-kind"].value == "立案审批表"
    seal = told["reading.seen-seal"]
    assert seal.value in ("见", "seen") and not seal.waits
    assert shown.waiting == {"扫描0001.jpg": sum(one.waits and one.sheet == "objects" for one in beside.offers)}


def test_a_yes_fills_it_in_and_says_whose_it_was(archive: Archive, deposit: str) -> None:
    me = session(archive)
    settled = settle(me, deposit, _number(archive, deposit, "field.parties-name"), taken=True)
    after = form(me, deposit)
    assert after.content["parties"] == [{"name": PARTY}] and after.version == settled.version
    offer = next(one for one in after.offers if one.number == settled.number)
    assert (offer.taken, offer.waits, bool(offer.by)) == (True, False, True)
    (entry,) = entries(archive, "deposit.draft-settled")
    assert (entry["actor"], entry["details"]["field"], entry["details"]["taken"]) == (acting_person(), "name", True)
    with pytest.raises(Conflict):
        settle(me, deposit, settled.number, taken=False)


def test_what_is_left_stays_out_and_is_not_asked_again(archive: Archive, deposit: str) -> None:
    me, number = session(archive), _number(archive, deposit, "field.case-cause")
    settle(me, deposit, number, taken=False)
    shown = form(me, deposit)
    assert not shown.content.get("cause")
    assert next(one for one in shown.offers if one.number == number).waits is False


def test_what_nobody_answered_is_a_warning_of_the_check_and_of_the_deposit(archive: Archive, deposit: str) -> None:
    warned = [one for one in examine(session(archive), deposit).findings if one.code == "reading.draft-unconfirmed"]
    waits = [one for one in _all(archive, deposit) if one.waits]
    assert {one.severity for one in warned} == {"warning"} and len(warned) == len(waits)


def test_the_workbook_has_what_still_waits(archive: Archive, deposit: str) -> None:
    sheet = openpyxl.load_workbook(workbook(session(archive), deposit).path)[SHEET]
    values = [row[1].value for row in sheet.iter_rows(min_row=4)]
    assert NUMBER in values and PARTY not in values


def test_what_is_not_there_is_not_shown_and_not_answered(archive: Archive, deposit: str) -> None:
    me = session(archive)
    seal = _number(archive, deposit, "reading.seen-seal")
    for number in (0, 9999, seal):
        with pytest.raises(NotFound):
            settle(me, deposit, number, taken=True)
    with pytest.raises(NotFound):
        line(me, deposit, 9999)
    with pytest.raises(NotFound):
        settle(session(archive, "zhou"), deposit, 1, taken=True)


def test_an_own_answer_in_the_form_is_an_answer(archive: Archive, deposit: str) -> None:
    me = session(archive)
    number = _number(archive, deposit, "field.case-case-number")
    save(me, deposit, {"case_number": ["临文综罚〔2026〕99号"], "title": ["题名"]}, form(me, deposit).version)
    assert not next(one for one in form(me, deposit).offers if one.number == number).waits
