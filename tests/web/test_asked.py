"""The fields and files of a form, and where a page may send its reader."""

from __future__ import annotations

import io

import pytest
from starlette.datastructures import FormData, UploadFile

from preserve.web.asked import fields_and_files
from preserve.web.navigation import safe_address, subjects_for


def test_a_file_field_that_was_left_empty_is_none() -> None:
    empty, paper = UploadFile(io.BytesIO(), filename=""), UploadFile(io.BytesIO(b"x"), filename="函.pdf")
    texts, files = fields_and_files(FormData([("a", "1"), ("a", "2"), ("paper", empty), ("paper", paper)]))
    assert texts.getlist("a") == ["1", "2"]
    assert files.getlist("paper") == [paper]


@pytest.mark.parametrize("address", ["/cases?q=演出", "/", "/requests/2026-0001#a"])
def test_our_own_addresses_stay(address: str) -> None:
    assert safe_address(address) == address


@pytest.mark.parametrize("address", ["//a", "https://a/", "/\\a", "a", "", "/a\nb", "javascript:1", "\\\\a"])
def test_others_lead_to_the_first_page(address: str) -> None:
    assert safe_address(address) == "/"


def test_the_bar_has_what_somebody_may_open_and_what_is_there() -> None:
    assert [one.path for one in subjects_for(["report"], ["/", "/audit", "/cases"])] == ["/", "/audit"]
