"""What is said once of a manifest though many of its lines give cause: the count, the first line, an example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from metadata.findings import Finding

_CODES = {
    "dots": "bag.path-dots",
    "backslash": "bag.path-backslash",
    "percent": "bag.percent-encoding",
    "form": "bag.path-form",
    "case": "bag.path-case",
    "blanks": "bag.path-blanks",
    "bom": "bag.manifest-bom",
    "mark": "bag.digest-mark",
    "encoding": "bag.encoding-differs",
}


@dataclass(slots=True)
class LineNotes:
    """Gathered line by line, a kind of cause each."""

    manifest: str
    _gathered: dict[str, tuple[int, int, str]] = field(default_factory=dict)

    def add(self, kind: str, line: int, example: str) -> None:
        """One line that gives cause."""
        count, first, shown = self._gathered.get(kind, (0, line, example))
        self._gathered[kind] = (count + 1, first, shown)

    def findings(self) -> Iterator[Finding]:
        """A warning each kind."""
        for kind, (count, first, example) in self._gathered.items():
            shown = example.encode("utf-8", "backslashreplace").decode()
            values: dict[str, str | int] = {"count": count, "line": first, "example": shown, "manifest": self.manifest}
            yield Finding(_CODES[kind], self.manifest, "warning", values)
