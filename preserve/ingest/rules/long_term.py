"""Art. 18: what makes discs or dedicated drives necessary; it sets the storage class of the case."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from preserve.description.schema import CaseDescription
from preserve.description.vocabulary import Vocabulary
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.profile import LongTerm
from preserve.messages import item_number, listed


def check(view: View) -> Iterator[Finding]:
    """The reasons, where there are any, with the article's items under which they fall."""
    rule = view.profile.long_term
    if why := reasons(view.case, rule, view.words):
        yield finding("long-term", rule, reasons=listed(why), items=items(view.case, rule))


def reasons(case: CaseDescription, rule: LongTerm, words: Vocabulary) -> list[str]:
    """Why the case needs long-term storage, each once; empty where it does not."""
    labels = [words.label(field, name) for field, name in _names(case, rule)]
    return list(dict.fromkeys(labels))


def items(case: CaseDescription, rule: LongTerm) -> str:
    """The items of the article, in their order, as a law is cited; empty where the profile numbers none."""
    names = {name for _, name in _names(case, rule)}
    return listed(item_number(number) for number, under in sorted(rule.items.items()) if names & set(under))


def _names(case: CaseDescription, rule: LongTerm) -> Iterator[tuple[str, str]]:
    if case.case_type in rule.case_types:
        yield "case_type", case.case_type
    for measure in case.measures:
        if measure.measure in rule.measures:
            yield "measure", measure.measure
    for incident in case.incidents:
        if incident.incident in rule.incidents:
            yield "incident", incident.incident
