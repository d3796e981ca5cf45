"""Encapsulations read back: what is damaged, cut off or something else is refused, and no entity is resolved."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preserve.access.transfer.decoding import read_eep
from preserve.access.transfer.profile import read_transfer_profile
from preserve.errors import NotIntact

PROFILE = read_transfer_profile(None).eep
NAMES = PROFILE.elements


def document(coded: str, size: object, path: str = "data/a.txt") -> bytes:
    """An encapsulation of one file, as little as there can be."""
    inside = (
        f"<{NAMES['coding']}><{NAMES['electronic']}><{NAMES['file_name']}>{path}</{NAMES['file_name']}>"
        f"<{NAMES['file_size']}>{size}</{NAMES['file_size']}></{NAMES['electronic']}>"
        f"<{NAMES['coded_data']}>{coded}</{NAMES['coded_data']}></{NAMES['coding']}>"
    )
    return f'<{NAMES["package"]} xmlns="{PROFILE.namespace}">{inside}</{NAMES["package"]}>'.encode()


def test_the_smallest_one_and_how_much_was_read(tmp_path: Path) -> None:
    path = tmp_path / "a.eep"
    path.write_bytes(document("YWJj\n", 3))
    moved: list[int] = []
    (file,) = read_eep(path, PROFILE, moved.append)
    assert (file.path, file.size, file.sha256) == ("data/a.txt", 3, hashlib.sha256(b"abc").hexdigest())
    assert sum(moved) == path.stat().st_size


@pytest.mark.parametrize(
    "data",
    [
        document("YWJj", 4),
        document("YWJj", ""),
        document("YWJ", 2),
        document("YW*j", 3),
        document("YWJj", 3)[:-10],
        document("YWJj", 3) + b"<more/>",
        b"",
        b"<html/>",
        document("YWJj", 3).replace(PROFILE.namespace.encode(), b"urn:other"),
        b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + document("YWJj", 3, "&e;"),
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>" + document("&b;", 9),
        document("YWJj", 3, "&undefined;"),
    ],
)
def test_what_is_none_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.eep"
    path.write_bytes(data)
    with pytest.raises(NotIntact, match=r"transfer\.encapsulation-unreadable") as caught:
        read_eep(path, PROFILE)
    assert caught.value.where == str(path)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_damaged_byte_never_passes_for_the_same_file(
    tmp_path_factory: pytest.TempPathFactory, place: int, change: int
) -> None:
    data = bytearray(document("YWJj" * 50, 150))
    start = data.index(b"YWJj")
    data[start + place % 200] ^= change
    path = tmp_path_factory.getbasetemp() / "damaged.eep"
    path.write_bytes(data)
    try:
        (file,) = read_eep(path, PROFILE)
    except NotIntact:
        return
    assert file.sha256 != hashlib.sha256(b"abc" * 50).hexdigest()
