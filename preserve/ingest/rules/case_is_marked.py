"""Art. 19, 20, 28: retention, classification, and who was entrusted by what instrument."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from metadata.findings import Finding
from preserve.description.fixed_values import Classification, Retention
from preserve.description.labels import label_of
from preserve.ingest.rules import View, finding

_LENGTHS = list(Retention)


def check(view: View) -> Iterator[Finding]:
    """State secrets where they may not be; a case marked more openly than its objects; evidence kept too short."""
    case, profile = view.case, view.profile
    for item in case.objects:
        if item.classification is Classification.STATE_SECRET and not view.state_secrets:
            yield finding("state-secret", profile.secrets, item.file)
        if item.retention and item.evidence and _LENGTHS.index(item.retention) < _LENGTHS.index(case.retention):
            yield finding(
                "retention-shorter",
                profile.keeping,
                item.file,
                retention=label_of(item.retention),
                case=label_of(case.retention),
            )
    if case.classification is Classification.STATE_SECRET and not view.state_secrets:
        yield finding("state-secret", profile.secrets)
    highest = case.strictest
    if highest is not case.classification and highest is not Classification.STATE_SECRET:
        yield Finding(
            "rule.classification-raised",
            "",
            "note",
            {"article": profile.secrets.article, "case": label_of(case.classification), "highest": label_of(highest)},
        )
    producer = case.producer
    if producer.entrusted_by and not producer.instrument:
        yield finding("no-instrument", profile.entrusted, producer=producer.name)
    elif view.institution and not producer.entrusted_by and producer.name != view.institution:
        told = finding("producer-other", profile.entrusted, producer=producer.name, institution=view.institution)
        yield replace(told, severity="warning")
