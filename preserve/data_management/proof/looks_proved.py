"""Looks with their paths to a root that an entry of the ledger gives, for somebody who has neither log."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection

from preserve.data_management import ledger, looks_sealing, merkle
from preserve.data_management.looks import Look
from preserve.data_management.looks_sealing import Anchor
from preserve.errors import NotIntact


def proved(connection: Connection, seen: Iterable[Look], anchor: Anchor) -> list[dict[str, Any]]:
    """Each look's text, its index from 0, its path to the anchor's root (hex), and the number of the ledger's entry.

    Raises NotIntact for one that does not stand under that root.
    """
    return [
        {
            "entry": look.text,
            "index": look.number - 1,
            "path": [step.hex() for step in _path(connection, look, anchor)],
            "anchor": anchor.number,
        }
        for look in seen
    ]


def _path(connection: Connection, look: Look, anchor: Anchor) -> list[bytes]:
    leaf, index = ledger.leaf_hash(look.text), look.number - 1
    for kept in (True, False):  # where a tile is wrong, from the leaves themselves
        with suppress(ValueError):
            path = merkle.inclusion_path(looks_sealing.tree(connection, kept=kept).root, index, anchor.size)
            if index < anchor.size and merkle.includes(leaf, index, anchor.size, path, anchor.root):
                return path
    raise NotIntact("looks.contradicts-root", look.reference, first=1, last=anchor.size, witness=str(anchor.number))
