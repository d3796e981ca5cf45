"""Which requests are our own pages', and the token that a form carries."""

from __future__ import annotations

import pytest

from preserve.web.security import form_token, is_form_token, is_own_request


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"origin": "http://archive:8480", "host": "archive:8480"}, True),
        ({"origin": "http://archive:81", "host": "archive:8480"}, False),
        ({"origin": "https://archive:8480", "host": "archive:8480"}, False),
        ({"origin": "null", "host": "archive:8480"}, False),
    ],
)
def test_a_change_comes_from_our_own_page(headers: dict[str, str], own: bool) -> None:
    assert is_own_request("POST", headers, "http") is own
    assert is_own_request("GET", headers, "http")


def test_a_form_of_one_session_is_none_of_another() -> None:
    assert is_form_token("one", form_token("one"))
    assert not is_form_token("two", form_token("one"))
    assert not is_form_token("one", "")
    assert not is_form_token("one", "\udc80")
