"""The tables that lie in the catalogue alone: no medium and no ledger could make them again."""

from __future__ import annotations

from preserve.data_management.tables import (
    chosen_cases,
    credentials,
    ingest_events,
    ingest_files,
    ingests,
    jobs,
    known_addresses,
    leases,
    marks,
    preferences,
    represervations,
    saved_searches,
    second_factors,
    security_keys,
    spent_proofs,
    tokens,
)

_OF_PEOPLE = (credentials, tokens, second_factors, security_keys, spent_proofs, known_addresses, preferences)
_OF_READERS = (saved_searches, marks, chosen_cases)
OF_THEIRS = (*_OF_PEOPLE, *_OF_READERS)
"""What people entered for themselves, and nobody else has."""

JOURNAL = (ingests, ingest_files, ingest_events, represervations, jobs, leases, *OF_THEIRS)
"""What lies in the catalogue alone."""
