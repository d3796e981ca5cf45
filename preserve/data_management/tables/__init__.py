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
from preserve.data_management.tables.ingests import ingest_events, ingest_files, ingests, represervations
from preserve.data_management.tables.ledger import LEDGER_COLUMNS, checkpoints, ledger, tiles
from preserve.data_management.tables.looks import LOOKS_COLUMNS, looks, looks_checkpoint
from preserve.data_management.tables.people import accounts, credentials, delegations, tokens
from preserve.data_management.tables.proceedings import proceeding_cases, proceedings
from preserve.data_management.tables.storage import audits, copies, media

__all__ = [
    "LEDGER_COLUMNS",
    "LOOKS_COLUMNS",
    "accounts",
    "answers",
    "audits",
    "cases",
    "checkpoints",
    "copies",
    "credentials",
    "delegations",
    "events",
    "facets",
    "files",
    "findable",
    "formats",
    "ingest_events",
    "ingest_files",
    "ingests",
    "ledger",
    "looks",
    "looks_checkpoint",
    "media",
    "metadata",
    "proceeding_cases",
    "proceedings",
    "represervations",
    "retention",
    "sums",
    "tiles",
    "tokens",
    "tombstones",
    "version_formats",
    "versions",
]
