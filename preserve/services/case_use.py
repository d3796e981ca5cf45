"""What was done with a case besides keeping it: requests for evidence from it, and what taking it in found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from preserve.administration.duties import Duty
from preserve.data_management import cases, journal, proceedings
from preserve.description.stored import divided
from preserve.services.cases import of_case
from preserve.services.documents import FindingShown
from preserve.services.operation import Arguments, Look, query
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class RequestOfCase:
    """A request for evidence from a case; who asks stands in the request's own record."""

    number: str
    state: str
    opened: str
    due: str


@dataclass(frozen=True, slots=True)
class AnsweredFor:
    """An error with which the case was let in, who answered for it, and why."""

    finding: str
    where: str
    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class CaseUse:
    """Requests for evidence from a case, newest first; what was found when it was taken in; what was answered for.

    `requests_shown` is false for a reader who may not see requests. `taken_in` is empty where the journal no longer
    tells of it.
    """

    objid: str
    requests: tuple[RequestOfCase, ...]
    requests_shown: bool
    taken_in: str
    findings: tuple[FindingShown, ...]
    answered_for: tuple[AnsweredFor, ...]


def _looked(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"what": "use"}


@query("case.use", duty=Duty.FIND, subject="case", look=Look("case.viewed", _looked, of_case))
def show_use(session: Session, case: str) -> CaseUse:
    """Requests for evidence from a case, and what was found when it was taken in. Raises Refused."""
    with session.archive.catalogue.read() as connection:
        objid = cases.objid_of(connection, case)
        known = cases.read(connection, objid)
        ingest = journal.of_case(connection, objid)
        may = session.person.may(Duty.SEE_REQUESTS)
        rows = proceedings.about_case(connection, "request", objid) if may else []
    requests = [RequestOfCase(row.number, row.state, row.opened, row.due) for row in rows]
    return CaseUse(
        objid,
        tuple(sorted(requests, key=lambda one: one.number, reverse=True)),
        may,
        (ingest.ended or "") if ingest is not None else "",
        tuple(journal.read_findings(ingest.findings)) if ingest is not None else (),
        tuple(
            AnsweredFor(one["finding"], one.get("where", ""), one["person"], one["reason"])
            for one in divided(known.description_text)[0].get("acceptances", ())
        ),
    )
