"""A house by its operations: what its keeper and its auditor may, and that nobody of one fonds reaches another."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import preserve.services.rooms  # noqa: F401  declares every operation
from preserve.data_management.archive import Archive
from preserve.errors import NotFound, NotIntact, NotPermitted, PreserveError, UsageError
from preserve.services import case_views, cases, copies, fonds, house, jobs, media, people, request_views, requests
from preserve.services.cases import SearchWish
from preserve.services.documents import as_document
from preserve.services.house import NewFonds
from preserve.services.requests import Consumer, OpenRequest, Opinion
from preserve.services.session import Session, SystemUser, Token
from tests.support.houses import BODIES, House, make_house, number_in
from tests.support.sessions import entries, session_of

pytestmark = pytest.mark.xdist_group("house")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> House:
    return make_house(tmp_path_factory.mktemp("house"))


@pytest.fixture
def mine(made: House, tmp_path: Path) -> House:
    """A copy, for tests that change it."""
    shutil.copytree(made.path, tmp_path / "house")
    return House(tmp_path / "house", made.tokens)


Attack = Callable[[Session], Any]
ATTACKS: dict[str, Attack] = {
    "list": cases.list_cases,
    "show": lambda session: case_views.show(session, number_in("sport")),
    "search": lambda session: cases.search_cases(session, SearchWish("测试")),
    "copies": lambda session: copies.list_copies(session, number_in("sport")),
    "media": media.list_media,
    "people": people.list_people,
    "requests": request_views.list_requests,
    "open": lambda session: requests.open_request(
        session, OpenRequest(Consumer(capacity="internal", name="某"), [number_in("sport")], "看看")
    ),
    "jobs": jobs.list_jobs,
    "fonds": fonds.list_fonds,
}


@pytest.mark.parametrize("account", ["wu", "head", "song", "security"])
@pytest.mark.parametrize("name", ATTACKS)
def test_nobody_of_one_fonds_is_anybody_in_another(made: House, account: str, name: str) -> None:
    """Each token of `culture` against every door into the archive of `sport`: the token is nobody's there."""
    with made.opened("sport") as other:
        before = len(entries(other))
        with pytest.raises(NotPermitted):
            ATTACKS[name](session_of(other, Token(made.tokens["culture"][account])))
        assert [entry["action"] for entry in entries(other)[before:]] == ["access.denied"], "and the try is recorded"


def test_neither_the_keeper_nor_the_auditor_of_the_house_acts_in_a_fonds(made: House) -> None:
    from preserve.home import acting_person

    with made.opened("sport") as other:
        for credentials in (SystemUser(acting_person()), Token(made.tokens[""]["song"]), SystemUser("house:root")):
            with pytest.raises(NotPermitted):
                cases.list_cases(session_of(other, credentials))


def test_what_one_fonds_shows_tells_nothing_of_another(made: House) -> None:
    """Not by a name that is taken, nor by a number that is not there: the answer to what is the other's is as to what
    is nobody's."""
    with made.person("culture", "wu") as session:
        shown = json.dumps(as_document(cases.list_cases(session)), ensure_ascii=False, default=str)
        assert number_in("culture") in shown and "sport" not in shown
        told = []
        for number in (number_in("sport"), "没有的〔2026〕9号"):
            with pytest.raises(NotFound) as unknown:
                case_views.show(session, number)
            told.append((unknown.value.code, set(unknown.value.values)))
        assert told[0] == told[1]
    with made.opened("culture") as own:
        assert "sport" not in json.dumps(entries(own), ensure_ascii=False)
        assert not any(
            b"sport" in path.read_bytes()
            for path in own.home.path.rglob("*")
            if path.is_file() and path.suffix != ".lock"
        )


def test_the_auditor_sees_counts_and_no_case_and_each_fonds_knows_of_it(mine: House) -> None:
    with mine.opened() as register:
        seen = house.overview(session_of(register, Token(mine.tokens[""]["song"])))
    text = json.dumps(as_document(seen), ensure_ascii=False, default=str)
    assert [(one.code, one.counts and one.counts.cases) for one in seen.fonds] == [("culture", 1), ("sport", 1)]
    assert "〔2026〕" not in text and "测试案" not in text and "aip-" not in text
    for code in BODIES:
        with mine.opened(code) as own:
            assert entries(own)[-1]["action"] in ("fonds.overseen", "looks.anchored")
            assert any(e["action"] == "fonds.overseen" and e["actor"] == "house:song" for e in entries(own))


@pytest.mark.sqlite
def test_an_archive_that_cannot_be_read_is_said_to_be_and_the_others_are_shown(mine: House) -> None:
    (mine.path / "fonds" / "culture" / "catalogue.sqlite").write_bytes(b"x" * 4096)
    with mine.founder() as session:
        seen = house.overview(session)
    assert [(one.code, bool(one.failed), one.counts is None) for one in seen.fonds] == [
        ("culture", True, True),
        ("sport", False, False),
    ]


def paper(folder: Path) -> Path:
    made = folder / "调阅函.txt"
    made.write_text("请提供", encoding="utf-8")
    return made


def test_content_is_asked_for_and_decided_in_the_fonds(mine: House, tmp_path: Path) -> None:
    letter = paper(tmp_path)
    with mine.opened() as register:
        auditor = session_of(register, Token(mine.tokens[""]["song"]))
        made = house.request(auditor, "sport", [number_in("sport")], purpose="执法监督", papers=[("调阅函", letter)])
        with pytest.raises(NotFound, match=r"request\.not-to-be-had"):
            house.request(auditor, "sport", ["没有的"], purpose="执法监督", papers=[("调阅函", letter)])
        with pytest.raises(UsageError):
            house.request(auditor, "nobody", [number_in("sport")], purpose="x", papers=[("调阅函", letter)])
        with pytest.raises(PreserveError):
            house.request(auditor, "sport", [number_in("sport")], purpose="没有函")
    with mine.person("sport", "wu") as session:
        (row,) = request_views.list_requests(session).requests
        assert (row.number, row.state) == (made.number, "opened")
    with mine.person("sport", "wang") as session:
        requests.examine(session, made.number, Opinion())
    with mine.person("sport", "head") as session:
        assert requests.approve(session, made.number).state == "approved"
        assert request_views.show(session, made.number).request.consumer.name == "临江市档案馆"
    with mine.opened("sport") as own:
        opened = next(entry for entry in entries(own) if entry["action"] == "request.opened")
        assert opened["actor"] == "house:song"
    with mine.person("culture", "wu") as session:
        assert not request_views.list_requests(session).requests


def test_only_who_keeps_the_house_changes_it(mine: House) -> None:
    with mine.opened() as register:
        auditor = session_of(register, Token(mine.tokens[""]["song"]))
        steps: list[Callable[[], Any]] = [
            lambda: house.add(auditor, "edu", NewFonds("教育局", "shen", "沈某")),
            lambda: house.close(auditor, "sport", until=date(2026, 1, 1), reason="x"),
            lambda: house.limit(auditor, "sport", 1, reason="x"),
            lambda: house.anchor(auditor),
        ]
        for step in steps:
            with pytest.raises(NotPermitted):
                step()
    with mine.person("sport", "wu") as session:
        for name in ("overview", "anchor"):
            with pytest.raises((UsageError, NotPermitted)):
                getattr(house, name)(session)


def test_a_proof_is_written_and_held(mine: House, tmp_path: Path) -> None:
    target = tmp_path / "proof.json"
    with mine.founder() as session:
        assert [(one.code, one.new) for one in house.anchor(session).fonds] == [("culture", True), ("sport", True)]
        assert house.prove(session, "sport", [2, 1, 2], target=target).entries == (1, 2)
        with pytest.raises(UsageError):
            house.prove(session, "sport", [], target=tmp_path / "none.json")
        checked = house.check_proof(session, target)
        assert (checked.code, checked.entries) == ("sport", (1, 2))
        target.write_text(target.read_text(encoding="utf-8").replace('"sport"', '"culture"'), encoding="utf-8")
        with pytest.raises(NotIntact):
            house.check_proof(session, target)
        for broken in ("[]", "{}", "no json", "null"):
            target.write_text(broken, encoding="utf-8")
            with pytest.raises(NotIntact):
                house.check_proof(session, target)


def test_an_archive_of_one_body_is_no_house(tmp_path: Path) -> None:
    from tests.support.sessions import founded, founder

    archive: Archive = founded(tmp_path)
    with pytest.raises(UsageError, match=r"house\.not-its-register"):
        house.anchor(founder(archive))
    archive.close()
