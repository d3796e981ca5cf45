"""Recordings that no case names yet: an index over the files of `pool/` in the store, which the ledger names."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from preserve.data_management.tables.catalogue import metadata

pool = Table(
    "pool",
    metadata,
    Column("id", Text, primary_key=True, comment="rec- and the first 26 digits of its SHA-256"),
    Column("sha256", Text, nullable=False, unique=True),
    Column("size", BigInteger, nullable=False, comment="bytes"),
    Column("name", Text, nullable=False, comment="its file name at the station, as people read it"),
    Column("file", Text, nullable=False, comment="where it lies, below the store's folder"),
    Column("taken", Text, nullable=False, comment="when the recording began; empty: nothing says so"),
    Column("taken_from", Text, nullable=False, comment="what says so: container, file-name, side-file, folder"),
    Column("due", Text, nullable=False, comment="date from which it goes to appraisal where nobody claims it"),
    Column("kind", Text, nullable=False, comment="video, sound, image …"),
    Column("device", Text, nullable=False),
    Column("officer", Text, nullable=False, comment="the officer's number"),
    Column("officer_name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("case_number", Text, nullable=False, comment="as a side file says; not held against anything"),
    Column("record", Text, nullable=False, comment="SHA-256 of the record beside it, which holds everything known"),
    Column("collected", Text, nullable=False),
    Column("account", Text, nullable=False, comment="who had it collected"),
    Column("state", Text, nullable=False, comment="waiting, claimed, in-case, cleared"),
    Column("deposit", Text, nullable=False, comment="the deposit that it was claimed for"),
    Column("objid", Text, nullable=False, comment="the case that holds it"),
    Column("changed", Text, nullable=False, comment="when its state last changed"),
)
Index("pool_by_state", pool.c.state, pool.c.taken, pool.c.id)
Index("pool_by_deposit", pool.c.deposit)

pool_places = Table(
    "pool_places",
    metadata,
    Column(
        "key", Text, primary_key=True, comment="digest of folder, path, bytes and time: by it a file is known again"
    ),
    Column("recording", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("path", Text, nullable=False, comment="in the station's folder, as people read it"),
    Column("seen", Text, nullable=False, comment="when it was first seen there"),
)
Index("pool_places_of", pool_places.c.recording)
