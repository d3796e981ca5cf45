"""Entries of the ledger in transactions of their own, by a catalogue on PostgreSQL whose rules a test sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from preserve.data_management import ledger
from preserve.data_management.database import Catalogue, create_catalogue
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.data_management.write_rules import Rules

MOMENT = datetime(2026, 11, 28, 8, tzinfo=UTC)
HARD = 'with "quotes", \'more\', \\ and \\\' and %s %% $1 ; COMMIT; -- 𬭛 ","number":0,"subject":"x'


@pytest.fixture
def catalogue(schema: PostgresqlSchema, rules: Rules) -> Iterator[Catalogue]:
    """An empty one that keeps to the test's rules."""
    made = replace(create_catalogue(schema), rules=rules)
    yield made
    made.close()


def alone(catalogue: Catalogue, subject: str = "s") -> int:
    """Append an entry that is hard to quote; its number."""
    return ledger.append_alone(
        catalogue, action="a", subject=subject, actor="z", details={"x": HARD, "number": 0}, moment=MOMENT
    )


def size(catalogue: Catalogue) -> int:
    """How many entries there are."""
    with catalogue.read() as connection:
        return ledger.size(connection)
