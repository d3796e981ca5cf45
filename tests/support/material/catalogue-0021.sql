-- The schema of release 0021 on PostgreSQL, as pg_dump told it of one that its own program had made.
CREATE SCHEMA preserve_old;

CREATE FUNCTION preserve_old.ledger_append(head text, tail text) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    place bigint;
    line text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(current_schema(), 8150));
    SELECT coalesce(max(l.number), 0) + 1 INTO place FROM ledger l;
    line := head || place || tail;
    INSERT INTO ledger (number, entry, leaf) VALUES (place, line, sha256('\x00'::bytea || convert_to(line, 'UTF8')));
    RETURN place;
END
$$;

CREATE FUNCTION preserve_old.search_partition(closed integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    part text := 'search_' || lpad(closed::text, 4, '0');
BEGIN
    IF to_regclass(part) IS NULL THEN
        EXECUTE format('CREATE TABLE %I (LIKE search INCLUDING ALL)', part);
        EXECUTE format('ALTER TABLE search ATTACH PARTITION %I FOR VALUES IN (%s)', part, closed);
    END IF;
END
$$;

CREATE TABLE preserve_old.accounts (
    name text NOT NULL,
    person text NOT NULL,
    roles text NOT NULL,
    os_user text NOT NULL,
    state text NOT NULL,
    added text NOT NULL,
    kind text DEFAULT 'person'::text NOT NULL
);

COMMENT ON COLUMN preserve_old.accounts.name IS 'stands in every entry of the ledger';

COMMENT ON COLUMN preserve_old.accounts.person IS 'the official''s name';

COMMENT ON COLUMN preserve_old.accounts.roles IS 'JSON list';

COMMENT ON COLUMN preserve_old.accounts.os_user IS 'user of the operating system';

COMMENT ON COLUMN preserve_old.accounts.state IS 'active or suspended';

COMMENT ON COLUMN preserve_old.accounts.kind IS 'person or program';

CREATE TABLE preserve_old.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE preserve_old.answers (
    account text NOT NULL,
    key text NOT NULL,
    asked text NOT NULL,
    made text NOT NULL,
    answer text
);

COMMENT ON COLUMN preserve_old.answers.account IS 'whose key it is';

COMMENT ON COLUMN preserve_old.answers.key IS 'Idempotency-Key, as it was sent';

COMMENT ON COLUMN preserve_old.answers.asked IS 'SHA-256 of what was asked';

COMMENT ON COLUMN preserve_old.answers.answer IS 'JSON; none while the deed is not done';

CREATE TABLE preserve_old.audits (
    id text NOT NULL,
    started text NOT NULL,
    ended text,
    state text NOT NULL,
    reason text NOT NULL,
    counts text NOT NULL,
    records text NOT NULL,
    sha256 text NOT NULL
);

COMMENT ON COLUMN preserve_old.audits.id IS 'ULID of the run';

COMMENT ON COLUMN preserve_old.audits.ended IS 'null while it runs, or where it ended without a word';

COMMENT ON COLUMN preserve_old.audits.state IS 'running, done, stopped or failed';

COMMENT ON COLUMN preserve_old.audits.reason IS 'why it stopped or failed';

COMMENT ON COLUMN preserve_old.audits.counts IS 'copies by outcome, and bytes, as JSON';

COMMENT ON COLUMN preserve_old.audits.records IS 'file of its records, below the server store';

COMMENT ON COLUMN preserve_old.audits.sha256 IS 'digest of that file';

CREATE TABLE preserve_old.cases (
    objid text NOT NULL,
    case_number text NOT NULL,
    archival_number text NOT NULL,
    title text NOT NULL,
    case_type text NOT NULL,
    cause text NOT NULL,
    producer text NOT NULL,
    classification text NOT NULL,
    started text,
    closed text,
    long_term boolean NOT NULL,
    description text NOT NULL
);

COMMENT ON COLUMN preserve_old.cases.objid IS 'aip-<ulid>; never changes over versions';

COMMENT ON COLUMN preserve_old.cases.case_number IS '案号';

COMMENT ON COLUMN preserve_old.cases.archival_number IS '档号';

COMMENT ON COLUMN preserve_old.cases.case_type IS 'name of the type of case in profiles/cases';

COMMENT ON COLUMN preserve_old.cases.started IS 'date';

COMMENT ON COLUMN preserve_old.cases.closed IS 'date';

COMMENT ON COLUMN preserve_old.cases.long_term IS 'regulation Art. 18 applies';

COMMENT ON COLUMN preserve_old.cases.description IS 'the whole case description as JSON';

CREATE TABLE preserve_old.checkpoints (
    size bigint NOT NULL,
    root bytea NOT NULL,
    made text NOT NULL,
    note text NOT NULL,
    signature bytea NOT NULL,
    key text NOT NULL,
    peaks bytea,
    first_entry bigint
);

COMMENT ON COLUMN preserve_old.checkpoints.size IS 'number of entries it covers';

COMMENT ON COLUMN preserve_old.checkpoints.root IS 'Merkle root over them';

COMMENT ON COLUMN preserve_old.checkpoints.note IS 'the signed text';

COMMENT ON COLUMN preserve_old.checkpoints.signature IS 'Ed25519 over the note';

COMMENT ON COLUMN preserve_old.checkpoints.key IS 'SHA-256 of the public key';

COMMENT ON COLUMN preserve_old.checkpoints.peaks IS 'roots of the complete subtrees, to go on from; null: by an earlier release';

COMMENT ON COLUMN preserve_old.checkpoints.first_entry IS 'where it closed a segment: the number that begins with; else null';

CREATE SEQUENCE preserve_old.checkpoints_size_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE preserve_old.checkpoints_size_seq OWNED BY preserve_old.checkpoints.size;

CREATE TABLE preserve_old.chosen_cases (
    account text NOT NULL,
    objid text NOT NULL
);

CREATE TABLE preserve_old.copies (
    name text NOT NULL,
    medium text NOT NULL,
    objid text NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    written text,
    verified text,
    part integer NOT NULL,
    parts integer NOT NULL,
    set text NOT NULL
);

COMMENT ON COLUMN preserve_old.copies.name IS 'folder of the bag: <objid>_v0001';

COMMENT ON COLUMN preserve_old.copies.state IS 'planned, written, verified, due, suspect, repaired, lost, retired';

COMMENT ON COLUMN preserve_old.copies.verified IS 'last time every byte was read back and found equal';

COMMENT ON COLUMN preserve_old.copies.part IS 'which part of the package lies there';

COMMENT ON COLUMN preserve_old.copies.parts IS '1: the whole package';

COMMENT ON COLUMN preserve_old.copies.set IS 'the media that together hold a divided package';

CREATE TABLE preserve_old.credentials (
    account text NOT NULL,
    password text NOT NULL,
    must_change boolean NOT NULL,
    failures integer NOT NULL,
    locked_until text
);

COMMENT ON COLUMN preserve_old.credentials.password IS 'argon2';

CREATE TABLE preserve_old.delegations (
    id text NOT NULL,
    head text NOT NULL,
    deputy text NOT NULL,
    since text NOT NULL,
    until text NOT NULL,
    reason text NOT NULL,
    ended text
);

COMMENT ON COLUMN preserve_old.delegations.id IS 'ULID';

CREATE TABLE preserve_old.events (
    identifier text NOT NULL,
    objid text NOT NULL,
    version integer NOT NULL,
    kind text NOT NULL,
    happened text NOT NULL,
    outcome text NOT NULL,
    detail text NOT NULL,
    outcome_detail text NOT NULL
);

COMMENT ON COLUMN preserve_old.events.identifier IS 'PREMIS event identifier; the same over versions';

COMMENT ON COLUMN preserve_old.events.kind IS 'LoC event type';

CREATE TABLE preserve_old.facets (
    kind text NOT NULL,
    value text NOT NULL,
    number bigint NOT NULL,
    file text NOT NULL
);

CREATE TABLE preserve_old.files (
    identifier text NOT NULL,
    objid text NOT NULL,
    version integer NOT NULL,
    representation text NOT NULL,
    path text NOT NULL,
    original_name text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    puid text,
    format_name text NOT NULL,
    format_version text NOT NULL,
    properties text NOT NULL,
    source text
);

COMMENT ON COLUMN preserve_old.files.identifier IS 'PREMIS object identifier; the same over versions';

COMMENT ON COLUMN preserve_old.files.representation IS 'original, preservation or access';

COMMENT ON COLUMN preserve_old.files.path IS 'below the representation''s folder';

COMMENT ON COLUMN preserve_old.files.properties IS 'significant properties as JSON';

COMMENT ON COLUMN preserve_old.files.source IS 'identifier of the object it was derived from';

CREATE TABLE preserve_old.findable (
    number bigint NOT NULL,
    objid text NOT NULL,
    head bytea NOT NULL,
    body bytea NOT NULL
);

COMMENT ON COLUMN preserve_old.findable.number IS 'row in the index; grows with the day of closing';

COMMENT ON COLUMN preserve_old.findable.head IS 'what the description says: JSON of field, place, text; zlib';

COMMENT ON COLUMN preserve_old.findable.body IS 'text of the documents, likewise';

CREATE TABLE preserve_old.formats (
    id bigint NOT NULL,
    representation text NOT NULL,
    puid text NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    traits text NOT NULL,
    derived text NOT NULL,
    signatures text NOT NULL
);

COMMENT ON COLUMN preserve_old.formats.id IS '63 bits of the SHA-256 of the rest';

COMMENT ON COLUMN preserve_old.formats.puid IS 'empty where no identifier names one';

COMMENT ON COLUMN preserve_old.formats.traits IS 'what rules of the formats profile ask for: codecs, encoding';

COMMENT ON COLUMN preserve_old.formats.derived IS 'kinds of the copies made from such an original: ffv1+mp4';

COMMENT ON COLUMN preserve_old.formats.signatures IS 'identifiers and signature versions that named it';

CREATE TABLE preserve_old.ingest_events (
    ingest text NOT NULL,
    number integer NOT NULL,
    event text NOT NULL
);

COMMENT ON COLUMN preserve_old.ingest_events.event IS 'PREMIS event as JSON';

CREATE TABLE preserve_old.ingest_files (
    ingest text NOT NULL,
    number integer NOT NULL,
    path bytea NOT NULL,
    stored text NOT NULL,
    size bigint NOT NULL,
    modified_ns bigint,
    copied text,
    identified text,
    characterised text,
    normalised text
);

COMMENT ON COLUMN preserve_old.ingest_files.ingest IS 'ULID of the ingest or of the re-preservation';

COMMENT ON COLUMN preserve_old.ingest_files.number IS 'position in the deposit, from 1';

COMMENT ON COLUMN preserve_old.ingest_files.path IS 'the depositor''s name, its own bytes';

COMMENT ON COLUMN preserve_old.ingest_files.stored IS 'safe name below representations/original/data';

COMMENT ON COLUMN preserve_old.ingest_files.copied IS 'facts as JSON; null while the step is not done';

CREATE TABLE preserve_old.ingests (
    id text NOT NULL,
    objid text NOT NULL,
    case_number text NOT NULL,
    source text NOT NULL,
    source_kind text NOT NULL,
    fingerprint text NOT NULL,
    state text NOT NULL,
    step text NOT NULL,
    policy text NOT NULL,
    description text NOT NULL,
    findings text NOT NULL,
    started text NOT NULL,
    ended text,
    boot text NOT NULL
);

COMMENT ON COLUMN preserve_old.ingests.id IS 'ULID of the ingest';

COMMENT ON COLUMN preserve_old.ingests.objid IS 'aip-<ulid>, given before the first byte is copied';

COMMENT ON COLUMN preserve_old.ingests.case_number IS '案号';

COMMENT ON COLUMN preserve_old.ingests.source IS 'resolved path of the deposit';

COMMENT ON COLUMN preserve_old.ingests.source_kind IS 'folder, zip, tar or bag';

COMMENT ON COLUMN preserve_old.ingests.fingerprint IS 'SHA-256 over names, sizes and times of the deposit';

COMMENT ON COLUMN preserve_old.ingests.state IS 'running, waiting, refused, done or abandoned';

COMMENT ON COLUMN preserve_old.ingests.step IS 'the step that is under way or was refused';

COMMENT ON COLUMN preserve_old.ingests.policy IS 'formats policy: lossless or compact';

COMMENT ON COLUMN preserve_old.ingests.description IS 'case description as JSON';

COMMENT ON COLUMN preserve_old.ingests.findings IS 'all findings so far as JSON';

COMMENT ON COLUMN preserve_old.ingests.boot IS 'boot id of the machine: another one means a power loss between';

CREATE TABLE preserve_old.jobs (
    id text NOT NULL,
    operation text NOT NULL,
    arguments text NOT NULL,
    subject text NOT NULL,
    account text NOT NULL,
    scopes text,
    key text NOT NULL,
    language text NOT NULL,
    lane text NOT NULL,
    place text NOT NULL,
    state text NOT NULL,
    attempt integer NOT NULL,
    resumed integer NOT NULL,
    asked text NOT NULL,
    started text,
    ended text,
    pid integer,
    boot text,
    result text,
    failure text
);

COMMENT ON COLUMN preserve_old.jobs.id IS 'ULID';

COMMENT ON COLUMN preserve_old.jobs.operation IS 'name of a declared operation';

COMMENT ON COLUMN preserve_old.jobs.arguments IS 'JSON object, canonical; without secrets';

COMMENT ON COLUMN preserve_old.jobs.subject IS 'a case, a number, a medium; or nothing';

COMMENT ON COLUMN preserve_old.jobs.account IS 'who asked';

COMMENT ON COLUMN preserve_old.jobs.scopes IS 'JSON list of the duties that the asker''s token was limited to; null: by none';

COMMENT ON COLUMN preserve_old.jobs.key IS 'idempotency key, unique for an account; or nothing';

COMMENT ON COLUMN preserve_old.jobs.language IS 'of who asked';

COMMENT ON COLUMN preserve_old.jobs.place IS 'what only one job of a lane may use at a time: a burner, a folder';

COMMENT ON COLUMN preserve_old.jobs.state IS 'queued running stopping stopped done refused failed lost';

COMMENT ON COLUMN preserve_old.jobs.attempt IS 'the fence: an earlier attempt writes nothing';

COMMENT ON COLUMN preserve_old.jobs.resumed IS 'how often it went on by itself after its process vanished';

COMMENT ON COLUMN preserve_old.jobs.pid IS 'of the worker that started the attempt, then of its child';

COMMENT ON COLUMN preserve_old.jobs.boot IS 'boot id of the machine then';

COMMENT ON COLUMN preserve_old.jobs.result IS 'JSON: the result''s document in each language';

COMMENT ON COLUMN preserve_old.jobs.failure IS 'JSON: status, code, where, values, findings';

CREATE TABLE preserve_old.known_addresses (
    account text NOT NULL,
    address text NOT NULL,
    used text NOT NULL,
    failures integer NOT NULL,
    locked_until text
);

COMMENT ON COLUMN preserve_old.known_addresses.used IS 'when the account logged in from there last';

CREATE TABLE preserve_old.ledger (
    number bigint NOT NULL,
    entry text NOT NULL,
    leaf bytea NOT NULL,
    action text GENERATED ALWAYS AS (split_part(substr(entry, 12), '"'::text, 1)) STORED,
    subject text GENERATED ALWAYS AS (
CASE
    WHEN (strpos(entry, (('"number":'::text || (number)::text) || ',"subject":"'::text)) > 0) THEN replace(replace(substr(entry, (strpos(entry, (('"number":'::text || (number)::text) || ',"subject":"'::text)) + length((('"number":'::text || (number)::text) || ',"subject":"'::text))), GREATEST((((length(entry) - 32) - (strpos(entry, (('"number":'::text || (number)::text) || ',"subject":"'::text)) + length((('"number":'::text || (number)::text) || ',"subject":"'::text)))) + 1), 0)), '\"'::text, '"'::text), '\\'::text, '\'::text)
    ELSE ''::text
END) STORED,
    cases text GENERATED ALWAYS AS (
CASE
    WHEN ((strpos('|request.opened|hold.added|disposal.proposed|transfer.prepared|'::text, (('|'::text || split_part(substr(entry, 12), '"'::text, 1)) || '|'::text)) > 0) AND (strpos(entry, '"cases":["'::text) > 0)) THEN substr(entry, (strpos(entry, '"cases":["'::text) + 8), strpos(substr(entry, (strpos(entry, '"cases":["'::text) + 8)), ']'::text))
    ELSE NULL::text
END) STORED
);

COMMENT ON COLUMN preserve_old.ledger.number IS 'position in the log, from 1, no holes';

COMMENT ON COLUMN preserve_old.ledger.entry IS 'canonical JSON (RFC 8785): number, time, actor, action, subject, details';

COMMENT ON COLUMN preserve_old.ledger.leaf IS 'RFC 9162 leaf hash of the entry: SHA-256 of 0x00 and its bytes';

CREATE TABLE preserve_old.login_tries (
    key text NOT NULL,
    since text NOT NULL,
    count integer NOT NULL,
    closed_until text,
    closings integer NOT NULL
);

COMMENT ON COLUMN preserve_old.login_tries.key IS 'an address, an account, or unknown accounts together';

COMMENT ON COLUMN preserve_old.login_tries.since IS 'when counting began';

COMMENT ON COLUMN preserve_old.login_tries.closings IS 'how often it was closed: each time for longer';

CREATE TABLE preserve_old.looks (
    number bigint NOT NULL,
    entry text NOT NULL,
    leaf bytea NOT NULL,
    action text GENERATED ALWAYS AS (split_part(substr(entry, 12), '"'::text, 1)) STORED,
    subject text GENERATED ALWAYS AS (
CASE
    WHEN (strpos(entry, (('"number":'::text || (number)::text) || ',"subject":"'::text)) > 0) THEN replace(replace(substr(entry, (strpos(entry, (('"number":'::text || (number)::text) || ',"subject":"'::text)) + length((('"number":'::text || (number)::text) || ',"subject":"'::text))), GREATEST((((length(entry) - 32) - (strpos(entry, (('"number":'::text || (number)::text) || ',"subject":"'::text)) + length((('"number":'::text || (number)::text) || ',"subject":"'::text)))) + 1), 0)), '\"'::text, '"'::text), '\\'::text, '\'::text)
    ELSE ''::text
END) STORED
);

COMMENT ON COLUMN preserve_old.looks.number IS 'position in the log, from 1, no holes';

COMMENT ON COLUMN preserve_old.looks.entry IS 'canonical JSON (RFC 8785): number, log, time, actor, action, subject, details';

COMMENT ON COLUMN preserve_old.looks.leaf IS 'RFC 9162 leaf hash of the look: SHA-256 of 0x00 and its bytes';

CREATE TABLE preserve_old.looks_checkpoint (
    size bigint NOT NULL,
    root bytea NOT NULL,
    made text NOT NULL,
    note text NOT NULL,
    signature bytea NOT NULL,
    key text NOT NULL,
    peaks bytea NOT NULL
);

COMMENT ON COLUMN preserve_old.looks_checkpoint.size IS 'number of looks it covers; there is no row but the newest';

COMMENT ON COLUMN preserve_old.looks_checkpoint.root IS 'Merkle root over them';

COMMENT ON COLUMN preserve_old.looks_checkpoint.note IS 'the signed text, whose origin names this log';

COMMENT ON COLUMN preserve_old.looks_checkpoint.signature IS 'Ed25519 over the note';

COMMENT ON COLUMN preserve_old.looks_checkpoint.key IS 'SHA-256 of the public key';

COMMENT ON COLUMN preserve_old.looks_checkpoint.peaks IS 'roots of the complete subtrees, to go on from';

CREATE SEQUENCE preserve_old.looks_checkpoint_size_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE preserve_old.looks_checkpoint_size_seq OWNED BY preserve_old.looks_checkpoint.size;

CREATE TABLE preserve_old.marks (
    number integer NOT NULL,
    account text NOT NULL,
    identifier text NOT NULL,
    at double precision NOT NULL,
    note text NOT NULL,
    made text NOT NULL
);

COMMENT ON COLUMN preserve_old.marks.identifier IS 'PREMIS object identifier of the original';

COMMENT ON COLUMN preserve_old.marks.at IS 'seconds from the recording''s start';

CREATE SEQUENCE preserve_old.marks_number_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE preserve_old.marks_number_seq OWNED BY preserve_old.marks.number;

CREATE TABLE preserve_old.media (
    id text NOT NULL,
    kind text NOT NULL,
    label text NOT NULL,
    location text NOT NULL,
    state text NOT NULL,
    added text NOT NULL,
    place text NOT NULL,
    custodian text NOT NULL,
    capacity bigint NOT NULL,
    checked text,
    details text NOT NULL
);

COMMENT ON COLUMN preserve_old.media.id IS 'identity of the medium, as its marker file says';

COMMENT ON COLUMN preserve_old.media.kind IS 'directory, drive, optical or s3';

COMMENT ON COLUMN preserve_old.media.location IS 'where it is reached or kept';

COMMENT ON COLUMN preserve_old.media.state IS 'planned, in use, lost or retired';

COMMENT ON COLUMN preserve_old.media.place IS 'building/shelf/box; the building comes first';

COMMENT ON COLUMN preserve_old.media.custodian IS 'who answers for it';

COMMENT ON COLUMN preserve_old.media.capacity IS 'bytes';

COMMENT ON COLUMN preserve_old.media.checked IS 'last time the medium was read or asked for its health';

COMMENT ON COLUMN preserve_old.media.details IS 'what belongs to its kind, as JSON';

CREATE TABLE preserve_old.preferences (
    account text NOT NULL,
    language text NOT NULL
);

CREATE TABLE preserve_old.proceeding_cases (
    objid text NOT NULL,
    number text NOT NULL,
    place integer NOT NULL
);

COMMENT ON COLUMN preserve_old.proceeding_cases.place IS 'in the order in which they were named';

CREATE TABLE preserve_old.proceedings (
    number text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    opened text NOT NULL,
    about text NOT NULL,
    due text NOT NULL,
    urgent boolean NOT NULL,
    steps integer NOT NULL,
    sha256 text NOT NULL
);

COMMENT ON COLUMN preserve_old.proceedings.number IS 'letter, year and running number: H2026-0001; requests have none';

COMMENT ON COLUMN preserve_old.proceedings.kind IS 'request, hold, review, disposal or transfer';

COMMENT ON COLUMN preserve_old.proceedings.about IS 'a hold''s kind, a consumer''s capacity, who proposed …';

COMMENT ON COLUMN preserve_old.proceedings.due IS 'of a request: the last day, a date';

COMMENT ON COLUMN preserve_old.proceedings.steps IS 'how many records it has in the store';

COMMENT ON COLUMN preserve_old.proceedings.sha256 IS 'digest of the last record';

CREATE TABLE preserve_old.represervations (
    id text NOT NULL,
    objid text NOT NULL,
    version integer NOT NULL,
    policy text NOT NULL,
    state text NOT NULL,
    step text NOT NULL,
    started text NOT NULL,
    ended text,
    boot text NOT NULL,
    sealed text NOT NULL,
    findings text NOT NULL
);

COMMENT ON COLUMN preserve_old.represervations.id IS 'ULID';

COMMENT ON COLUMN preserve_old.represervations.version IS 'the version that is being made';

COMMENT ON COLUMN preserve_old.represervations.policy IS 'digest of the formats policy it follows';

COMMENT ON COLUMN preserve_old.represervations.state IS 'running, done, settled (nothing to change) or failed';

COMMENT ON COLUMN preserve_old.represervations.boot IS 'boot id of the machine: another one means a power loss between';

COMMENT ON COLUMN preserve_old.represervations.sealed IS 'SHA-256 of the sealed package''s manifest';

COMMENT ON COLUMN preserve_old.represervations.findings IS 'as JSON';

CREATE TABLE preserve_old.retention (
    objid text NOT NULL,
    item text NOT NULL,
    facts text NOT NULL,
    rule text NOT NULL,
    computed text NOT NULL,
    decided text NOT NULL,
    due text
);

COMMENT ON COLUMN preserve_old.retention.item IS 'empty: the whole case; else PREMIS identifier of a recording';

COMMENT ON COLUMN preserve_old.retention.facts IS 'what the calculation rests on, as JSON';

COMMENT ON COLUMN preserve_old.retention.rule IS 'name of the class that decided';

COMMENT ON COLUMN preserve_old.retention.computed IS 'date, permanent or unknown, by the rules in force';

COMMENT ON COLUMN preserve_old.retention.decided IS 'date or permanent, by an approved appraisal';

COMMENT ON COLUMN preserve_old.retention.due IS 'date from which it may be appraised; null: never';

CREATE TABLE preserve_old.saved_searches (
    account text NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    made text NOT NULL
);

COMMENT ON COLUMN preserve_old.saved_searches.query IS 'words and filters as the address of the page has them';

CREATE TABLE preserve_old.search (
    closed integer NOT NULL,
    number bigint NOT NULL,
    part integer NOT NULL,
    in_head boolean NOT NULL,
    divided boolean NOT NULL,
    words tsvector NOT NULL
)
PARTITION BY LIST (closed);

CREATE TABLE preserve_old.second_factors (
    account text NOT NULL,
    secret text NOT NULL,
    confirmed boolean NOT NULL,
    step integer NOT NULL
);

COMMENT ON COLUMN preserve_old.second_factors.secret IS 'Base32 (RFC 4648), of one-time codes (RFC 6238)';

COMMENT ON COLUMN preserve_old.second_factors.confirmed IS 'whether a code of it was given once';

COMMENT ON COLUMN preserve_old.second_factors.step IS 'the step of the last code: none is taken twice';

CREATE TABLE preserve_old.security_keys (
    id text NOT NULL,
    account text NOT NULL,
    name text NOT NULL,
    host text NOT NULL,
    public_key text NOT NULL,
    added text NOT NULL,
    sign_count bigint NOT NULL,
    used text NOT NULL
);

COMMENT ON COLUMN preserve_old.security_keys.id IS 'base64url, as the key calls itself (WebAuthn credential ID)';

COMMENT ON COLUMN preserve_old.security_keys.name IS 'what its owner calls it';

COMMENT ON COLUMN preserve_old.security_keys.host IS 'the name of the archive that it answers for (relying party ID)';

COMMENT ON COLUMN preserve_old.security_keys.public_key IS 'base64url of a COSE key (RFC 9053)';

COMMENT ON COLUMN preserve_old.security_keys.sign_count IS 'as the key said last: a copy of it would fall behind';

COMMENT ON COLUMN preserve_old.security_keys.used IS 'when somebody logged in by it last; empty for never';

CREATE TABLE preserve_old.spent_proofs (
    proof text NOT NULL,
    attempt text NOT NULL,
    until text NOT NULL
);

COMMENT ON COLUMN preserve_old.spent_proofs.proof IS 'SHA-256 of a proof that the password was given again';

COMMENT ON COLUMN preserve_old.spent_proofs.attempt IS 'which attempt at the deed used it';

COMMENT ON COLUMN preserve_old.spent_proofs.until IS 'when it would have ended; the row goes after that';

CREATE TABLE preserve_old.sums (
    kind text NOT NULL,
    name text NOT NULL,
    cases bigint NOT NULL,
    files bigint NOT NULL,
    size bigint NOT NULL,
    pixels bigint NOT NULL
);

COMMENT ON COLUMN preserve_old.sums.kind IS 'what is summed: format, kind, signatures, program, superseded';

COMMENT ON COLUMN preserve_old.sums.name IS 'which of them';

COMMENT ON COLUMN preserve_old.sums.cases IS 'whose newest version has it';

COMMENT ON COLUMN preserve_old.sums.size IS 'bytes';

CREATE TABLE preserve_old.tiles (
    log text NOT NULL,
    level integer NOT NULL,
    place bigint NOT NULL,
    hashes bytea NOT NULL
);

COMMENT ON COLUMN preserve_old.tiles.log IS 'which log''s tree: `ledger`';

COMMENT ON COLUMN preserve_old.tiles.level IS '0: leaf hashes; 1: roots of 256 of them';

COMMENT ON COLUMN preserve_old.tiles.place IS 'which tile of the level, from 0';

COMMENT ON COLUMN preserve_old.tiles.hashes IS 'up to 256 hashes of 32 bytes (C2SP tlog-tiles)';

CREATE TABLE preserve_old.tokens (
    digest text NOT NULL,
    account text NOT NULL,
    made text NOT NULL,
    expires text NOT NULL,
    id text DEFAULT ''::text NOT NULL,
    kind text DEFAULT 'login'::text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    scopes text,
    address text DEFAULT ''::text NOT NULL,
    used text DEFAULT ''::text NOT NULL,
    idle integer
);

COMMENT ON COLUMN preserve_old.tokens.digest IS 'SHA-256 of the token';

COMMENT ON COLUMN preserve_old.tokens.id IS 'ULID: names it where it is listed or ended';

COMMENT ON COLUMN preserve_old.tokens.kind IS 'login, session, personal or program';

COMMENT ON COLUMN preserve_old.tokens.name IS 'what a person calls it';

COMMENT ON COLUMN preserve_old.tokens.scopes IS 'JSON list of duties; none: all that the account may do';

COMMENT ON COLUMN preserve_old.tokens.address IS 'where it was used last';

COMMENT ON COLUMN preserve_old.tokens.used IS 'when it was used last';

COMMENT ON COLUMN preserve_old.tokens.idle IS 'seconds without use after which it ends';

CREATE TABLE preserve_old.tombstones (
    objid text NOT NULL,
    item text NOT NULL,
    disposal text NOT NULL,
    state text NOT NULL,
    since text NOT NULL,
    sha256 text NOT NULL
);

COMMENT ON COLUMN preserve_old.tombstones.item IS 'empty: the whole case; else PREMIS identifier of a recording';

COMMENT ON COLUMN preserve_old.tombstones.disposal IS 'number of the disposal';

COMMENT ON COLUMN preserve_old.tombstones.state IS 'begun or destroyed';

COMMENT ON COLUMN preserve_old.tombstones.sha256 IS 'digest of the tombstone in the store';

CREATE TABLE preserve_old.version_formats (
    objid text NOT NULL,
    version integer NOT NULL,
    format bigint NOT NULL,
    files integer NOT NULL,
    size bigint NOT NULL,
    pixels bigint NOT NULL
);

COMMENT ON COLUMN preserve_old.version_formats.size IS 'bytes';

COMMENT ON COLUMN preserve_old.version_formats.pixels IS 'width times height times frames, where they are known';

CREATE TABLE preserve_old.versions (
    objid text NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    created text NOT NULL,
    files integer NOT NULL,
    size bigint NOT NULL,
    manifest_sha256 text NOT NULL
);

COMMENT ON COLUMN preserve_old.versions.name IS 'folder of the bag: <objid>_v0001';

COMMENT ON COLUMN preserve_old.versions.files IS 'files in data/';

COMMENT ON COLUMN preserve_old.versions.size IS 'bytes in data/';

COMMENT ON COLUMN preserve_old.versions.manifest_sha256 IS 'digest of manifest-sha256.txt: stands for the whole';

ALTER TABLE ONLY preserve_old.checkpoints ALTER COLUMN size SET DEFAULT nextval('preserve_old.checkpoints_size_seq'::regclass);

ALTER TABLE ONLY preserve_old.looks_checkpoint ALTER COLUMN size SET DEFAULT nextval('preserve_old.looks_checkpoint_size_seq'::regclass);

ALTER TABLE ONLY preserve_old.marks ALTER COLUMN number SET DEFAULT nextval('preserve_old.marks_number_seq'::regclass);

ALTER TABLE ONLY preserve_old.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (name);

ALTER TABLE ONLY preserve_old.alembic_version
    ADD CONSTRAINT alembic_version_pkey PRIMARY KEY (version_num);

ALTER TABLE ONLY preserve_old.answers
    ADD CONSTRAINT answers_pkey PRIMARY KEY (account, key);

ALTER TABLE ONLY preserve_old.audits
    ADD CONSTRAINT audits_pkey PRIMARY KEY (id);

ALTER TABLE ONLY preserve_old.cases
    ADD CONSTRAINT cases_case_number_key UNIQUE (case_number);

ALTER TABLE ONLY preserve_old.cases
    ADD CONSTRAINT cases_pkey PRIMARY KEY (objid);

ALTER TABLE ONLY preserve_old.checkpoints
    ADD CONSTRAINT checkpoints_pkey PRIMARY KEY (size);

ALTER TABLE ONLY preserve_old.chosen_cases
    ADD CONSTRAINT chosen_cases_pkey PRIMARY KEY (account, objid);

ALTER TABLE ONLY preserve_old.copies
    ADD CONSTRAINT copies_pkey PRIMARY KEY (name, medium);

ALTER TABLE ONLY preserve_old.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (account);

ALTER TABLE ONLY preserve_old.delegations
    ADD CONSTRAINT delegations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY preserve_old.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (identifier, version);

ALTER TABLE ONLY preserve_old.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (identifier, version);

ALTER TABLE ONLY preserve_old.findable
    ADD CONSTRAINT findable_objid_key UNIQUE (objid);

ALTER TABLE ONLY preserve_old.findable
    ADD CONSTRAINT findable_pkey PRIMARY KEY (number);

ALTER TABLE ONLY preserve_old.formats
    ADD CONSTRAINT formats_pkey PRIMARY KEY (id);

ALTER TABLE ONLY preserve_old.ingest_events
    ADD CONSTRAINT ingest_events_pkey PRIMARY KEY (ingest, number);

ALTER TABLE ONLY preserve_old.ingest_files
    ADD CONSTRAINT ingest_files_pkey PRIMARY KEY (ingest, number);

ALTER TABLE ONLY preserve_old.ingests
    ADD CONSTRAINT ingests_objid_key UNIQUE (objid);

ALTER TABLE ONLY preserve_old.ingests
    ADD CONSTRAINT ingests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY preserve_old.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY preserve_old.known_addresses
    ADD CONSTRAINT known_addresses_pkey PRIMARY KEY (account, address);

ALTER TABLE ONLY preserve_old.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (number);

ALTER TABLE ONLY preserve_old.login_tries
    ADD CONSTRAINT login_tries_pkey PRIMARY KEY (key);

ALTER TABLE ONLY preserve_old.looks_checkpoint
    ADD CONSTRAINT looks_checkpoint_pkey PRIMARY KEY (size);

ALTER TABLE ONLY preserve_old.looks
    ADD CONSTRAINT looks_pkey PRIMARY KEY (number);

ALTER TABLE ONLY preserve_old.marks
    ADD CONSTRAINT marks_pkey PRIMARY KEY (number);

ALTER TABLE ONLY preserve_old.media
    ADD CONSTRAINT media_pkey PRIMARY KEY (id);

ALTER TABLE ONLY preserve_old.preferences
    ADD CONSTRAINT preferences_pkey PRIMARY KEY (account);

ALTER TABLE ONLY preserve_old.proceeding_cases
    ADD CONSTRAINT proceeding_cases_pkey PRIMARY KEY (objid, number);

ALTER TABLE ONLY preserve_old.proceedings
    ADD CONSTRAINT proceedings_pkey PRIMARY KEY (number);

ALTER TABLE ONLY preserve_old.represervations
    ADD CONSTRAINT represervations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY preserve_old.retention
    ADD CONSTRAINT retention_pkey PRIMARY KEY (objid, item);

ALTER TABLE ONLY preserve_old.saved_searches
    ADD CONSTRAINT saved_searches_pkey PRIMARY KEY (account, name);

ALTER TABLE ONLY preserve_old.second_factors
    ADD CONSTRAINT second_factors_pkey PRIMARY KEY (account);

ALTER TABLE ONLY preserve_old.security_keys
    ADD CONSTRAINT security_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY preserve_old.spent_proofs
    ADD CONSTRAINT spent_proofs_pkey PRIMARY KEY (proof);

ALTER TABLE ONLY preserve_old.sums
    ADD CONSTRAINT sums_pkey PRIMARY KEY (kind, name);

ALTER TABLE ONLY preserve_old.tiles
    ADD CONSTRAINT tiles_pkey PRIMARY KEY (log, level, place);

ALTER TABLE ONLY preserve_old.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY preserve_old.tombstones
    ADD CONSTRAINT tombstones_pkey PRIMARY KEY (objid, item);

ALTER TABLE ONLY preserve_old.version_formats
    ADD CONSTRAINT version_formats_pkey PRIMARY KEY (objid, version, format);

ALTER TABLE ONLY preserve_old.versions
    ADD CONSTRAINT versions_name_key UNIQUE (name);

ALTER TABLE ONLY preserve_old.versions
    ADD CONSTRAINT versions_pkey PRIMARY KEY (objid, version);

CREATE INDEX answers_by_day ON preserve_old.answers USING btree (made);

CREATE INDEX cases_by_archival_number ON preserve_old.cases USING btree (archival_number);

CREATE INDEX checkpoints_by_segment ON preserve_old.checkpoints USING btree (size, first_entry) WHERE (first_entry IS NOT NULL);

CREATE INDEX copies_by_age ON preserve_old.copies USING btree (medium, verified, state);

CREATE INDEX copies_by_objid ON preserve_old.copies USING btree (objid, version);

CREATE INDEX copies_on_medium ON preserve_old.copies USING btree (medium, name, state);

CREATE INDEX events_by_version ON preserve_old.events USING btree (objid, version, happened);

CREATE INDEX facets_by_day ON preserve_old.facets USING btree (value, number) WHERE (kind = 'date'::text);

CREATE UNIQUE INDEX facets_once ON preserve_old.facets USING btree (number, kind, file, hashtextextended(value, (0)::bigint), hashtextextended(value, (1)::bigint));

CREATE INDEX files_by_digest ON preserve_old.files USING btree (sha256);

CREATE INDEX files_by_format ON preserve_old.files USING btree (puid);

CREATE INDEX files_by_version ON preserve_old.files USING btree (objid, version);

CREATE INDEX ingests_by_number ON preserve_old.ingests USING btree (case_number);

CREATE INDEX ingests_by_state ON preserve_old.ingests USING btree (state, started);

CREATE INDEX jobs_by_account ON preserve_old.jobs USING btree (account, id);

CREATE UNIQUE INDEX jobs_by_key ON preserve_old.jobs USING btree (account, key) WHERE (key <> ''::text);

CREATE INDEX jobs_by_state ON preserve_old.jobs USING btree (state, id);

CREATE INDEX ledger_by_action ON preserve_old.ledger USING btree (action);

CREATE INDEX ledger_by_cases ON preserve_old.ledger USING btree (number) WHERE (cases IS NOT NULL);

CREATE INDEX ledger_by_subject ON preserve_old.ledger USING btree (subject, action);

CREATE INDEX looks_by_action ON preserve_old.looks USING btree (action);

CREATE INDEX looks_by_subject ON preserve_old.looks USING btree (subject, action);

CREATE INDEX marks_of_reader ON preserve_old.marks USING btree (account, identifier, at);

CREATE UNIQUE INDEX one_live_ingest_per_case ON preserve_old.ingests USING btree (case_number) WHERE (state = ANY (ARRAY['running'::text, 'waiting'::text, 'done'::text]));

CREATE INDEX proceeding_cases_by_number ON preserve_old.proceeding_cases USING btree (number);

CREATE INDEX proceedings_by_state ON preserve_old.proceedings USING btree (kind, state, due);

CREATE INDEX represervations_by_objid ON preserve_old.represervations USING btree (objid, version);

CREATE INDEX retention_by_day ON preserve_old.retention USING btree (due);

CREATE INDEX retention_by_outcome ON preserve_old.retention USING btree (computed);

CREATE INDEX retention_of_cases ON preserve_old.retention USING btree (item, objid);

CREATE INDEX search_head ON ONLY preserve_old.search USING gin (words) WITH (fastupdate=off) WHERE in_head;

CREATE INDEX search_numbers ON ONLY preserve_old.search USING btree (number);

CREATE INDEX search_whole ON ONLY preserve_old.search USING gin (words) WITH (fastupdate=off) WHERE (NOT in_head);

CREATE INDEX security_keys_by_account ON preserve_old.security_keys USING btree (account);

CREATE INDEX version_formats_by_format ON preserve_old.version_formats USING btree (format, files, size, pixels);

CREATE INDEX versions_by_age ON preserve_old.versions USING btree (created, name);

ALTER TABLE ONLY preserve_old.copies
    ADD CONSTRAINT copies_medium_fkey FOREIGN KEY (medium) REFERENCES preserve_old.media(id);

ALTER TABLE ONLY preserve_old.events
    ADD CONSTRAINT events_objid_fkey FOREIGN KEY (objid) REFERENCES preserve_old.cases(objid);

ALTER TABLE ONLY preserve_old.files
    ADD CONSTRAINT files_objid_fkey FOREIGN KEY (objid) REFERENCES preserve_old.cases(objid);

ALTER TABLE ONLY preserve_old.findable
    ADD CONSTRAINT findable_objid_fkey FOREIGN KEY (objid) REFERENCES preserve_old.cases(objid);

ALTER TABLE ONLY preserve_old.ingest_events
    ADD CONSTRAINT ingest_events_ingest_fkey FOREIGN KEY (ingest) REFERENCES preserve_old.ingests(id);

ALTER TABLE ONLY preserve_old.version_formats
    ADD CONSTRAINT version_formats_objid_fkey FOREIGN KEY (objid) REFERENCES preserve_old.cases(objid);

ALTER TABLE ONLY preserve_old.versions
    ADD CONSTRAINT versions_objid_fkey FOREIGN KEY (objid) REFERENCES preserve_old.cases(objid);
