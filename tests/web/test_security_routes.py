"""Every route as every role: who lacks the duty is refused and that is recorded, nobody is sent to the login."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

import preserve.services.rooms  # noqa: F401  declares every operation
from preserve.administration import appointing
from preserve.administration.duties import Duty, Role, allows
from preserve.administration.people import Person
from preserve.clock import now
from preserve.data_management import ledger
from preserve.home import acting_person
from preserve.services.operation import OPERATIONS, anybody
from preserve.web.app import all_pages
from preserve.web.routing import Page
from preserve.web.security import SAFE, form_token
from tests.support.web import ACCOUNTS, PASSWORD, Served, opened, serving

DEPUTY = "archivist2"
PAGES = sorted(all_pages(), key=lambda page: (page.path, page.method))
_PLACES = {
    "name": "head",
    "number": "2026-0001",
    "objid": "AIP-0",
    "ending": "pdf",
    "part": "frames",
    "which": "signed",
}
EMPTY_FORMS = {"/deposits/new"}
"""Pages that show a form and nothing else: what is sent with it needs the duty."""
_COUNTED = re.compile(r"/(?:pages|files|offers)/\{number(?::int)?\}")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        archive = opened(running.home)
        head, moment = Person("head", "某head", frozenset({Role.HEAD})), now()
        until = moment + timedelta(days=3)
        appointing.delegate(
            archive.catalogue, DEPUTY, since=moment, until=until, reason="出差", actor=head, moment=moment
        )
        archive.close()
        yield running


def _duties(page: Page) -> list[tuple[Duty, ...]] | None:
    """The duties of each operation of a page; None where one of them says so only with its arguments."""
    found: list[tuple[Duty, ...]] = []
    for name in page.operations:
        operation = OPERATIONS[name]
        wanted = operation.duties
        if operation.open_to_all or wanted is anybody or (callable(wanted) and not isinstance(wanted, Duty)):
            return None
        found.append(wanted if isinstance(wanted, tuple) else (wanted,))
    return found


def _may(account: str, duty: Duty) -> bool:
    return allows([ACCOUNTS[account]], duty) or (account == DEPUTY and duty in (Duty.DECIDE, Duty.ANSWER))


def _denied(page: Page, account: str) -> bool:
    """Whether somebody has the duty of not one of a page's operations."""
    wanted = _duties(page)
    return bool(wanted) and not any(_may(account, duty) for duties in wanted or () for duty in duties)


def _granted(page: Page, account: str) -> bool:
    """Whether somebody has a duty of each of a page's operations."""
    wanted = _duties(page)
    return bool(wanted) and all(any(_may(account, duty) for duty in duties) for duties in wanted or ())


def _address(page: Page) -> str:
    counted = _COUNTED.sub(lambda found: found[0].split("{")[0] + "1", page.path)
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: _PLACES.get(found[1], "01ARZ3NDEKTSV4RRFFQ69G5FAV"), counted)


def _ask(client: httpx.Client, page: Page) -> httpx.Response:
    if page.method == "GET":
        return client.get(_address(page))
    token = next((cookie.value for cookie in client.cookies.jar if cookie.name == "session"), "") or ""
    headers = {"x-csrf": form_token(token)} if token else {}
    return client.request(page.method, _address(page), headers=headers, data={"csrf": form_token(token), "how": "all"})


def _refusals(served: Served) -> int:
    archive = opened(served.home)
    try:
        with archive.catalogue.read() as connection:
            return len(ledger.of_action(connection, "access.denied"))
    finally:
        archive.close()


@pytest.mark.parametrize("account", ACCOUNTS)
def test_who_lacks_the_duty_is_refused_and_that_is_recorded(served: Served, account: str) -> None:
    client, before = served.client(account), _refusals(served)
    wrong, refused = [], 0
    for page in PAGES:
        if not _denied(page, account) or (page.method == "GET" and page.path in EMPTY_FORMS):
            continue
        status = _ask(client, page).status_code
        # A form without its fields may be refused for that; what must not be is that anything is shown or done.
        expected = (403,) if page.method == "GET" else (400, 403, 404, 409, 415, 422, 428)
        refused += status == 403
        if status not in expected:
            wrong.append(f"{page.method} {page.path}: {status}")
    assert not wrong, "\n".join(wrong)
    assert refused and _refusals(served) - before >= refused


@pytest.mark.parametrize("account", ACCOUNTS)
def test_who_has_the_duty_is_not_refused(served: Served, account: str) -> None:
    client = served.client(account)
    wrong = []
    for page in PAGES:
        if page.method == "GET" and _granted(page, account):
            status = _ask(client, page).status_code
            if status in (401, 403) or status >= 500:
                wrong.append(f"{page.path}: {status}")
    assert not wrong, "\n".join(wrong)


def test_nobody_sees_and_does_nothing(served: Served) -> None:
    wrong = []
    with served.nobody() as client:
        for page in PAGES:
            if page.open_to_all or any(OPERATIONS[name].open_to_all for name in page.operations):
                continue
            answer = _ask(client, page)
            if page.method == "GET":
                fine = answer.headers.get("location", "").startswith("/login?next=") or answer.status_code == 401
            else:
                fine = answer.status_code in (400, 401) or (page.path == "/language" and answer.status_code == 303)
            if not fine:
                wrong.append(f"{page.method} {page.path}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_suspended_account_is_nobody_at_once(served: Served) -> None:
    with served.nobody() as client, served.nobody() as security:
        assert client.post("/login", data={"account": "examiner", "password": PASSWORD}).status_code == 303
        security.post("/login", data={"account": "security", "password": PASSWORD})
        token = next(cookie.value for cookie in security.cookies.jar if cookie.name == "session") or ""
        form = {"csrf": form_token(token), "state": "suspended", "confirm": PASSWORD}
        assert security.post("/accounts/examiner/state", data=form).status_code == 303
        assert client.get("/").status_code == 303
        assert client.post("/login", data={"account": "examiner", "password": PASSWORD}).status_code == 401


def test_who_founded_the_archive_is_nobody_here(served: Served) -> None:

    with served.nobody() as client:
        for name in (acting_person(), ""):
            assert client.post("/login", data={"account": name, "password": ""}).status_code == 401
        for cookie in ("", "x", '"', "prs_" + "A" * 43):
            assert client.get("/", headers={"cookie": f"session={cookie}"}).status_code == 303


def _words_of_cases(served: Served, *, numbers: bool = False) -> tuple[list[str], set[str]]:
    """Identifiers of the cases there, and the words that only who may see content may read."""
    archive = opened(served.home)
    try:
        with archive.catalogue.read() as connection:
            rows = list(connection.execute(text("SELECT DISTINCT objid, case_number AS number, title FROM cases")))
            files = connection.execute(text("SELECT path FROM files")).scalars()
            names = {str(file).rsplit("/", 1)[-1] for file in files}
    finally:
        archive.close()
    assert rows and len(names) > 2
    said = {row.number for row in rows}
    words = {row.title for row in rows} | names  # who describes nothing gets the number as a title
    return [row.objid for row in rows], words | said if numbers else words - said


@pytest.mark.parametrize("account", ["auditor", "security", "system"])
def test_no_word_of_a_case_is_shown_to_the_three_administrators(served: Served, account: str) -> None:
    objids, words = _words_of_cases(served, numbers=account == "system")
    client, told = served.client(account), []
    for page in PAGES:
        if page.method != "GET" or page.path == "/audit/export":
            continue
        answer = client.get(_address(page).replace("AIP-0", objids[0]))
        told += [f"{page.path}: {word}" for word in words if word in answer.text]
    assert not told, "\n".join(told)


def test_the_auditor_changes_nothing(served: Served) -> None:
    client, objids = served.client("auditor"), _words_of_cases(served)[0]
    before = _refusals(served)
    own = {"/login", "/logout", "/password", "/language"}
    token = next((cookie.value for cookie in client.cookies.jar if cookie.name == "session"), "") or ""
    form = {"csrf": form_token(token), "how": "all", "confirm": PASSWORD, "reason": "x", "number": "2026-0001"}
    for page in PAGES:
        if page.method in SAFE or page.path in own or page.path.startswith(("/me", "/audit/proof")):
            continue
        client.request(
            page.method, _address(page).replace("AIP-0", objids[0]), headers={"x-csrf": form_token(token)}, data=form
        )
    archive = opened(served.home)
    try:
        with archive.catalogue.read() as connection:
            done = {entry.action for entry in ledger.entries(connection) if entry.actor == "auditor"}
    finally:
        archive.close()
    assert _refusals(served) > before
    # What an auditor may have made is a report, as a job.
    assert done <= {"access.denied", "job.asked", "person.logged-in", "person.password-changed"}


def test_most_routes_say_who_may() -> None:
    told = [page for page in PAGES if _duties(page) is not None]
    assert len(told) > len(PAGES) // 2, sorted({page.path for page in PAGES} - {page.path for page in told})
