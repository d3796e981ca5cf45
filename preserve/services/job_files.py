"""What jobs made for somebody to fetch, found where the thing is that they are about: its delivery, its history."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from pydantic import Field

from preserve.data_management import jobs
from preserve.errors import NotFound
from preserve.services import job_folders
from preserve.services.job_folders import OutboxFile
from preserve.services.job_views import JobShown, sees_whole, shown
from preserve.services.jobs import fetchable
from preserve.services.operation import Arguments, Look, anybody, query
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


@dataclass(frozen=True, slots=True)
class JobsAbout:
    """The newest first, whatever became of them."""

    jobs: tuple[JobShown, ...]


@query("job.about", duty=anybody)
def about(session: Session, operation: str, subject: str) -> JobsAbout:
    """Jobs of this operation on this subject, as far as who asks may see them."""
    with session.archive.catalogue.read() as connection:
        rows = jobs.of_subject(connection, operation, subject, MOST, done=False)
    return JobsAbout(tuple(shown(session, row) for row in rows if sees_whole(session.person, row)))


@dataclass(frozen=True, slots=True)
class JobBundle:
    """All files of a job as one: its name, how many files and bytes are in it, and where each lies."""

    name: str
    files: int
    bytes: int
    places: Annotated[tuple[tuple[str, Path], ...], Field(exclude=True)]


def _bundled(session: Session, job: str) -> JobBundle:
    row = fetchable(session, job)
    known = job_folders.files_of(session.home, job)
    if not known:
        raise NotFound("job.no-file", job, number=1)
    places = tuple((one.name, job_folders.file_of(session.home, job, one.number)) for one in known)
    name = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in row.subject).strip("-") or "job"
    return JobBundle(f"{name[:80]}.zip", len(known), sum(one.bytes for one in known), places)


def _named(session: Session, arguments: Arguments) -> Mapping[str, object]:
    found = _bundled(session, arguments["job"])
    return {"number": 0, "file": found.name, "work": fetchable(session, arguments["job"]).operation}


@query("job.bundle", duty=anybody, subject="job", look=Look("job.file-fetched", _named))
def bundle(session: Session, job: str) -> JobBundle:
    """All files that a job made, to be fetched as one; recorded as a fetch, and for whom `job.file` is."""
    return _bundled(session, job)


def zipped(found: JobBundle) -> Iterator[bytes]:
    """The files as a zip (APPNOTE 6.3.10), made while it is sent: nothing is kept of it, and nothing is packed."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_STORED, allowZip64=True) as archive:
        for name, place in found.places:
            with place.open("rb") as file:
                # strict_timestamps: a zip knows no time before 1980; such a file is given the first it knows.
                entry = ZipInfo.from_file(place, name, strict_timestamps=False)
                with archive.open(entry, "w", force_zip64=entry.file_size >= _LARGE) as packed:
                    while data := file.read(_PIECE):
                        packed.write(data)
                        yield sink.taken()
            yield sink.taken()
    yield sink.taken()


_PIECE = 1 << 20
_LARGE = 1 << 31


class _Sink(io.RawIOBase):
    """Takes what is written until somebody asks for it; it cannot go back, so the zip is written in one go."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Keep it until it is taken."""
        self._waiting += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since this was asked last."""
        data = bytes(self._waiting)
        self._waiting.clear()
        return data
