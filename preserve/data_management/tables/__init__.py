"""Every table of the catalogue, each column with its meaning. Times are RFC 3339 text in UTC."""

from __future__ import annotations

from preserve.data_management.tables.answers import answers
from preserve.data_management.tables.cases import (
    cases,
    events,
    facets,
    files,
    findable,
    formats,
    retention,
    sums,
    tombstones,
    version_formats,
    versions,
)
from preserve.data_management.tables.catalogue import metadata
from preserve.data_management.tables.fonds import archival_numbers, filings, fonds
from preserve.data_management.tables.ingests import ingest_events, ingest_files, ingests, represervations
from preserve.data_management.tables.jobs import jobs
from preserve.data_management.tables.ledger import (
    LEDGER_COLUMNS,
    LEDGER_COLUMNS_OF_POSTGRESQL,
    checkpoints,
    ledger,
    tiles,
)
from preserve.data_management.tables.looks import LOOKS_COLUMNS, looks, looks_checkpoint
from preserve.data_management.tables.people import (
    accounts,
    credentials,
    delegations,
    known_addresses,
    login_tries,
    preferences,
    second_factors,
    security_keys,
    spent_proofs,
    tokens,
)
from preserve.data_management.tables.pool import pool, pool_places
from preserve.data_management.tables.proceedings import proceeding_cases, proceedings
from preserve.data_management.tables.readers import chosen_cases, marks, saved_searches
from preserve.data_management.tables.readings import machine_read, machine_texts, readings
from preserve.data_management.tables.storage import audits, copies, media
from preserve.data_management.tables.work import leases, nodes

__all__ = [
    "LEDGER_COLUMNS",
    "LEDGER_COLUMNS_OF_POSTGRESQL",
    "LOOKS_COLUMNS",
    "accounts",
    "answers",
    "archival_numbers",
    "audits",
    "cases",
    "checkpoints",
    "chosen_cases",
    "copies",
    "credentials",
    "delegations",
    "events",
    "facets",
    "files",
    "filings",
    "findable",
    "fonds",
    "formats",
    "ingest_events",
    "ingest_files",
    "ingests",
    "jobs",
    "known_addresses",
    "leases",
    "ledger",
    "login_tries",
    "looks",
    "looks_checkpoint",
    "machine_read",
    "machine_texts",
    "marks",
    "media",
    "metadata",
    "nodes",
    "pool",
    "pool_places",
    "preferences",
    "proceeding_cases",
    "proceedings",
    "readings",
    "represervations",
    "retention",
    "saved_searches",
    "second_factors",
    "security_keys",
    "spent_proofs",
    "sums",
    "tiles",
    "tokens",
    "tombstones",
    "version_formats",
    "versions",
]
