"""Retention as operations: what is listed and explained is a look, and the notice is in the archive's language."""

from __future__ import annotations

import email
from collections.abc import Iterator
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

from preserve.data_management import retention_index
from preserve.errors import NotPermitted, Refused
from preserve.services import retention, retention_rules
from preserve.services.documents import as_document
from preserve.services.pages import Page
from tests.support.desk import Desk, opened_desk
from tests.support.disposing import aged_office
from tests.support.object_store import free_ports

pytestmark = pytest.mark.xdist_group("retention")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened_desk(aged_office(tmp_path_factory.mktemp("retention"), "10-years")) as desk:
        yield desk


def test_the_list_is_a_look_at_the_archive(desk: Desk) -> None:
    listing = retention.list_kept(desk.session())
    (row,) = listing.rows
    assert (row.case_number, row.item, row.gone, listing.next) == (desk.office.case, "", "", "")
    assert row.rule_name and row.rule_name != row.rule and row.due is not None and row.due < "2026"
    assert desk.last_look() == ("retention.listed", desk.archive.home.settings.archive_id, {"rows": 1})


def test_of_one_case_its_recordings_are_listed_too(desk: Desk) -> None:
    rows = retention.list_kept(desk.session(), case=desk.office.case).rows
    assert not rows[0].item and len(rows) > 1 and all(row.item for row in rows[1:])
    assert desk.last_look() == ("retention.listed", desk.office.case, {"rows": len(rows)})
    before = len(desk.entries())
    with pytest.raises(Refused, match=r"cli\.case-unknown"):
        retention.list_kept(desk.session(), case="no such case")
    assert len(desk.entries()) == before


def test_a_list_goes_on_after_the_last_case(desk: Desk) -> None:
    (row,) = retention.list_kept(desk.session()).rows
    assert retention.list_kept(desk.session(), Page(row.objid)).rows == ()
    full = retention.list_kept(desk.session(), Page(size=1))
    assert [row.objid for row in full.rows] == [full.next]
    with desk.archive.catalogue.read() as connection:
        assert [one.objid for one in retention_index.cases_after(connection, "", 1)] == [row.objid]
        assert retention_index.cases_after(connection, row.objid, 1) == []


def test_an_explanation_names_the_case_in_the_ledger_by_its_identifier(desk: Desk) -> None:
    explanation = retention.explain(desk.session("head"), desk.office.case)
    assert desk.last_look() == ("case.viewed", explanation.objid, {"what": "retention"})
    case = explanation.things[0]
    assert case.item == "" and [period.decides for period in case.periods].count(True) == 1
    document = as_document(explanation)
    assert document["things"][0]["periods"][0].keys() >= {"rule", "basis", "start", "years", "last", "words"}


def test_what_is_due_is_told_in_the_language_of_the_archive(desk: Desk, tmp_path: Path) -> None:
    listing = retention.due(desk.session(), months=6)
    assert listing.status == 0 and listing.more == 0 and desk.office.case in {row.case_number for row in listing.due}
    (port,) = free_ports(1)
    (tmp_path / "mail").mkdir()
    server = Controller(Mailbox(str(tmp_path / "mail" / "box")), hostname="127.0.0.1", port=port)
    server.start()
    profile = desk.archive.home.profiles / "audit.toml"
    profile.write_text(
        f'[notify]\nsmtp = "127.0.0.1:{port}"\nsender = "a@example.org"\nreceivers = ["b@example.org"]\n',
        encoding="utf-8",
    )
    try:
        assert retention.due(desk.session(language="zh"), months=6, mail=True).not_sent == ()
    finally:
        server.stop()
        profile.unlink()
    (letter,) = (tmp_path / "mail" / "box" / "new").iterdir()
    subject = str(make_header(decode_header(email.message_from_bytes(letter.read_bytes())["Subject"])))
    assert desk.archive.home.settings.language == "en" and "fall due within 6 months" in subject


def test_what_could_not_be_sent_is_a_status(desk: Desk) -> None:
    (port,) = free_ports(1)
    profile = desk.archive.home.profiles / "audit.toml"
    profile.write_text(
        f'[notify]\nsmtp = "127.0.0.1:{port}"\nsender = "a@example.org"\nreceivers = ["b@example.org"]\n',
        encoding="utf-8",
    )
    try:
        listing = retention.due(desk.session(), months=6, mail=True)
    finally:
        profile.unlink()
    assert listing.status == 5 and listing.not_sent and as_document(listing)["ok"] is False


def test_only_who_decides_puts_rules_in_force(desk: Desk) -> None:
    changes = retention_rules.changes(desk.session("auditor"))
    assert not changes.applied and changes.before_sha256 == changes.after_sha256 and len(changes.in_force) == 1
    with pytest.raises(NotPermitted):
        retention_rules.put_in_force(desk.session())
    assert desk.last()[0] == "access.denied"
    with pytest.raises(Refused, match=r"retention\.rules-same"):
        retention_rules.put_in_force(desk.session("head"))
