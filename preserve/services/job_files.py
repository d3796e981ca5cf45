"""What jobs made for somebody to fetch, found where the thing is that they are about: its delivery, its history."""

from __future__ import annotations

from dataclasses import dataclass

from preserve.data_management import jobs
from preserve.services import job_folders
from preserve.services.job_folders import OutboxFile
from preserve.services.job_views import sees_whole
from preserve.services.operation import anybody, query
from preserve.services.session import Session

MOST = 3
"""Of so many jobs, the newest."""


@dataclass(frozen=True, slots=True)
class MadeBy:
    """A job that is done, when it ended (RFC 3339), and the files of it that are still there."""

    job: str
    account: str
    ended: str
    files: tuple[OutboxFile, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """The newest first."""

    jobs: tuple[MadeBy, ...]


@query("job.made", duty=anybody)
def made(session: Session, operation: str, subject: str) -> Made:
    """Files that are there of this operation on this subject, as far as who asks may see its jobs."""
    with session.archive.catalogue.read() as connection:
        rows = jobs.of_subject(connection, operation, subject, MOST)
    seen = [row for row in rows if sees_whole(session.person, row)]
    found = [(row, job_folders.files_of(session.home, row.id)) for row in seen]
    return Made(tuple(MadeBy(row.id, row.account, row.ended or "", files) for row, files in found if files))
