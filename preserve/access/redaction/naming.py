"""Under which names redacted files are given: the depositor's may say what the redaction takes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from preserve.access.redaction.checking import group, same
from preserve.access.redaction.plan import Redaction, read_plan
from preserve.access.requests.model import Selected
from preserve.description.schema import CaseObject
from preserve.home import Home
from preserve.messages import say, speaking


def names_given(home: Home, plan: Path | None, selection: Sequence[Selected]) -> dict[str, str]:
    """For each redacted path the name to give it under; those that keep their own are left out.

    The plan's `name` counts; where it gives none, a neutral one with its number stands in (regulation Art. 20). A file
    keeps its own where the plan's `name` is just that: then somebody has looked at it. Raises Refused for a wrong plan.
    """
    return names_for(home, read_plan(plan) if plan else (), selection)


def names_for(home: Home, redactions: Sequence[Redaction], selection: Sequence[Selected]) -> dict[str, str]:
    """As `names_given`, for redactions that were read already."""
    by_path = group(redactions, selection)
    order = {path: number for number, path in enumerate(dict.fromkeys(one.path for one in selection), 1)}
    found: dict[str, str] = {}
    for path, mine in by_path.items():
        wanted = next((redaction.name for redaction in mine if redaction.name), "")
        if wanted and any(same(wanted, own) for own in (path, PurePosixPath(path).name)):
            continue
        with speaking(home.settings.language):
            found[path] = wanted or say("redaction.neutral-name", number=f"{order[path]:03}")
    return found


def told_of(selected: Selected, about: CaseObject | None) -> CaseObject | None:
    """What may be told of a file that is given under another name: of the depositor's own words only the kind."""
    if about is None or not selected.given_as:
        return about
    return CaseObject(
        file=selected.given_as,
        kind=about.kind,
        stage=about.stage,
        date=about.date,
        evidence=about.evidence,
        recording_start=about.recording_start,
        maker=about.maker,
    )
