"""Accounts, delegations, passwords and tokens."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table, Text

from preserve.data_management.tables.catalogue import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("name", Text, primary_key=True, comment="stands in every entry of the ledger"),
    Column("person", Text, nullable=False, comment="the official's name"),
    Column("roles", Text, nullable=False, comment="JSON list"),
    Column("os_user", Text, nullable=False, default="", comment="user of the operating system"),
    Column("state", Text, nullable=False, comment="active or suspended"),
    Column("added", Text, nullable=False),
)

delegations = Table(
    "delegations",
    metadata,
    Column("id", Text, primary_key=True, comment="ULID"),
    Column("head", Text, nullable=False),
    Column("deputy", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("ended", Text),
)

credentials = Table(
    "credentials",
    metadata,
    Column("account", Text, primary_key=True),
    Column("password", Text, nullable=False, comment="argon2"),
    Column("must_change", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Text),
)

tokens = Table(
    "tokens",
    metadata,
    Column("digest", Text, primary_key=True, comment="SHA-256 of the token"),
    Column("account", Text, nullable=False),
    Column("made", Text, nullable=False),
    Column("expires", Text, nullable=False),
)
