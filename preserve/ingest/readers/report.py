"""What a reader found in one file, before it is made into a `Character`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from metadata.findings import Finding, Severity, Value
from preserve.ingest.facts import Stream


@dataclass(slots=True)
class Report:
    """Filled by one reader for one file. `name` is the depositor's name, where findings point."""

    name: str
    tool: str = ""
    properties: list[tuple[str, str]] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    duration: float | None = None
    started: datetime | None = None
    started_from: str = ""
    device: str = ""
    findings: list[Finding] = field(default_factory=list)

    def add(self, key: str, value: object) -> None:
        """Note a property; nothing is noted for None or an empty text."""
        if value is not None and value != "":
            self.properties.append((key, str(value)))

    def tell(self, code: str, severity: Severity = "error", detail: str = "", **values: Value) -> None:
        """Note a finding of the domain `format`."""
        self.findings.append(Finding(f"format.{code}", self.name, severity, values, detail))
