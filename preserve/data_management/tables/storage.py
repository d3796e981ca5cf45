"""Media, the copies on them, and the audits that read them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from preserve.data_management.tables.catalogue import metadata, partial_index

media = Table(
    "media",
    metadata,
    Column("id", Text, primary_key=True, comment="identity of the medium, as its marker file says"),
    Column("kind", Text, nullable=False, comment="directory, drive, optical or s3"),
    Column("label", Text, nullable=False),
    Column("location", Text, nullable=False, comment="where it is reached or kept"),
    Column("state", Text, nullable=False, comment="planned, in use, lost or retired"),
    Column("added", Text, nullable=False),
    Column("place", Text, nullable=False, default="", comment="building/shelf/box; the building comes first"),
    Column("custodian", Text, nullable=False, default="", comment="who answers for it"),
    Column("capacity", BigInteger, nullable=False, default=0, comment="bytes"),
    Column("checked", Text, comment="last time the medium was read or asked for its health"),
    Column("details", Text, nullable=False, default="{}", comment="what belongs to its kind, as JSON"),
)

copies = Table(
    "copies",
    metadata,
    Column("name", Text, primary_key=True, comment="folder of the bag: <objid>_v0001"),
    Column("medium", Text, ForeignKey("media.id"), primary_key=True),
    Column("objid", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False, comment="planned, written, verified, due, suspect, repaired, lost, retired"),
    Column("written", Text),
    Column("verified", Text, comment="last time every byte was read back and found equal"),
    Column("part", Integer, nullable=False, default=1, comment="which part of the package lies there"),
    Column("parts", Integer, nullable=False, default=1, comment="1: the whole package"),
    Column("set", Text, nullable=False, default="", comment="the media that together hold a divided package"),
)
Index("copies_by_objid", copies.c.objid, copies.c.version)
Index("copies_on_medium", copies.c.medium, copies.c.name, copies.c.state)
Index("copies_by_age", copies.c.medium, copies.c.verified, copies.c.state)
partial_index(
    "copies_in_trouble",
    copies.c.state,
    copies.c.medium,
    where=copies.c.state.in_(["planned", "written", "suspect", "lost"]),
)

audits = Table(
    "audits",
    metadata,
    Column("id", Text, primary_key=True, comment="ULID of the run"),
    Column("started", Text, nullable=False),
    Column("ended", Text, comment="null while it runs, or where it ended without a word"),
    Column("state", Text, nullable=False, comment="running, done, stopped or failed"),
    Column("reason", Text, nullable=False, default="", comment="why it stopped or failed"),
    Column("counts", Text, nullable=False, default="{}", comment="copies by outcome, and bytes, as JSON"),
    Column("records", Text, nullable=False, default="", comment="file of its records, below the server store"),
    Column("sha256", Text, nullable=False, default="", comment="digest of that file"),
)
