"""Requests, holds, appraisals, disposals, transfers and exports, as they are listed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from preserve.data_management.tables.catalogue import metadata

proceedings = Table(
    "proceedings",
    metadata,
    Column("number", Text, primary_key=True, comment="letter, year and running number: H2026-0001; requests have none"),
    Column("kind", Text, nullable=False, comment="request, hold, review, disposal or transfer"),
    Column("state", Text, nullable=False),
    Column("opened", Text, nullable=False),
    Column("about", Text, nullable=False, default="", comment="a hold's kind, a consumer's capacity, who proposed …"),
    Column("due", Text, nullable=False, default="", comment="of a request: the last day, a date"),
    Column("urgent", Boolean, nullable=False, default=False),
    Column("steps", Integer, nullable=False, comment="how many records it has in the store"),
    Column("sha256", Text, nullable=False, comment="digest of the last record"),
)
Index("proceedings_by_state", proceedings.c.kind, proceedings.c.state, proceedings.c.due)

proceeding_cases = Table(
    "proceeding_cases",
    metadata,
    Column("objid", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("place", Integer, nullable=False, default=0, comment="in the order in which they were named"),
)
Index("proceeding_cases_by_number", proceeding_cases.c.number)
