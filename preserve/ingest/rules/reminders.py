"""Art. 27, 28: what a person is reminded of: whoever hinders goes to the police; coercion cannot be entrusted."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from preserve.ingest.rules import View, finding
from preserve.messages import listed


def check(view: View) -> Iterator[Finding]:
    """Notes that keep nothing out."""
    case, profile = view.case, view.profile
    hindered = [one.incident for one in case.incidents if one.incident in profile.hindering.incidents]
    if hindered:
        names = listed(dict.fromkeys(view.words.label("incident", name) for name in hindered))
        yield finding("hindered", profile.hindering, incidents=names)
    taken = [one.measure for one in case.measures if one.measure in profile.delegation.measures]
    if taken and case.producer.entrusted_by:
        names = listed(dict.fromkeys(view.words.label("measure", name) for name in taken))
        yield finding("delegated", profile.delegation, measures=names, producer=case.producer.name)
