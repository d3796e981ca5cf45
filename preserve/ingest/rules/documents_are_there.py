"""Art. 6, 7: each stage has its documents, as the profile of the case's type lists them."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from preserve.description.labels import label_of
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.looks import is_one
from preserve.ingest.rules.profile import Document, When

_ALIKE = 4096  # kinds and titles that are known again


def check(view: View) -> Iterator[Finding]:
    """Kinds of document that the case must hold and that no object is; and what its papers say of its outcome."""
    missing: dict[str, Document] = {}
    for rule in _lacking(view):
        missing.setdefault(rule.name.zh, rule)
    for name, rule in missing.items():
        yield finding("document-missing", rule, name, document=rule.name.spoken, stage=label_of(rule.stage))
    outcome, paper = outcome_of(view)
    if paper and outcome != view.case_type.usual_outcome:
        values = {"outcome": view.words.label("outcome", outcome), "document": paper}
        article = next((rule.article for rule in view.case_type.document), "7")
        yield Finding("rule.outcome-by-papers", paper, "note", {"article": article, **values})


def _lacking(view: View) -> list[Document]:
    """The documents that the case must hold and does not; of papers of one kind and title one is looked at."""
    lacking = list(required(view))
    seen = set[tuple[str, str]]()
    for item in view.case.objects if lacking else ():
        alike = (item.kind, item.title)
        if alike in seen:
            continue
        if len(seen) < _ALIKE:
            seen.add(alike)
        lacking = [rule for rule in lacking if not is_one(item, rule)]
    return lacking


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
        and (not when.outcomes or outcome_of(view)[0] in when.outcomes)
    )


def outcome_of(view: View) -> tuple[str, str]:
    """How the case ended: by the description, else by a paper (whose file is the second), else as the type has it."""
    if view.case.outcome:
        return view.case.outcome, ""
    for shown in view.case_type.outcome:
        for item in view.case.objects:
            if (not shown.stages or item.stage in shown.stages) and is_one(item, shown):
                return shown.name, item.file
    return view.case_type.usual_outcome or "", ""
