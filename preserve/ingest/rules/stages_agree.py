"""Art. 3: each paper stands in the stage to which it belongs."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from preserve.description.labels import label_of
from preserve.description.schema import CaseObject, Procedure, Stage
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.looks import is_one
from preserve.ingest.rules.profile import Document
from preserve.messages import listed


def check(view: View) -> Iterator[Finding]:
    """Papers that the profile knows and that the description puts into a stage where they cannot have been made."""
    for item in view.case.objects:
        where = stages_of(view, item)
        if where and item.stage not in where:
            yield finding(
                "stage-differs",
                view.profile.stages,
                item.file,
                kind=item.kind,
                stage=label_of(item.stage),
                belongs=listed(label_of(stage) for stage in where[:1]),
            )


def stages_of(view: View, item: CaseObject) -> tuple[Stage, ...]:
    """The stages in which a paper may rightly stand, the first its own; none where the profile does not know it."""
    named = [rule for rule in view.case_type.document if _asked_for(view, rule) and is_one(item, rule)]
    return tuple(dict.fromkeys(stage for rule in named for stage in (rule.stage, *rule.also_stages)))


def _asked_for(view: View, rule: Document) -> bool:
    """What may be there takes too many words to tell a paper by them."""
    return not rule.optional and view.case.procedure in (rule.when.procedures or tuple(Procedure))


def stages_by_papers(view: View) -> tuple[list[Stage], list[Stage]]:
    """The stages that have papers, and those that have none, in the order of the regulation."""
    there = {item.stage for item in view.case.objects}
    return [stage for stage in Stage if stage in there], [stage for stage in Stage if stage not in there]
