"""What may be done with a request now: which steps this person may take, whose turn it is, and under which hat."""

from __future__ import annotations

from contextlib import suppress

from preserve.access.requests.model import Request
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.steps import check_open_concerns
from preserve.administration.duties import Duty, Role, allows
from preserve.administration.people import Person
from preserve.errors import NotPermitted, Refused


def hat_of(person: Person) -> str:
    """The head in whose place this person decides; empty for a head, who decides under their own name alone."""
    return "" if allows(person.roles, Duty.DECIDE) else person.deputy_of


def offered(record: Request, person: Person) -> tuple[str, ...]:
    """The steps that this person may take now, as the table and the record say; the law is asked again when one is."""
    found = []
    for step in REQUESTS.steps:
        if record.state not in step.after or not any(person.may(duty) for duty in step.duties):
            continue
        with suppress(NotPermitted, Refused):
            REQUESTS.check(record, step.deed, person.account, hat_of(person) if Duty.DECIDE in step.duties else "")
            if step.deed == "approved":
                check_open_concerns(record)
            if step.deed == "withdrawn" and record.opened_by != person.account and Role.ARCHIVIST not in person.roles:
                continue
            found.append(step.deed)
    return tuple(found)


def waits_for(record: Request) -> tuple[Duty, ...]:
    """The duty whose turn it is; none where nobody waits any more."""
    nexts = {"opened": Duty.EXAMINE, "examined": Duty.DECIDE, "approved": Duty.DELIVER, "delivered": Duty.DELIVER}
    return (nexts[record.state],) if record.state in nexts else ()
