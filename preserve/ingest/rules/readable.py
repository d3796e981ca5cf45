"""Art. 8: documents and recordings that cannot be opened whole, in the words of the readers that tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from metadata.findings import Finding
from preserve.ingest.rules.profile import Rule


def with_article(findings: Iterable[Finding], rule: Rule) -> Iterator[Finding]:
    """The readers' errors with article and severity as the profile has them; all else as it was."""
    for finding in findings:
        if finding.severity == "error" and finding.code.startswith("format."):
            yield replace(finding, severity=rule.severity, values={"article": rule.article, **finding.values})
        else:
            yield finding
