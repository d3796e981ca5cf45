"""What machines' readings give to look at, as a table."""

from __future__ import annotations

from preserve.messages import say
from preserve.services.machine_findings import time_code
from preserve.services.machine_findings_shown import MachineFindings
from preserve.services.tables import Table, table


def findings(found: MachineFindings) -> Table:
    """A row a finding: of which file, from when to when, and what."""
    rows = (
        (
            one.finding.where,
            time_code(one.at),
            time_code(one.until),
            say(f"cli.severity-{one.finding.severity}"),
            say(one.finding.code, **one.finding.values),
        )
        for one in found.findings
    )
    return table("file since until severity what", rows)
