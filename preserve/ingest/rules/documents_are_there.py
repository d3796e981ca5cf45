"""Art. 6, 7: each stage has its documents, as the profile of the case's type lists them."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from preserve.description.labels import label_of
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.profile import Document, When


def check(view: View) -> Iterator[Finding]:
    """Kinds of document that the case must hold and that no object is."""
    said = "\n".join(f"{item.kind} {item.title}" for item in view.case.objects)
    for rule in required(view):
        if not any(word in said for word in rule.words):
            yield finding("document-missing", rule, rule.name.zh, document=rule.name.spoken, stage=label_of(rule.stage))


def required(view: View) -> Iterator[Document]:
    """The documents that this case must hold."""
    return (rule for rule in view.case_type.document if not rule.optional and applies(rule.when, view))


def applies(when: When, view: View) -> bool:
    """Whether the case is one that the condition speaks of."""
    case = view.case
    return (
        (not when.procedures or case.procedure in when.procedures)
        and (not when.measures or any(measure.measure in when.measures for measure in case.measures))
        and (not when.incidents or any(incident.incident in when.incidents for incident in case.incidents))
    )
