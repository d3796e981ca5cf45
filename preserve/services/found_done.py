"""What a later attempt of a job finds done: an earlier one did it, and was cut off before that was written down.

A proceeding takes each step once. Without this the later attempt would be refused what it did itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from preserve.administration.proceedings import Proceeding, Record
from preserve.services.session import AsJob, Session

R = TypeVar("R", bound=Record)


def found_done(session: Session, kind: Proceeding[R], number: str, *states: str) -> R | None:
    """The last record where it stands in one of `states`, for a later attempt of a job; None for whoever else asks.

    Raises Refused, NotIntact.
    """
    match session.credentials:
        case AsJob(attempt=attempt) if attempt > 1:
            with session.archive.catalogue.read() as connection:
                record = kind.read(connection, session.home, number)
            return record if record.state in states else None
    return None


def lies_within(place: str, target: Path) -> bool:
    """Whether what a record names lies in the folder of this job, or is that: so it was this job that wrote it."""
    found = Path(place).absolute()
    return found.is_relative_to(target.absolute()) and found.exists()
