"""Art. 6, 7: each stage has its documents."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from preserve.description.labels import label_of
from preserve.ingest.rules import View, finding


def check(view: View) -> Iterator[Finding]:
    """Kinds of document that the type of case must hold and that no object is."""
    said = [f"{item.kind} {item.title}" for item in view.case.objects]
    for rule in view.profile.document:
        if view.case.case_type in rule.case_types and not any(word in text for word in rule.words for text in said):
            yield finding("document-missing", rule, document=rule.name, stage=label_of(rule.stage))
