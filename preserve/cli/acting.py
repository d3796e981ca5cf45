"""Who gives this command, and whether they may: asked once, before anything is done."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preserve.administration.duties import Duty
    from preserve.administration.people import Person
    from preserve.data_management.database import Catalogue


def acting(catalogue: Catalogue, *duties: Duty, subject: str = "") -> Person:
    """The person behind `PRESERVE_TOKEN` or the operating-system user, who must be allowed one of these duties.

    An attempt that is not permitted is written into the ledger. Raises NotPermitted, and NotIntact where the
    catalogue's tables tell of accounts what the ledger does not.
    """
    from preserve.administration.people import note_refusal, recognise, require
    from preserve.clock import now
    from preserve.errors import NotPermitted, PreserveError
    from preserve.home import acting_person, given_token

    moment = now()
    account = acting_person()
    try:
        with catalogue.read() as connection:
            person = recognise(connection, account, given_token(), moment)
            account = person.account
            for duty in duties[1:]:
                if person.may(duty):
                    return person
            if duties:
                require(connection, person, duties[0])
            return person
    except NotPermitted:
        with suppress(PreserveError):  # a catalogue that cannot be written must not hide the refusal
            note_refusal(catalogue, account, duties[0] if duties else None, subject, moment)
        raise


def record_look(catalogue: Catalogue, person: Person, action: str, subject: str, **details: object) -> None:
    """Write down that somebody looked (regulation Art. 21); what cannot be recorded is not shown."""
    from preserve.clock import now
    from preserve.data_management import ledger

    with catalogue.begin() as connection:
        ledger.append(connection, action=action, subject=subject, actor=person.account, details=details, moment=now())
