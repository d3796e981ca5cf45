"""Shares of a text: together they have each token once, in its place."""

from __future__ import annotations

import sqlite3
import zlib

import pytest

from preserve.data_management.engines.in_turns import BETWEEN_PIECES, OTHER, add_to, share_of
from preserve.data_management.tokens import BETWEEN

PIECES = ["现场 场 0001", "", "文书 书 0002 txt", f"a{BETWEEN}b"]
PACKED = b"".join(zlib.compress(one.encode()) for one in PIECES)


def test_what_stands_between_pieces_stands_between_passages() -> None:
    assert BETWEEN_PIECES.decode() == BETWEEN


def test_one_turn_is_the_whole_text() -> None:
    assert bytes(share_of(PACKED, 0, 1)).decode() == BETWEEN.join(PIECES)
    assert share_of(b"", 0, 1) == b""


@pytest.mark.parametrize("turns", [2, 3, 7])
def test_each_token_has_one_turn(turns: int) -> None:
    whole = BETWEEN.join(PIECES).encode().split()
    shares = [bytes(share_of(PACKED, turn, turns)).split() for turn in range(turns)]
    for place, token in enumerate(whole):
        has = {share[place] for share in shares}
        assert has <= {token, OTHER}
        if token != BETWEEN.strip().encode():
            assert [share[place] for share in shares].count(token) == 1
    assert {len(share) for share in shares} == {len(whole)}


def test_sql_can_ask_for_it() -> None:
    connection = sqlite3.connect(":memory:")
    add_to(connection)
    (said,) = connection.execute("SELECT CAST(share_of(?, 0, 1) AS TEXT)", (PACKED,)).fetchone()
    assert said == BETWEEN.join(PIECES)
    connection.close()
