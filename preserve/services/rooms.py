"""Every room of operations, so that all of them are declared: for the schemas, the tests and the doors."""

from __future__ import annotations

from preserve.services import (
    appraisals,
    audit_reports,
    audits,
    copies,
    discs,
    disposals,
    holds,
    media,
    repairs,
    requests,
    retention,
    retention_rules,
    transfers,
)

__all__ = [
    "appraisals",
    "audit_reports",
    "audits",
    "copies",
    "discs",
    "disposals",
    "holds",
    "media",
    "repairs",
    "requests",
    "retention",
    "retention_rules",
    "transfers",
]
