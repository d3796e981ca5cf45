-- What the role that serves and works may do: everything but rewrite what was written down.
-- Run as the owner of the schema, once, and again after each upgrade of the schema or rebuild of the catalogue:
--   psql -d preserve -v schema=preserve_… -v worker=preserve_worker -f worker.sql
-- The role itself is made by the server's administrator: CREATE ROLE preserve_worker LOGIN PASSWORD '…';
-- Schema changes, `catalogue rebuild` and `catalogue move` are the owner's.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL search_path = :"schema";

-- The years by which cases are found: all that a description takes, and 1949 for a case of which nobody knows when it
-- was closed. The owner makes them ahead, for who works may not make tables.
SELECT count(search_partition(closed)) FROM generate_series(1949, 2100) AS closed;

REVOKE ALL ON SCHEMA :"schema" FROM PUBLIC, :"worker";
GRANT USAGE ON SCHEMA :"schema" TO :"worker";
REVOKE ALL ON ALL TABLES IN SCHEMA :"schema" FROM PUBLIC, :"worker";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :"schema" TO :"worker";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA :"schema" TO :"worker";

-- Both logs only grow. A checkpoint is never taken back; that it closed a segment is noted in it later.
REVOKE UPDATE, DELETE ON ledger, looks FROM :"worker";
REVOKE UPDATE, DELETE ON checkpoints FROM :"worker";
GRANT UPDATE (first_entry) ON checkpoints TO :"worker";
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM :"worker";

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA :"schema" FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_append(text, text), search_partition(integer) TO :"worker";

-- What carries jobs to the workers (Procrastinate) lies beside it, in a schema of its own.
\set work :schema _work
REVOKE ALL ON SCHEMA :"work" FROM PUBLIC, :"worker";
GRANT USAGE ON SCHEMA :"work" TO :"worker";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :"work" TO :"worker";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA :"work" TO :"worker";
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA :"work" TO :"worker";
COMMIT;
