"""The share of a long text's tokens whose turn it is, as a function of SQLite (see `search_sqlite`).

A value that is bound stays with the driver until the next, and is copied twice more on its way; what a function gives
is there once. FTS5 has something open while it writes, and then no function can be made: so each connection has it.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from zlib import crc32

OTHER = b"\xff"
"""Stands for every token of another turn. No text and no query has it: it is no UTF-8."""

BETWEEN_PIECES = " \ue000 ".encode()
"""What stands between two pieces, as between two passages."""


def add_to(connection: sqlite3.Connection) -> None:
    """Let SQL ask for `share_of(packed, turn, turns)`."""
    connection.create_function("share_of", 3, share_of, deterministic=True)


def share_of(packed: bytes, turn: int, turns: int) -> bytearray:
    """The text of pieces (zlib, one after the other); of so many `turns` only the tokens of one, counted from 0."""
    text = bytearray()
    between = b""
    for piece in _pieces(packed):
        text += between
        if turns == 1:
            text += piece
        else:
            text += b" ".join([token if crc32(token) % turns == turn else OTHER for token in piece.split()])
        between = BETWEEN_PIECES
    return text


def _pieces(packed: bytes) -> Iterator[bytes]:
    while packed:
        unpacker = zlib.decompressobj()
        yield unpacker.decompress(packed)
        packed = unpacker.unused_data
