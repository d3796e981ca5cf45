"""What the archive knows beside a deposit and holds it against: its periods in force and its register of fonds."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from preserve.administration.retention import rules_in_force
from preserve.administration.retention.profile import RetentionProfile
from preserve.data_management import fonds
from preserve.data_management.fonds import FondsRow
from preserve.home import Home


@dataclass(frozen=True, slots=True)
class InForce:
    """`retention` None: as the profile has it now. `register` is empty where the archive keeps none."""

    retention: RetentionProfile | None = None
    register: tuple[FondsRow, ...] = ()


NOTHING_KNOWN = InForce()
"""Where there is no catalogue to ask."""


def read_in_force(home: Home, connection: Connection) -> InForce:
    """What the catalogue says now. Raises NotIntact where a table contradicts the ledger."""
    retention = rules_in_force.applicable_rules(home, connection).profile
    return InForce(retention, tuple(fonds.all_fonds(connection)))
