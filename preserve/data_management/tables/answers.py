"""Answers of the REST door, kept for a week, so that a call that is repeated is one deed."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from preserve.data_management.tables.catalogue import metadata

answers = Table(
    "answers",
    metadata,
    Column("account", Text, primary_key=True, comment="whose key it is"),
    Column("key", Text, primary_key=True, comment="Idempotency-Key, as it was sent"),
    Column("asked", Text, nullable=False, comment="SHA-256 of what was asked"),
    Column("made", Text, nullable=False),
    Column("answer", Text, comment="JSON; none while the deed is not done"),
    Index("answers_by_day", "made"),
)
