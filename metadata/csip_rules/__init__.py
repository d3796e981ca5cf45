"""What the Common Specification (CSIP 2.1, 2.2) asks of anybody's package: one table of requirements."""

from __future__ import annotations

from metadata.csip_rules.outline import Outline, Reference, read_outline
from metadata.csip_rules.requirements import FILE_REQUIREMENTS, REQUIREMENTS, UNSEEN, departures

__all__ = ["FILE_REQUIREMENTS", "REQUIREMENTS", "UNSEEN", "Outline", "Reference", "departures", "read_outline"]
