"""Art. 10 (1): what is disputed or hindered on the spot is recorded as the situation requires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from metadata.findings import Finding
from preserve.description.schema import IncidentNoted
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.coverage import touching
from preserve.ingest.rules.recordings import Taken, all_taken, in_utc


def check(view: View) -> Iterator[Finding]:
    """Incidents that no recording shows. Says nothing before the files were looked at."""
    if view.characters is None:
        return
    taken = all_taken(view)
    unknown = len(taken.undated)
    for incident in view.case.incidents:
        if incident.incident in view.profile.disputes.incidents and not _is_recorded(view, incident, taken):
            code = "incident-recording-undated" if unknown else "incident-not-recorded"
            label = view.words.label("incident", incident.incident)
            yield finding(code, view.profile.disputes, incident=label, count=unknown)


def _is_recorded(view: View, incident: IncidentNoted, taken: Taken) -> bool:
    if incident.when is None:  # nobody says when: any recording may show it
        return bool(taken.dated or taken.photographs)
    start = in_utc(incident.when, view.zone)
    whole_day = incident.when.time() == time.min
    end = start + timedelta(days=1) if whole_day else start
    slack = timedelta(seconds=view.profile.course.tolerance_seconds)
    if touching(taken.dated, start, end, slack):
        return True
    return any(
        _within(picture.moment, start - slack, end + slack)
        or (picture.moment is None and picture.day == start.astimezone(view.zone).date())
        for picture in taken.photographs
    )


def _within(moment: datetime | None, start: datetime, end: datetime) -> bool:
    return moment is not None and start <= moment <= end
