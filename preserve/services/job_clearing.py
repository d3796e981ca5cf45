"""What jobs left is taken away by term: files that nobody fetched, then the records of jobs that ended."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import rmtree

from preserve.clock import parse
from preserve.data_management import jobs
from preserve.data_management.archive import Archive
from preserve.services import job_folders
from preserve.services.job_profile import JobsProfile

_NEW = 3600.0  # seconds in which the job of a folder may not be in the table yet


def clear(archive: Archive, profile: JobsProfile) -> int:
    """Take away what is over its term; how many jobs were forgotten. Raises Busy.

    A folder whose job is not there any more goes too: a disposal takes what was said of its cases out of the table.
    """
    moment, home = archive.now(), archive.home
    oldest = moment - timedelta(days=profile.outbox_days)
    with archive.catalogue.read() as connection:
        over = list(jobs.ended_before(connection, oldest))
    forgotten = [row for row in over if parse(row.ended or "") < moment - timedelta(days=profile.days)]
    for row in over:
        rmtree(home.outbox / row.id, ignore_errors=True)
    if forgotten:
        with archive.catalogue.begin() as connection:
            for row in forgotten:
                jobs.forget(connection, row.id)
    with archive.catalogue.read() as connection:
        strays = [path for path in _folders(archive) if not jobs.is_there(connection, path.name)]
    for path in strays:
        job_folders.clear(home, path.name)
    return len(forgotten)


def _folders(archive: Archive) -> Iterator[Path]:
    """Folders of jobs that are not quite new."""
    for root in (archive.home.work / "jobs", archive.home.outbox):
        for path in sorted(root.glob("*")):
            if path.is_dir() and not path.is_symlink() and time.time() - path.stat().st_mtime > _NEW:
                yield path
