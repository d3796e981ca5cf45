"""The collection that every table of the catalogue belongs to, and the types that its engines call differently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Index, Integer, MetaData, TextClause

metadata = MetaData()

Big = BigInteger().with_variant(Integer, "sqlite")
"""Beyond 2³¹: day of closing × 16,384, numbers of entries. SQLite's INTEGER holds them, and as a key is its row's."""


def partial_index(
    name: str, *columns: Column[Any], where: ColumnElement[bool] | TextClause, unique: bool = False
) -> Index:
    """An index of those rows for which `where` holds.

    Each engine has an option of its own for that, and naming the option loads the engine's dialect. So the tables only
    note the condition: the one engine whose indexes are made from them is told by `name_conditions`.
    """
    return Index(name, *columns, unique=unique, info={"where": where})


def name_conditions(dialect: str) -> None:
    """Give each partial index its condition in the option that this dialect has for it; before indexes are made."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_options[dialect]["where"] = index.info["where"]
