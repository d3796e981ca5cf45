"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, and the full-text index (one Chinese character a token)."""
    op.create_table(
        "cases",
        sa.Column("objid", sa.Text(), nullable=False, comment="aip-<ulid>; never changes over versions"),
        sa.Column("case_number", sa.Text(), nullable=False, comment="案号"),
        sa.Column("archival_number", sa.Text(), nullable=False, comment="档号"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("case_type", sa.Text(), nullable=False, comment="penalty, coercion or inspection"),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("producer", sa.Text(), nullable=False),
        sa.Column("classification", sa.Text(), nullable=False),
        sa.Column("started", sa.Text(), nullable=True, comment="date"),
        sa.Column("closed", sa.Text(), nullable=True, comment="date"),
        sa.Column("long_term", sa.Boolean(), nullable=False, comment="regulation Art. 18 applies"),
        sa.Column("description", sa.Text(), nullable=False, comment="the whole case description as JSON"),
        sa.PrimaryKeyConstraint("objid"),
        sa.UniqueConstraint("case_number"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.Integer(), nullable=False, comment="number of entries it covers"),
        sa.Column("root", sa.LargeBinary(), nullable=False, comment="Merkle root over them"),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="the signed text"),
        sa.Column("signature", sa.LargeBinary(), nullable=False, comment="Ed25519 over the note"),
        sa.Column("key", sa.Text(), nullable=False, comment="SHA-256 of the public key"),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "ingests",
        sa.Column("id", sa.Text(), nullable=False, comment="ULID of the ingest"),
        sa.Column("objid", sa.Text(), nullable=False, comment="aip-<ulid>, given before the first byte is copied"),
        sa.Column("case_number", sa.Text(), nullable=False, comment="案号"),
        sa.Column("source", sa.Text(), nullable=False, comment="resolved path of the deposit"),
        sa.Column("source_kind", sa.Text(), nullable=False, comment="folder, zip, tar or bag"),
        sa.Column(
            "fingerprint", sa.Text(), nullable=False, comment="SHA-256 over names, sizes and times of the deposit"
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="running, waiting, refused, done or abandoned"),
        sa.Column("step", sa.Text(), nullable=False, comment="the step that is under way or was refused"),
        sa.Column("policy", sa.Text(), nullable=False, comment="formats policy: lossless or compact"),
        sa.Column("description", sa.Text(), nullable=False, comment="case description as JSON"),
        sa.Column("findings", sa.Text(), nullable=False, comment="all findings so far as JSON"),
        sa.Column("started", sa.Text(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column(
            "boot", sa.Text(), nullable=False, comment="boot id of the machine: another one means a power loss between"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("objid"),
    )
    op.create_index(
        "one_live_ingest_per_case",
        "ingests",
        ["case_number"],
        unique=True,
        sqlite_where=sa.text("state IN ('running', 'waiting', 'done')"),
        postgresql_where=sa.text("state IN ('running', 'waiting', 'done')"),
    )
    op.create_table(
        "ledger",
        sa.Column(
            "number", sa.Integer(), autoincrement=False, nullable=False, comment="position in the log, from 1, no holes"
        ),
        sa.Column(
            "entry",
            sa.Text(),
            nullable=False,
            comment="canonical JSON (RFC 8785): number, time, actor, action, subject, details",
        ),
        sa.Column(
            "leaf",
            sa.LargeBinary(),
            nullable=False,
            comment="RFC 9162 leaf hash of the entry: SHA-256 of 0x00 and its bytes",
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Text(), nullable=False, comment="identity of the medium, as its marker file says"),
        sa.Column("kind", sa.Text(), nullable=False, comment="directory, drive, optical or s3"),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False, comment="where it is reached or kept"),
        sa.Column("state", sa.Text(), nullable=False, comment="in use or retired"),
        sa.Column("added", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "copies",
        sa.Column("name", sa.Text(), nullable=False, comment="folder of the bag: <objid>_v0001"),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("objid", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="planned, written, verified, due, suspect, repaired, lost, retired",
        ),
        sa.Column("written", sa.Text(), nullable=True),
        sa.Column("verified", sa.Text(), nullable=True, comment="last time every byte was read back and found equal"),
        sa.ForeignKeyConstraint(["medium"], ["media.id"]),
        sa.PrimaryKeyConstraint("name", "medium"),
    )
    op.create_index("copies_by_objid", "copies", ["objid", "version"], unique=False)
    op.create_table(
        "events",
        sa.Column("identifier", sa.Text(), nullable=False, comment="PREMIS event identifier"),
        sa.Column("objid", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="LoC event type"),
        sa.Column("happened", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("outcome_detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["objid"], ["cases.objid"]),
        sa.PrimaryKeyConstraint("identifier"),
    )
    op.create_index("events_by_version", "events", ["objid", "version", "happened"], unique=False)
    op.create_table(
        "files",
        sa.Column("identifier", sa.Text(), nullable=False, comment="PREMIS object identifier"),
        sa.Column("objid", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("representation", sa.Text(), nullable=False, comment="original, preservation or access"),
        sa.Column("path", sa.Text(), nullable=False, comment="below the representation's folder"),
        sa.Column("original_name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("puid", sa.Text(), nullable=True),
        sa.Column("format_name", sa.Text(), nullable=False),
        sa.Column("format_version", sa.Text(), nullable=False),
        sa.Column("properties", sa.Text(), nullable=False, comment="significant properties as JSON"),
        sa.Column("source", sa.Text(), nullable=True, comment="identifier of the object it was derived from"),
        sa.ForeignKeyConstraint(["objid"], ["cases.objid"]),
        sa.PrimaryKeyConstraint("identifier"),
    )
    op.create_index("files_by_digest", "files", ["sha256"], unique=False)
    op.create_index("files_by_format", "files", ["puid"], unique=False)
    op.create_index("files_by_version", "files", ["objid", "version"], unique=False)
    op.create_table(
        "ingest_events",
        sa.Column("ingest", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False, comment="PREMIS event as JSON"),
        sa.ForeignKeyConstraint(["ingest"], ["ingests.id"]),
        sa.PrimaryKeyConstraint("ingest", "number"),
    )
    op.create_table(
        "ingest_files",
        sa.Column("ingest", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="position in the deposit, from 1"),
        sa.Column("path", sa.LargeBinary(), nullable=False, comment="the depositor's name, its own bytes"),
        sa.Column("stored", sa.Text(), nullable=False, comment="safe name below representations/original/data"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=True),
        sa.Column("copied", sa.Text(), nullable=True, comment="facts as JSON; null while the step is not done"),
        sa.Column("identified", sa.Text(), nullable=True),
        sa.Column("characterised", sa.Text(), nullable=True),
        sa.Column("normalised", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ingest"], ["ingests.id"]),
        sa.PrimaryKeyConstraint("ingest", "number"),
    )
    op.create_table(
        "versions",
        sa.Column("objid", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="folder of the bag: <objid>_v0001"),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False, comment="files in data/"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes in data/"),
        sa.Column(
            "manifest_sha256", sa.Text(), nullable=False, comment="digest of manifest-sha256.txt: stands for the whole"
        ),
        sa.ForeignKeyConstraint(["objid"], ["cases.objid"]),
        sa.PrimaryKeyConstraint("objid", "version"),
        sa.UniqueConstraint("name"),
    )
    op.execute(
        "CREATE VIRTUAL TABLE search USING fts5("
        "objid UNINDEXED, field UNINDEXED, place UNINDEXED, shown UNINDEXED, words, tokenize = 'unicode61')"
    )
