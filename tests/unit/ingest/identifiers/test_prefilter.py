"""Bytes that a signature cannot do without: whatever matches contains them at their place, and nothing is assumed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preserve.ingest.identifiers.prefilter import Need, Position, best, by_rare_byte, needs, others
from preserve.ingest.identifiers.tables import load

EXPRESSIONS = (
    rb"(?s)\A\x89PNG\r\n\x1a\n",
    rb"(?s)\A.{4}ftyp(?:isom|mp42)",
    rb"(?s)\A.{0,8}\x00(?:ab){3}[\x00-\x10]{2}cd?e",
    rb"(?s)\A(?:xy|z).{2}END",
    rb"(?s)(?:abc)+.{1,3}tail\Z",
    rb"(?s)\A(\x01|\x02\x03)w+q",
    rb"(?s)PK.{18,40}(?:x|yz)end.{0,5}\Z",
)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(EXPRESSIONS))
def test_whatever_matches_has_each_need_at_its_place(data: st.DataObject, expression: bytes) -> None:
    position: Position = "BOF" if rb"\A" in expression else "EOF" if rb"\Z" in expression else "VAR"
    text = data.draw(st.from_regex(expression))
    match = re.search(expression, text)
    assert match is not None
    for need in needs(expression, position):
        end = None if need.last is None else need.last + len(need.literal)
        assert text.find(need.literal, need.first, end) >= 0, need


@pytest.mark.parametrize(
    ("expression", "position", "expected"),
    [
        (rb"(?s)\Aab.{2}cd", "BOF", [Need(b"ab", 0, 0), Need(b"cd", 4, 4)]),
        (rb"(?s)\Aab.{2,5}cd", "BOF", [Need(b"ab", 0, 0), Need(b"cd", 4, 7)]),
        (rb"(?s)ab.*cd", "VAR", [Need(b"ab", 0, None), Need(b"cd", 2, None)]),
        (rb"(?s)ab.{2}cd\Z", "EOF", [Need(b"ab", -6, None), Need(b"cd", -2, None)]),
        (rb"(?s)ab.{2,5}cd.?\Z", "EOF", [Need(b"ab", -10, None), Need(b"cd", -6, None)]),
        (rb"(?s)ab.*cd\Z", "EOF", [Need(b"ab", 0, None), Need(b"cd", 2, None)]),
        (rb"(?s)ab.{2}cd", "EOF", [Need(b"ab", 0, None), Need(b"cd", 4, None)]),
        (rb"(?i)\Aab", "BOF", []),
        (rb"\A(?:a|b)", "BOF", []),
        (rb"\A(ab", "BOF", []),
    ],
)
def test_needs(expression: bytes, position: Position, expected: list[Need]) -> None:
    assert needs(expression, position) == expected


def test_the_rarest_need_at_a_fixed_place_is_best() -> None:
    fixed, bounded, anywhere = Need(b"abcd", 4, 4), Need(b"abcd", 0, 100), Need(b"abcdefgh", 0, None)
    assert best([anywhere, bounded, fixed]) == fixed
    assert best([anywhere, bounded]) == bounded
    assert best([Need(b"\0\0\0\0", 0, 100), anywhere]) == anywhere, "a run of equal bytes tells little"
    assert best([Need(b"{", 0, 5), anywhere]) == Need(b"{", 0, 5), "but it does where there are few places"
    assert best([Need(b"EOF", -11, None), anywhere]) == Need(b"EOF", -11, None), "the end is near"
    assert others([anywhere, bounded, fixed, Need(b"0", 0, None)], fixed) == [bounded, anywhere]
    assert best([]) is None


def test_nearly_every_signature_of_pronom_has_a_need() -> None:
    signatures = [signature for entry in load().formats for signature in entry.signatures]
    blind = [signature for signature in signatures if not any(need for _, _, need in signature)]
    assert len(signatures) > 1500
    assert len(blind) < len(signatures) / 20


def test_each_literal_stands_behind_a_byte_of_its_own_and_rare_ones_first():
    literals = [b"<html", b"</x", b"!DOC", b"plain", b"\x00\x01", b"one ", b"<html"]
    groups = by_rare_byte(literals)
    assert groups[0] == (ord("<"), [b"<html", b"</x"])
    assert sorted(literal for _, found in groups for literal in found) == sorted(set(literals))
    assert all(byte in literal for byte, found in groups for literal in found)
    assert groups[-1] == (ord("n"), [b"plain", b"one "])
