"""Every table of the catalogue, each column with its meaning. Times are RFC 3339 text in UTC."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()


# Columns that follow from the text of a ledger entry, which begins with its action and ends with its subject and its
# time: RFC 8785 puts the keys in order. They are taken out as text because SQLite lets no JSON function into a schema
# that it does not trust, and the catalogue's is not trusted: whoever can edit the file could put functions into it.
_ACTION = """substr(entry, 12, instr(substr(entry, 12), '"') - 1)"""
_BEFORE_SUBJECT = """'"number":' || number || ',"subject":"'"""
_SUBJECT_AT = f"instr(entry, {_BEFORE_SUBJECT}) + length({_BEFORE_SUBJECT})"
_AFTER_SUBJECT = len('","time":"2026-11-28T08:00:00Z"}')
_SUBJECT = (
    f"CASE WHEN instr(entry, {_BEFORE_SUBJECT}) > 0 THEN replace(replace(substr(entry, {_SUBJECT_AT}, "
    f"length(entry) - {_AFTER_SUBJECT} - ({_SUBJECT_AT}) + 1), '\\\"', '\"'), '\\\\', '\\') ELSE '' END"
)
_OPENINGS = "|request.opened|hold.added|disposal.proposed|transfer.prepared|"
_CASES_AT = """(instr(entry, '"cases":["') + 8)"""
_CASES = (
    f"CASE WHEN instr('{_OPENINGS}', '|' || {_ACTION} || '|') > 0 AND instr(entry, '\"cases\":[\"') > 0 "
    f"THEN substr(entry, {_CASES_AT}, instr(substr(entry, {_CASES_AT}), ']')) END"
)
LEDGER_COLUMNS = {"action": _ACTION, "subject": _SUBJECT, "cases": _CASES}
"""Column to expression: action and subject as in the entry; of one that opens a proceeding, its objids as JSON."""


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
Index(
    "one_live_ingest_per_case",
    ingests.c.case_number,
    unique=True,
    sqlite_where=ingests.c.state.in_(["running", "waiting", "done"]),
    postgresql_where=ingests.c.state.in_(["running", "waiting", "done"]),
)

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

findable = Table(
    "findable",
    metadata,
    Column(
        "number",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="row in the index; grows with the day of closing",
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
    Column("number", Integer, primary_key=True, comment="of the case in `findable`"),
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
Index("copies_by_age", copies.c.medium, copies.c.verified, copies.c.state)

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

ledger = Table(
    "ledger",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False, comment="position in the log, from 1, no holes"),
    Column(
        "entry",
        Text,
        nullable=False,
        comment="canonical JSON (RFC 8785): number, time, actor, action, subject, details",
    ),
    Column(
        "leaf", LargeBinary, nullable=False, comment="RFC 9162 leaf hash of the entry: SHA-256 of 0x00 and its bytes"
    ),
    # Generated by the database from the entry itself: nobody can change where an entry is found without changing it.
    *(Column(name, Text, Computed(made_of, persisted=False)) for name, made_of in LEDGER_COLUMNS.items()),
)
Index("ledger_by_subject", ledger.c.subject, ledger.c.action)
Index("ledger_by_action", ledger.c.action)
Index(
    "ledger_by_cases",
    ledger.c.cases,
    ledger.c.action,
    ledger.c.subject,
    sqlite_where=ledger.c.cases.is_not(None),
    postgresql_where=ledger.c.cases.is_not(None),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", Integer, primary_key=True, comment="number of entries it covers"),
    Column("root", LargeBinary, nullable=False, comment="Merkle root over them"),
    Column("made", Text, nullable=False),
    Column("note", Text, nullable=False, comment="the signed text"),
    Column("signature", LargeBinary, nullable=False, comment="Ed25519 over the note"),
    Column("key", Text, nullable=False, comment="SHA-256 of the public key"),
    Column("peaks", LargeBinary, comment="roots of the complete subtrees, to go on from; null: by an earlier release"),
    Column("first_entry", Integer, comment="where it closed a segment: the number that begins with; else null"),
)

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

proceedings = Table(
    "proceedings",
    metadata,
    Column("number", Text, primary_key=True, comment="letter, year and running number: H2026-0001; requests have none"),
    Column("kind", Text, nullable=False, comment="request, hold, review, disposal or transfer"),
    Column("state", Text, nullable=False),
    Column("opened", Text, nullable=False),
    Column("about", Text, nullable=False, default="", comment="a hold's kind, a consumer's capacity, who proposed …"),
    Column("due", Text, nullable=False, default="", comment="of a request: the last day, a date"),
    Column("urgent", Boolean, nullable=False, default=False),
    Column("steps", Integer, nullable=False, comment="how many records it has in the store"),
    Column("sha256", Text, nullable=False, comment="digest of the last record"),
)
Index("proceedings_by_state", proceedings.c.kind, proceedings.c.state, proceedings.c.due)

proceeding_cases = Table(
    "proceeding_cases",
    metadata,
    Column("objid", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("place", Integer, nullable=False, default=0, comment="in the order in which they were named"),
)
Index("proceeding_cases_by_number", proceeding_cases.c.number)

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
