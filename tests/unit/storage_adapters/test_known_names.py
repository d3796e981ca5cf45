"""A set of names by which a package is looked through: what was not added is never in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from storage_adapters.known_names import KnownNames

NAMES = st.text(st.characters(codec=None), max_size=8)


@given(st.sets(NAMES), st.sets(NAMES))
def test_it_has_what_was_added_and_nothing_else(added: set[str], asked: set[str]) -> None:
    names = KnownNames()
    for name in (*added, *added):
        names.add(name)
    for name in added | asked:
        assert (name in names) == (name in added and "\0" not in name), name


def test_no_name_hides_in_another() -> None:
    names = KnownNames()
    names.add("data/a\0data/b")
    names.add("data/笔录\udcff.txt")
    for name in ("", "data/a", "data/b", "a", "data/笔录"):
        assert name not in names
    assert "data/笔录\udcff.txt" in names
