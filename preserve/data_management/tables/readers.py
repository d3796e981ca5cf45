"""What readers keep for themselves, none of it in the ledger: searches, marks in recordings, cases chosen for work."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, Table, Text

from preserve.data_management.tables.catalogue import metadata

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("account", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("query", Text, nullable=False, comment="words and filters as the address of the page has them"),
    Column("made", Text, nullable=False),
    sqlite_with_rowid=False,
)

marks = Table(
    "marks",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("identifier", Text, nullable=False, comment="PREMIS object identifier of the original"),
    Column("at", Float, nullable=False, comment="seconds from the recording's start"),
    Column("note", Text, nullable=False, default=""),
    Column("made", Text, nullable=False),
)
Index("marks_of_reader", marks.c.account, marks.c.identifier, marks.c.at)

chosen_cases = Table(
    "chosen_cases",
    metadata,
    Column("account", Text, primary_key=True),
    Column("objid", Text, primary_key=True),
    sqlite_with_rowid=False,
)
