"""Art. 18: what makes discs or dedicated drives necessary; it sets the storage class of the case."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from preserve.description.schema import CaseDescription
from preserve.description.vocabulary import Vocabulary
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.profile import LongTerm
from preserve.messages import listed


def check(view: View) -> Iterator[Finding]:
    """The reasons, where there are any."""
    if found := reasons(view.case, view.profile.long_term, view.words):
        yield finding("long-term", view.profile.long_term, reasons=listed(found))


def reasons(case: CaseDescription, rule: LongTerm, words: Vocabulary) -> list[str]:
    """Why the case needs long-term storage, each once; empty where it does not."""
    found = [words.label("case_type", case.case_type)] if case.case_type in rule.case_types else []
    found += [words.label("measure", measure.measure) for measure in case.measures if measure.measure in rule.measures]
    found += [
        words.label("incident", incident.incident) for incident in case.incidents if incident.incident in rule.incidents
    ]
    return list(dict.fromkeys(found))
