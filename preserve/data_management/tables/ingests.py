"""Work under way: ingests with their files, and versions that are being made in another format."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from preserve.data_management.tables.catalogue import metadata, partial_index

ingests = Table(
    "ingests",
    metadata,
    Column("id", Text, primary_key=True, comment="ULID of the ingest"),
    Column("objid", Text, nullable=False, unique=True, comment="aip-<ulid>, given before the first byte is copied"),
    Column("case_number", Text, nullable=False, comment="案号"),
    Column("source", Text, nullable=False, comment="resolved path of the deposit"),
    Column("source_kind", Text, nullable=False, comment="folder, zip, tar or bag"),
    Column("fingerprint", Text, nullable=False, comment="SHA-256 over names, sizes and times of the deposit"),
    Column("state", Text, nullable=False, comment="running, waiting, refused, done or abandoned"),
    Column("step", Text, nullable=False, comment="the step that is under way or was refused"),
    Column("policy", Text, nullable=False, comment="formats policy: lossless or compact"),
    Column("description", Text, nullable=False, comment="case description as JSON"),
    Column("findings", Text, nullable=False, default="[]", comment="all findings so far as JSON"),
    Column("started", Text, nullable=False),
    Column("ended", Text),
    Column("boot", Text, nullable=False, comment="boot id of the machine: another one means a power loss between"),
)
partial_index(
    "one_live_ingest_per_case",
    ingests.c.case_number,
    unique=True,
    where=ingests.c.state.in_(["running", "waiting", "done"]),
)
Index("ingests_by_number", ingests.c.case_number)
Index("ingests_by_state", ingests.c.state, ingests.c.started)

ingest_files = Table(
    "ingest_files",
    metadata,
    Column("ingest", Text, primary_key=True, comment="ULID of the ingest or of the re-preservation"),
    Column("number", Integer, primary_key=True, comment="position in the deposit, from 1"),
    Column("path", LargeBinary, nullable=False, comment="the depositor's name, its own bytes"),
    Column("stored", Text, nullable=False, comment="safe name below representations/original/data"),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger),
    Column("copied", Text, comment="facts as JSON; null while the step is not done"),
    Column("identified", Text),
    Column("characterised", Text),
    Column("normalised", Text),
)

# No longer written: PREMIS events are made from the files' facts when the package is described. The first versions had
# it, and an empty table is not worth a migration.
ingest_events = Table(
    "ingest_events",
    metadata,
    Column("ingest", Text, ForeignKey("ingests.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("event", Text, nullable=False, comment="PREMIS event as JSON"),
)

represervations = Table(
    "represervations",
    metadata,
    Column("id", Text, primary_key=True, comment="ULID"),
    Column("objid", Text, nullable=False),
    Column("version", Integer, nullable=False, comment="the version that is being made"),
    Column("policy", Text, nullable=False, comment="digest of the formats policy it follows"),
    Column("state", Text, nullable=False, comment="running, done, settled (nothing to change) or failed"),
    Column("step", Text, nullable=False),
    Column("started", Text, nullable=False),
    Column("ended", Text),
    Column("boot", Text, nullable=False, comment="boot id of the machine: another one means a power loss between"),
    Column("sealed", Text, nullable=False, default="", comment="SHA-256 of the sealed package's manifest"),
    Column("findings", Text, nullable=False, default="[]", comment="as JSON"),
)
Index("represervations_by_objid", represervations.c.objid, represervations.c.version)
