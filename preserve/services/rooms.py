"""Every room of operations, so that all of them are declared: for the schemas, the tests and the doors."""

from __future__ import annotations

from preserve.services import appraisals, disposals, holds, requests, retention, retention_rules, transfers

__all__ = ["appraisals", "disposals", "holds", "requests", "retention", "retention_rules", "transfers"]
