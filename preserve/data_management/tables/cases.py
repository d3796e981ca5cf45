"""Cases: what their packages say, what is searched for and counted, when they fall due, what was destroyed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from preserve.data_management.tables.catalogue import Big, metadata

cases = Table(
    "cases",
    metadata,
    Column("objid", Text, primary_key=True, comment="aip-<ulid>; never changes over versions"),
    Column("case_number", Text, nullable=False, unique=True, comment="案号"),
    Column("archival_number", Text, nullable=False, default="", comment="档号"),
    Column("title", Text, nullable=False),
    Column("case_type", Text, nullable=False, comment="name of the type of case in profiles/cases"),
    Column("cause", Text, nullable=False, default=""),
    Column("producer", Text, nullable=False),
    Column("classification", Text, nullable=False),
    Column("started", Text, comment="date"),
    Column("closed", Text, comment="date"),
    Column("long_term", Boolean, nullable=False, comment="regulation Art. 18 applies"),
    Column("description", Text, nullable=False, comment="the whole case description as JSON"),
)
Index("cases_by_archival_number", cases.c.archival_number)

findable = Table(
    "findable",
    metadata,
    Column(
        "number", Big, primary_key=True, autoincrement=False, comment="row in the index; grows with the day of closing"
    ),
    Column("objid", Text, ForeignKey("cases.objid"), nullable=False, unique=True),
    Column("head", LargeBinary, nullable=False, comment="what the description says: JSON of field, place, text; zlib"),
    Column("body", LargeBinary, nullable=False, comment="text of the documents, likewise"),
)

facets = Table(
    "facets",
    metadata,
    Column("kind", Text, primary_key=True, comment="party, officer, device, place, stage, date …"),
    Column("value", Text, primary_key=True, comment="folded as in the index"),
    Column("number", Big, primary_key=True, comment="of the case in `findable`"),
    Column("file", Text, primary_key=True, comment="the depositor's path, or empty: the whole case"),
    sqlite_with_rowid=False,
)
Index("facets_by_case", facets.c.number, facets.c.kind, facets.c.value)

versions = Table(
    "versions",
    metadata,
    Column("objid", Text, ForeignKey("cases.objid"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True, comment="folder of the bag: <objid>_v0001"),
    Column("created", Text, nullable=False),
    Column("files", Integer, nullable=False, comment="files in data/"),
    Column("size", BigInteger, nullable=False, comment="bytes in data/"),
    Column("manifest_sha256", Text, nullable=False, comment="digest of manifest-sha256.txt: stands for the whole"),
)
Index("versions_by_age", versions.c.created, versions.c.name)

files = Table(
    "files",
    metadata,
    Column("identifier", Text, primary_key=True, comment="PREMIS object identifier; the same over versions"),
    Column("objid", Text, ForeignKey("cases.objid"), nullable=False),
    Column("version", Integer, primary_key=True),
    Column("representation", Text, nullable=False, comment="original, preservation or access"),
    Column("path", Text, nullable=False, comment="below the representation's folder"),
    Column("original_name", Text, nullable=False, default=""),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("puid", Text),
    Column("format_name", Text, nullable=False),
    Column("format_version", Text, nullable=False, default=""),
    Column("properties", Text, nullable=False, default="{}", comment="significant properties as JSON"),
    Column("source", Text, comment="identifier of the object it was derived from"),
)
Index("files_by_version", files.c.objid, files.c.version)
Index("files_by_digest", files.c.sha256)
Index("files_by_format", files.c.puid)

events = Table(
    "events",
    metadata,
    Column("identifier", Text, primary_key=True, comment="PREMIS event identifier; the same over versions"),
    Column("objid", Text, ForeignKey("cases.objid"), nullable=False),
    Column("version", Integer, primary_key=True),
    Column("kind", Text, nullable=False, comment="LoC event type"),
    Column("happened", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Column("outcome_detail", Text, nullable=False, default=""),
)
Index("events_by_version", events.c.objid, events.c.version, events.c.happened)

formats = Table(
    "formats",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False, comment="63 bits of the SHA-256 of the rest"),
    Column("representation", Text, nullable=False),
    Column("puid", Text, nullable=False, comment="empty where no identifier names one"),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("traits", Text, nullable=False, comment="what rules of the formats profile ask for: codecs, encoding"),
    Column("derived", Text, nullable=False, comment="kinds of the copies made from such an original: ffv1+mp4"),
    Column("signatures", Text, nullable=False, comment="identifiers and signature versions that named it"),
)

version_formats = Table(
    "version_formats",
    metadata,
    Column("objid", Text, ForeignKey("cases.objid"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("format", BigInteger, primary_key=True),
    Column("files", Integer, nullable=False),
    Column("size", BigInteger, nullable=False, comment="bytes"),
    Column("pixels", BigInteger, nullable=False, comment="width times height times frames, where they are known"),
    sqlite_with_rowid=False,
)
Index(
    "version_formats_by_format",
    version_formats.c.format,
    version_formats.c.files,
    version_formats.c.size,
    version_formats.c.pixels,
)

sums = Table(
    "sums",
    metadata,
    Column("kind", Text, primary_key=True, comment="what is summed: format, kind, signatures, program, superseded"),
    Column("name", Text, primary_key=True, comment="which of them"),
    Column("cases", BigInteger, nullable=False, comment="whose newest version has it"),
    Column("files", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False, comment="bytes"),
    Column("pixels", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

retention = Table(
    "retention",
    metadata,
    Column("objid", Text, primary_key=True),
    Column("item", Text, primary_key=True, comment="empty: the whole case; else PREMIS identifier of a recording"),
    Column("facts", Text, nullable=False, comment="what the calculation rests on, as JSON"),
    Column("rule", Text, nullable=False, comment="name of the class that decided"),
    Column("computed", Text, nullable=False, comment="date, permanent or unknown, by the rules in force"),
    Column("decided", Text, nullable=False, default="", comment="date or permanent, by an approved appraisal"),
    Column("due", Text, comment="date from which it may be appraised; null: never"),
)
Index("retention_by_day", retention.c.due)
Index("retention_of_cases", retention.c.item, retention.c.objid)
Index("retention_by_outcome", retention.c.computed)

tombstones = Table(
    "tombstones",
    metadata,
    Column("objid", Text, primary_key=True),
    Column("item", Text, primary_key=True, comment="empty: the whole case; else PREMIS identifier of a recording"),
    Column("disposal", Text, nullable=False, comment="number of the disposal"),
    Column("state", Text, nullable=False, comment="begun or destroyed"),
    Column("since", Text, nullable=False),
    Column("sha256", Text, nullable=False, default="", comment="digest of the tombstone in the store"),
)
