"""The file by which a medium says which one it is: written, read, signed, and never believed when it is garbled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from storage_adapters.errors import MediumAbsent, WrongMedium
from storage_adapters.marker import (
    MARKER,
    is_signed_by,
    marker_bytes,
    parse_marker,
    read_marker,
    signed_bytes,
    write_marker,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key().public_bytes_raw()
FACTS = {"medium": "drive-1", "label": "DRV-01 二号楼", "session": "3"}
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = TEXT.filter(lambda name: name not in ("signature", "medium"))


@given(st.dictionaries(NAMES, TEXT, max_size=6), TEXT)
def test_facts_come_back_as_they_were_and_signed(facts: dict[str, str], identity: str) -> None:
    facts = {**facts, "medium": identity}
    marker = parse_marker(marker_bytes(facts, KEY.sign), "here")
    assert (marker.facts, marker.identity) == (facts, identity)
    assert is_signed_by(marker, PUBLIC)


def test_what_is_signed_does_not_depend_on_the_order_of_facts() -> None:
    assert signed_bytes(FACTS) == signed_bytes(dict(reversed(FACTS.items())))
    assert marker_bytes(FACTS, KEY.sign) == marker_bytes(dict(reversed(FACTS.items())), KEY.sign)


@pytest.mark.parametrize("name", [*FACTS, "added"])
def test_a_fact_that_was_changed_or_added_is_not_signed(name: str) -> None:
    document = json.loads(marker_bytes(FACTS, KEY.sign))
    document[name] = "other"
    assert not is_signed_by(parse_marker(json.dumps(document).encode(), "here"), PUBLIC)


def test_nobody_else_s_key_and_no_signature() -> None:
    marker = parse_marker(marker_bytes(FACTS, KEY.sign), "here")
    stranger = Ed25519PrivateKey.from_private_bytes(b"\1" * 32).public_key().public_bytes_raw()
    assert not is_signed_by(marker, stranger) and not is_signed_by(marker, b"short")
    unsigned = parse_marker(marker_bytes(FACTS), "here")
    assert unsigned.signature == b"" and not is_signed_by(unsigned, PUBLIC)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'"x"',
        b"{}",
        b'{"medium": 1}',
        b'{"medium": "m", "session": 2}',
        b'{"medium": "m", "signature": 5}',
        b'{"medium": "m", "signature": "\xe6\x97\xa0"}',
        b"\xff\xfe",
        b'{"medium": "m"',
        b"[" * 100_000,
    ],
    ids=lambda data: repr(data[:30]),
)
def test_what_is_no_marker_is_another_medium(data: bytes) -> None:
    with pytest.raises(WrongMedium):
        parse_marker(data, "here")


def test_on_a_medium(tmp_path: Path) -> None:
    with pytest.raises(MediumAbsent):
        read_marker(tmp_path)
    with pytest.raises(MediumAbsent):
        read_marker(tmp_path / "none")
    write_marker(tmp_path, FACTS, KEY.sign)
    write_marker(tmp_path, {**FACTS, "session": "4"}, KEY.sign)
    assert read_marker(tmp_path).facts["session"] == "4"
    assert [path.name for path in tmp_path.iterdir()] == [MARKER]
    (tmp_path / MARKER).unlink()
    (tmp_path / MARKER).mkdir()
    with pytest.raises(WrongMedium):
        read_marker(tmp_path)
