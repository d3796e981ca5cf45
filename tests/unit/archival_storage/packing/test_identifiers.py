"""Identifiers are those of RFC 4122 §4.3: anybody can make them again with any library."""

from __future__ import annotations

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from preserve.archival_storage.packing.identifiers import identifier

_ROOT = UUID("5f2a1f0e-6f0b-5d5e-9d59-3c8f1f0a7c11")


@given(st.text(max_size=30).filter(lambda name: name.encode("utf-8", "ignore").decode() == name))
def test_an_identifier_is_what_any_library_makes_of_the_names(name: str) -> None:
    assert identifier("aip-1", "original", name) == str(uuid5(uuid5(uuid5(_ROOT, "aip-1"), "original"), name))
