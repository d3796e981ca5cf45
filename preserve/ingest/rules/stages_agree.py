"""Art. 3: each paper stands in the stage to which it belongs."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from preserve.description.fixed_values import Procedure, Stage
from preserve.description.labels import label_of
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.documents_are_there import outcome_of
from preserve.ingest.rules.looks import is_one
from preserve.ingest.rules.profile import Document


def check(view: View) -> Iterator[Finding]:
    """Papers that the profile knows and that the description puts into a stage where they cannot have been made."""
    known = list(_known(view))
    alike: dict[tuple[str, str], list[Document]] = {}  # thousands of files bear a few kinds and titles
    for item in view.case.objects:
        if (named := alike.get((item.kind, item.title))) is None:
            named = alike[item.kind, item.title] = [rule for rule in known if is_one(item, rule)]
        where = {stage for rule in named for stage in (rule.stage, *rule.also_stages)}
        if where and item.stage not in where:
            yield finding(
                "stage-differs",
                view.profile.stages,
                item.file,
                kind=item.kind,
                stage=label_of(item.stage),
                belongs=label_of(named[0].stage),
            )


def _known(view: View) -> Iterator[Document]:
    """The papers of this procedure and outcome; what may be there takes too many words to tell a paper by them."""
    outcome = outcome_of(view)[0]
    for rule in view.case_type.document:
        asked = view.case.procedure in (rule.when.procedures or tuple(Procedure))
        if asked and not rule.optional and outcome in (rule.when.outcomes or (outcome,)):
            yield rule


def stages_by_papers(view: View) -> tuple[list[Stage], list[Stage]]:
    """The stages that have papers, and those that have none, in the order of the regulation."""
    there = {item.stage for item in view.case.objects}
    return [stage for stage in Stage if stage in there], [stage for stage in Stage if stage not in there]
