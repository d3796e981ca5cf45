"""Which file a line of a manifest means: the standard's reading first, another only where it is the single one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.bag_names import Meant, Names, case_key, leads_out, name_key

FILES = (
    "data/a.txt",
    "data/图/b.txt",
    "data/50%.txt",
    "data/c%0A.txt",
    "data/Café",
    "data/x\\y",
    "data/\udcd0\udcd0.txt",
)


@pytest.mark.parametrize(
    ("version", "raw", "path", "ways"),
    [
        ("1.0", "data/a.txt", "data/a.txt", ()),
        ("1.0", "data/50%25.txt", "data/50%.txt", ()),
        ("1.0", "data/50%.txt", "data/50%.txt", ("percent",)),
        ("1.0", "data/c%250A.txt", "data/c%0A.txt", ()),
        ("1.0", "data/c%0A.txt", "data/c%0A.txt", ("percent",)),
        ("0.97", "data/c%0A.txt", "data/c%0A.txt", ()),
        ("0.97", "data/50%.txt", "data/50%.txt", ()),
        ("0.97", "data/50%25.txt", "data/50%.txt", ("percent",)),
        ("1.0", "./data/a.txt", "data/a.txt", ("dots",)),
        ("1.0", "data//图/./b.txt", "data/图/b.txt", ("dots",)),
        ("1.0", "data\\图\\b.txt", "data/图/b.txt", ("backslash",)),
        ("1.0", "data/x\\y", "data/x\\y", ()),
        ("1.0", "data/Cafe\u0301", "data/Café", ("form",)),
        ("1.0", "data/A.TXT", "data/a.txt", ("case",)),
        ("1.0", ".\\data\\A.txt", "data/a.txt", ("backslash", "case")),
        ("1.0", "data/行.txt", "data/\udcd0\udcd0.txt", ("form",)),
    ],
)
def test_a_line_means_one_file(version: str, raw: str, path: str, ways: tuple[str, ...]) -> None:
    assert Names(FILES, version).meant(raw) == Meant(path, ways)


def test_what_is_not_there_keeps_its_name_and_what_could_be_two_is_none() -> None:
    names = Names(("data/A.txt", "data/a.txt", "data/d%.txt", "data/d%25.txt"), "1.0")
    assert names.meant("data/b%25.txt") == Meant("data/b%.txt", there=False)
    assert not names.meant("data/A.TXT").there
    assert names.meant("data/d%25.txt") == Meant("data/d%.txt", other="data/d%25.txt")


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "data/../../x",
        "/x",
        "~/x",
        "C:\\x",
        "c:x",
        "\\\\host\\x",
        "data\\..\\x",
        "./../x",
        ".//~x",
        "a\0",
        "data/..",
    ],
)
def test_what_leads_out(path: str) -> None:
    assert leads_out(path)


@pytest.mark.parametrize(
    "path", ["data/..x", "data/~x", "data/a..", "data/stream\\u007f.txt", "data/a:b", "data/%2e%2e/x"]
)
def test_what_does_not_lead_out(path: str) -> None:
    assert not leads_out(path)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_keys_are_the_same_for_all_forms(name: str) -> None:
    import unicodedata

    for form in ("NFC", "NFD"):
        assert name_key(unicodedata.normalize(form, name)) == name_key(name)
        assert case_key(unicodedata.normalize(form, name)) == case_key(name)
