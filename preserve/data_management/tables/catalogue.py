"""The collection that every table of the catalogue belongs to, and the types that its engines call differently."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData()

Big = BigInteger().with_variant(Integer, "sqlite")
"""Beyond 2³¹: day of closing × 16,384, numbers of entries. SQLite's INTEGER holds them, and as a key is its row's."""
