"""A drive's own report of its health (S.M.A.R.T.), by smartctl; unknown is never called good (DA/T 75-2019)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from storage_adapters.programs import ask

# ATA attributes whose raw value should stay where it is: reallocated, reported uncorrectable, command timeouts,
# pending, off-line uncorrectable sectors; load cycles are counted since heads wear by them.
_COUNTED = {5: "reallocated", 187: "uncorrectable", 188: "timeouts", 193: "load_cycles", 197: "pending", 198: "offline"}
_BAD = ("reallocated", "uncorrectable", "pending", "offline")


@dataclass(frozen=True, slots=True)
class Health:
    """What the drive says. `counts` are raw counters by name; hours and degrees Celsius where it tells them."""

    verdict: Literal["good", "failing", "unknown"]
    detail: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)

    def facts(self) -> dict[str, str | int]:
        """Everything as one flat record, for inventory and ledger."""
        return {"health": self.verdict, **({"detail": self.detail} if self.detail else {}), **self.counts}


def read_health(device: str) -> Health:
    """Ask the drive. A device without S.M.A.R.T. (a loop device, many USB bridges) is `unknown`."""
    try:
        report = json.loads(ask(["smartctl", "-j", "-a", device]).out)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return Health("unknown", type(error).__name__)
    return interpret(report)


def interpret(report: Mapping[str, Any]) -> Health:
    """The verdict in smartctl's JSON report."""
    counts: dict[str, int] = {}
    for row in (report.get("ata_smart_attributes") or {}).get("table", []):
        if row.get("id") in _COUNTED:
            counts[_COUNTED[row["id"]]] = int((row.get("raw") or {}).get("value", 0))
    nvme = report.get("nvme_smart_health_information_log") or {}
    for name in ("media_errors", "percentage_used", "critical_warning"):
        if name in nvme:
            counts[name] = int(nvme[name])
    for name, place in (("hours", "power_on_time"), ("temperature", "temperature")):
        value = (report.get(place) or {}).get("hours" if name == "hours" else "current")
        if value is not None:
            counts[name] = int(value)
    passed = (report.get("smart_status") or {}).get("passed")
    if passed is None:
        said = (report.get("smartctl") or {}).get("messages") or []
        return Health("unknown", "; ".join(str(message.get("string", "")) for message in said)[:200], counts)
    grown = [f"{name} {counts[name]}" for name in (*_BAD, "media_errors", "critical_warning") if counts.get(name)]
    if not passed or any(counts.get(name) for name in ("pending", "offline", "uncorrectable", "critical_warning")):
        return Health("failing", ", ".join(grown), counts)
    return Health("good", ", ".join(grown), counts)
