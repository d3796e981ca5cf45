"""A form sent twice is one deed; what one form got is no answer to another that has its key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.responses import Response

from preserve.web.once import Once, said
from tests.support.web import PASSWORD, Served, fields, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("once")) as running:
        yield running


def test_the_same_form_is_done_once_and_another_with_its_key_is_done() -> None:
    once, done = Once(), []

    def send(form: str) -> Response:
        return once.answer("session", "/cases", "key", form, lambda: (done.append(form), Response(form))[1])

    assert send(said([("a", "1")])) is send(said([("a", "1")]))
    assert len(done) == 1
    send(said([("a", "2")]))
    send(said([("a", "1"), ("b", "")]))
    assert len(done) == 3


def test_what_a_form_says_has_no_second_reading() -> None:
    forms = [[("a", "bc")], [("ab", "c")], [("a", "b"), ("c", "")], [("a", ""), ("b", "c")], [("a", "\ud800")], []]
    assert len({said(form) for form in forms}) == len(forms)


def test_who_knows_the_key_of_a_login_form_does_not_get_its_session(served: Served) -> None:
    with served.nobody() as person, served.nobody() as thief:
        key = fields(person.get("/login").text)["key"]
        entered = person.post("/login", data={"account": "head", "password": PASSWORD, "key": key})
        assert entered.status_code == 303
        for said_by_thief in ({"account": "x", "password": "y"}, {"account": "head", "password": ""}, {}):
            answer = thief.post("/login", data={**said_by_thief, "key": key})
            assert answer.status_code == 401
            assert "session" not in thief.cookies


def test_a_form_that_was_changed_after_going_back_is_done_too(served: Served) -> None:
    client = served.client("archivist")
    given = fields(client.get("/me").text)
    form = {"csrf": given["csrf"], "key": given["key"]}
    first = client.post("/language", data={**form, "language": "en", "next": "/me"})
    second = client.post("/language", data={**form, "language": "zh", "next": "/cases"})
    assert (first.headers["location"], second.headers["location"]) == ("/me", "/cases")


@pytest.mark.parametrize("address", ["//[", "//[x", "//[::1]:a/"])
def test_an_address_that_cannot_be_read_leads_to_the_first_page(served: Served, address: str) -> None:
    with served.nobody() as client:
        entered = client.post("/login", data={"account": "archivist", "password": PASSWORD, "next": address})
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
