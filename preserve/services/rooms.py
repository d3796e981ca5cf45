"""Every room of operations, so that all of them are declared: for the schemas, the tests and the doors."""

from __future__ import annotations

from preserve.services import (
    catalogue,
    deposits,
    founding,
    health,
    ledger,
    migration,
    packages,
    planning,
    preparation,
    profiles,
    requests,
)

__all__ = [
    "catalogue",
    "deposits",
    "founding",
    "health",
    "ledger",
    "migration",
    "packages",
    "planning",
    "preparation",
    "profiles",
    "requests",
]
