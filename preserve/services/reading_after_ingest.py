"""Has a case read by machine after it was taken in, where the settings want it. The ingest itself knows nothing of it.

The job is another process at another time: whatever is absent, hangs or fails there, the package is the same.
"""

from __future__ import annotations

from contextlib import suppress

from preserve.errors import PreserveError
from preserve.services import jobs
from preserve.services.machine_readers import readers
from preserve.services.machine_work import with_unread
from preserve.services.session import Session


def after_ingest(session: Session, objid: str) -> None:
    """Ask for the job, where anything of the case can be read; what cannot be asked for now a campaign reads."""
    if not session.home.settings.reading.after_ingest:
        return
    with suppress(PreserveError):
        with session.archive.catalogue.read() as connection:
            unread = with_unread(connection, [objid], readers(session.home))
        if unread:
            jobs.ask(session, "reading.run", {"wish": {"cases": [objid]}}, key=f"reading.run {objid}", subject=objid)
