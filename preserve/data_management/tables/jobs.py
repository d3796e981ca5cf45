"""Long work that somebody asked for: what, by whom, how far, and how it ended."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text, text

from preserve.data_management.tables.catalogue import metadata, partial_index

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True, comment="ULID"),
    Column("operation", Text, nullable=False, comment="name of a declared operation"),
    Column("arguments", Text, nullable=False, comment="JSON object, canonical; without secrets"),
    Column("subject", Text, nullable=False, comment="a case, a number, a medium; or nothing"),
    Column("account", Text, nullable=False, comment="who asked"),
    Column("scopes", Text, comment="JSON list of the duties that the asker's token was limited to; null: by none"),
    Column("key", Text, nullable=False, comment="idempotency key, unique for an account; or nothing"),
    Column("language", Text, nullable=False, comment="of who asked"),
    Column("lane", Text, nullable=False),
    Column("place", Text, nullable=False, comment="what only one job of a lane may use at a time: a burner, a folder"),
    Column("state", Text, nullable=False, comment="queued running stopping stopped done refused failed lost"),
    Column("attempt", Integer, nullable=False, comment="the fence: an earlier attempt writes nothing"),
    Column("resumed", Integer, nullable=False, comment="how often it went on by itself after its process vanished"),
    Column("asked", Text, nullable=False),
    Column("started", Text),
    Column("ended", Text),
    Column("pid", Integer, comment="of the worker that started the attempt, then of its child"),
    Column("boot", Text, comment="boot id of the machine then"),
    Column("node", Text, comment="what the worker that started the attempt is called, of several"),
    Column("result", Text, comment="JSON: the result's document in each language"),
    Column("failure", Text, comment="JSON: status, code, where, values, findings"),
)
Index("jobs_by_state", jobs.c.state, jobs.c.id)
Index("jobs_by_end", jobs.c.ended)
Index("jobs_by_account", jobs.c.account, jobs.c.id)
partial_index("jobs_by_key", jobs.c.account, jobs.c.key, unique=True, where=text("key <> ''"))
