"""Art. 17, 18, 20, 28: what the description itself must say, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from preserve.description.labels import label_of
from preserve.description.schema import Classification
from preserve.ingest.rules import View, finding


def check(view: View) -> Iterator[Finding]:
    """Evidence without what it proves; long-term storage; state secrets; entrusted producers without instrument."""
    case, profile = view.case, view.profile
    for item in case.objects:
        if item.evidence and not item.proves:
            yield finding("evidence-not-explained", profile.evidence, item.file)
        if item.classification is Classification.STATE_SECRET and not view.state_secrets:
            yield finding("state-secret", profile.secrets, item.file)
    if case.classification is Classification.STATE_SECRET and not view.state_secrets:
        yield finding("state-secret", profile.secrets)
    if case.long_term:
        reasons = "、".join(dict.fromkeys(label_of(one.incident) for one in case.incidents)) or label_of(case.case_type)
        yield finding("long-term", profile.long_term, reasons=reasons)
    if case.producer.entrusted_by and not case.producer.instrument:
        yield finding("no-instrument", profile.entrusted, producer=case.producer.name)
