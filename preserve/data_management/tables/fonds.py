"""The register of fonds (全宗), the archival numbers (档号) that were given, and which fonds each case is filed in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from preserve.data_management.tables.catalogue import metadata

fonds = Table(
    "fonds",
    metadata,
    Column("code", Text, primary_key=True, comment="our own name for it; never used again"),
    Column("number", Text, nullable=False, comment="全宗号; empty until the receiving archive gives it"),
    Column("name", Text, nullable=False, comment="立档单位"),
    Column("since", Text, nullable=False, comment="date; empty: not known"),
    Column("until", Text, nullable=False, comment="date of its last case; empty: open"),
    Column("quota", BigInteger, nullable=False, comment="bytes that its packages may take; 0: no bound"),
    Column("entered", Text, nullable=False),
)

archival_numbers = Table(
    "archival_numbers",
    metadata,
    Column("fonds", Text, primary_key=True),
    Column("local", Text, primary_key=True, comment="档号 without 全宗号"),
    Column("series", Text, nullable=False, comment="what it is counted in: the number with its sequence left out"),
    Column("sequence", Integer, nullable=False, comment="案卷号; 0 where the rules do not tell it"),
    Column("objid", Text, nullable=False, comment="the case that has it or had it"),
)
Index("archival_numbers_in_sequence", archival_numbers.c.fonds, archival_numbers.c.series, archival_numbers.c.sequence)

filings = Table(
    "filings",
    metadata,
    Column("objid", Text, primary_key=True),
    Column("fonds", Text, nullable=False),
    Column("local", Text, nullable=False, comment="empty: it has no number in this fonds"),
    Column("how", Text, nullable=False, comment="given by the archive, or described by the depositor"),
)
Index("filings_by_number", filings.c.fonds, filings.c.local)
