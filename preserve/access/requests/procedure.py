"""The steps of a request: which may follow which, whose duty each is, and who must be another person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from preserve.access.requests.model import Request, State
from preserve.administration.duties import Duty
from preserve.administration.proceedings import Proceeding, step

OPEN: tuple[State, ...] = ("opened", "examined", "approved")
"""The states in which somebody still waits."""


def _hands(request: Request) -> Mapping[str, tuple[str, ...]]:
    examined = (request.examination.by,) if request.examination is not None else ()
    return {"opener": (request.opened_by,), "examiner": examined}


# Asking, examining and deciding are done by three people (regulation Art. 21, 23). An examination may be done again
# until it is decided. Who may withdraw whose request is asked in `deeds.withdraw`.
REQUESTS = Proceeding(
    kind="request",
    folder="requests",
    model=Request,
    words="request.state",
    unknown="request.unknown",
    wrong_step="request.step-wrong",
    steps=(
        step("examined", "opened examined", "", Duty.EXAMINE, apart_from="opener"),
        step("approved", "examined", "", Duty.DECIDE, apart_from="opener examiner"),
        step("refused", "examined", "", Duty.DECIDE, apart_from="opener examiner"),
        step("withdrawn", "opened examined approved", "", Duty.OPEN_REQUEST),
        step("delivered", "approved", "", Duty.DELIVER),
        step("returned", "delivered", "", Duty.DELIVER),
    ),
    hands=_hands,
    same_hands={"opener": "request.own", "examiner": "request.examined-by-same"},
)


def index_details(request: Request) -> dict[str, Any]:
    """What the ledger says of every step of a request besides state and digest. It names nobody."""
    return {
        "cases": list(request.cases),
        "about": request.consumer.capacity,
        "capacity": request.consumer.capacity,
        "due": request.due.isoformat(),
        "urgent": bool(request.urgent),
    }
