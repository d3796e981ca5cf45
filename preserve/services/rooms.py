"""Every room of operations, so that all of them are declared: for the schemas, the tests and the doors."""

from __future__ import annotations

from preserve.services import case_history, cases, people, requests, viewing

__all__ = ["case_history", "cases", "people", "requests", "viewing"]
