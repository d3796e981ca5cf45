"""Later versions of a package hold the same objects; formats are counted; re-preservations have a journal."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_FILES = (
    "identifier",
    "objid",
    "version",
    "representation",
    "path",
    "original_name",
    "size",
    "sha256",
    "puid",
    "format_name",
    "format_version",
    "properties",
    "source",
)
_EVENTS = ("identifier", "objid", "version", "kind", "happened", "outcome", "detail", "outcome_detail")
_JOURNAL = (
    "ingest",
    "number",
    "path",
    "stored",
    "size",
    "modified_ns",
    "copied",
    "identified",
    "characterised",
    "normalised",
)


def upgrade() -> None:
    """Children of `cases` and `ingests` are made again with wider keys; nothing refers to them."""
    for index in ("files_by_digest", "files_by_format", "files_by_version"):
        op.drop_index(index, "files")
    op.drop_index("events_by_version", "events")
    for name in ("files", "events", "ingest_files"):
        op.rename_table(name, f"old_{name}")
    op.create_table(
        "files",
        sa.Column(
            "identifier", sa.Text(), primary_key=True, comment="PREMIS object identifier; the same over versions"
        ),
        sa.Column("objid", sa.Text(), sa.ForeignKey("cases.objid"), nullable=False),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("representation", sa.Text(), nullable=False, comment="original, preservation or access"),
        sa.Column("path", sa.Text(), nullable=False, comment="below the representation's folder"),
        sa.Column("original_name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("puid", sa.Text()),
        sa.Column("format_name", sa.Text(), nullable=False),
        sa.Column("format_version", sa.Text(), nullable=False),
        sa.Column("properties", sa.Text(), nullable=False, comment="significant properties as JSON"),
        sa.Column("source", sa.Text(), comment="identifier of the object it was derived from"),
    )
    op.create_table(
        "events",
        sa.Column("identifier", sa.Text(), primary_key=True, comment="PREMIS event identifier; the same over versions"),
        sa.Column("objid", sa.Text(), sa.ForeignKey("cases.objid"), nullable=False),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False, comment="LoC event type"),
        sa.Column("happened", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("outcome_detail", sa.Text(), nullable=False),
    )
    op.create_table(
        "ingest_files",
        sa.Column("ingest", sa.Text(), primary_key=True, comment="ULID of the ingest or of the re-preservation"),
        sa.Column("number", sa.Integer(), primary_key=True, comment="position in the deposit, from 1"),
        sa.Column("path", sa.LargeBinary(), nullable=False, comment="the depositor's name, its own bytes"),
        sa.Column("stored", sa.Text(), nullable=False, comment="safe name below representations/original/data"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger()),
        sa.Column("copied", sa.Text(), comment="facts as JSON; null while the step is not done"),
        sa.Column("identified", sa.Text()),
        sa.Column("characterised", sa.Text()),
        sa.Column("normalised", sa.Text()),
    )
    for name, columns in (("files", _FILES), ("events", _EVENTS), ("ingest_files", _JOURNAL)):
        listed = ", ".join(columns)
        op.execute(f"INSERT INTO {name} ({listed}) SELECT {listed} FROM old_{name}")
        op.drop_table(f"old_{name}")
    op.create_index("files_by_version", "files", ["objid", "version"])
    op.create_index("files_by_digest", "files", ["sha256"])
    op.create_index("files_by_format", "files", ["puid"])
    op.create_index("events_by_version", "events", ["objid", "version", "happened"])
    op.create_table(
        "formats",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False, comment="of the SHA-256 of the rest"),
        sa.Column("representation", sa.Text(), nullable=False),
        sa.Column("puid", sa.Text(), nullable=False, comment="empty where no identifier names one"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("traits", sa.Text(), nullable=False, comment="what rules of the formats profile ask for"),
        sa.Column("derived", sa.Text(), nullable=False, comment="kinds of the copies made from such an original"),
        sa.Column("signatures", sa.Text(), nullable=False, comment="identifiers and signature versions"),
    )
    op.create_table(
        "version_formats",
        sa.Column("objid", sa.Text(), sa.ForeignKey("cases.objid"), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("format", sa.BigInteger(), primary_key=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.Column("pixels", sa.BigInteger(), nullable=False, comment="width times height times frames"),
        sqlite_with_rowid=False,
    )
    op.create_index("version_formats_by_format", "version_formats", ["format", "files", "size", "pixels"])
    op.create_table(
        "represervations",
        sa.Column("id", sa.Text(), primary_key=True, comment="ULID"),
        sa.Column("objid", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="the version that is being made"),
        sa.Column("policy", sa.Text(), nullable=False, comment="digest of the formats policy it follows"),
        sa.Column("state", sa.Text(), nullable=False, comment="running, done, settled or failed"),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("started", sa.Text(), nullable=False),
        sa.Column("ended", sa.Text()),
        sa.Column("boot", sa.Text(), nullable=False, comment="boot id of the machine"),
        sa.Column("sealed", sa.Text(), nullable=False, comment="SHA-256 of the sealed package's manifest"),
        sa.Column("findings", sa.Text(), nullable=False, comment="as JSON"),
    )
    op.create_index("represervations_by_objid", "represervations", ["objid", "version"])
    _count_formats()


def _count_formats() -> None:
    """Fill the counts from the files that are there; which signatures named them only their packages tell."""
    from preserve.data_management import formats_index

    connection = op.get_bind()
    for objid, version in connection.exec_driver_sql("SELECT objid, version FROM versions").all():
        formats_index.count_again(connection, objid, version)
