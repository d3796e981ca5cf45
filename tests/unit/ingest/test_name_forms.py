"""Each form in which names of a deposit are written is told once, with how many have it and the first of them."""

from __future__ import annotations

import os

import pytest

from preserve.ingest.name_forms import forms
from preserve.ingest.sources import Entry


def _told(*entries: Entry) -> dict[str, tuple[str, object, object]]:
    return {
        one.code.removeprefix("sip.names-"): (one.severity, one.values["count"], one.values["name"])
        for one in forms(entries, "案/")
    }


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("一/二.txt", {}),
        ("a b.txt", {}),
        ("Cafe\u0301.txt", {"decomposed": ("note", 1, "Caf\u00e9.txt")}),
        (
            os.fsdecode("诚\\许.txt".encode("gbk")),
            {"gb18030": ("note", 1, "诚\\许.txt"), "backslash": ("note", 1, "诚\\许.txt")},
        ),
        (os.fsdecode("誠.txt".encode("gbk")), {"gb18030": ("note", 1, "誠.txt")}),
        ("\udcff.txt", {"unread": ("warning", 1, "[0xFF].txt")}),
        ("照片 /一.jpg", {"blanks": ("note", 1, "照片 /一.jpg")}),
    ],
    ids=["plain", "blank", "decomposed", "backslash", "half-a-letter", "unread", "blanks"],
)
def test_a_form_is_told(path: str, told: dict[str, tuple[str, int, str]]) -> None:
    assert _told(Entry("案/" + path, "file", 1, None)) == told


def test_it_is_told_once_and_what_an_archive_did_to_names_too() -> None:
    entries = [Entry(f"案/{n}/x.txt", "file", 1, None, read_as=("gb18030", "backslashes")) for n in range(3)]
    assert _told(*entries) == {"gb18030": ("note", 3, "0/x.txt"), "backslashes": ("note", 3, "0/x.txt")}
