"""Every room of operations, so that all of them are declared: for the schemas, the tests and the doors."""

from __future__ import annotations

from preserve.services import audit_reports, audits, copies, discs, media, repairs, requests

__all__ = ["audit_reports", "audits", "copies", "discs", "media", "repairs", "requests"]
