"""What machines read in cases: an index over the files of `readings/` in the store, which the ledger names."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table, Text

from preserve.data_management.tables.catalogue import metadata

readings = Table(
    "readings",
    metadata,
    Column("objid", Text, ForeignKey("cases.objid"), primary_key=True),
    Column("number", Integer, primary_key=True, comment="counted within the case, over those that were forgotten too"),
    Column("version", Integer, nullable=False, comment="of the package that was read"),
    Column("made", Text, nullable=False),
    Column("account", Text, nullable=False, comment="who had it read"),
    Column("size", BigInteger, nullable=False, comment="bytes of the file"),
    Column("sha256", Text, nullable=False, comment="of the file"),
)

machine_read = Table(
    "machine_read",
    metadata,
    Column("objid", Text, ForeignKey("cases.objid"), primary_key=True),
    Column("file", Text, primary_key=True, comment="the depositor's name of it, as people read it"),
    Column("what", Text, primary_key=True, comment="what it was read for: ocr, speech …"),
    Column("reading", Integer, nullable=False, comment="the newest that has it"),
    Column("sha256", Text, nullable=False, comment="of the file that was read"),
    Column("engine", Text, nullable=False, comment="program with its version, model, SHA-256 of its files; as JSON"),
    Column("records", Integer, nullable=False, comment="how many it found: pages, moments, places"),
    Column("unread", Integer, nullable=False, comment="how many pages it could not read; 1 for a whole file"),
    Column("code", Text, nullable=False, comment="why the file was not read; empty where it was"),
)

machine_texts = Table(
    "machine_texts",
    metadata,
    Column("objid", Text, ForeignKey("cases.objid"), primary_key=True),
    Column("passages", LargeBinary, nullable=False, comment="packed; each names its file and its page"),
)
