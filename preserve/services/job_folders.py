"""What a job leaves in files: how far it is, what its process said, and what it made for somebody to fetch.

`work/jobs/<id>/` is the job's own and goes with it. `outbox/<id>/` holds results that are files; they are named by
numbers, so that no path comes from outside.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from metadata.findings import Value
from preserve.errors import NotFound
from preserve.home import Home
from preserve.messages import say
from preserve.services.documents import Sentence, SentenceShown
from storage_adapters.durable import discard

_TAIL = 64 * 1024
PROGRESS = "progress.jsonl"
LOCK = "lock"


def folder(home: Home, job: str) -> Path:
    """The job's own folder."""
    return home.work / "jobs" / job


def outbox(home: Home, job: str) -> Path:
    """Where the job's results lie that are files; within the folder that the job has in the outbox."""
    return home.outbox / job / "files"


def empty_outbox(home: Home, job: str) -> None:
    """Take away what an earlier attempt wrote: nobody could fetch it, since the job had not ended."""
    if outbox(home, job).exists():
        discard(outbox(home, job), home.outbox / job)


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is: `number` counts what was told; `total` is None where nobody knows how much it is."""

    number: int
    title: SentenceShown
    unit: str
    done: int
    total: int | None
    files_done: int
    files: int
    time: str


def told(home: Home, job: str, after: int = 0) -> Iterator[JobProgress]:
    """What a job told of its progress since number `after`, the oldest first; at most the last few hundred."""
    for line in lines(home, job, after):
        if (known := progress_in(line)) is not None:
            yield known


@dataclass(frozen=True, slots=True)
class JobStep:
    """A stretch of a job's work, and when it began."""

    title: SentenceShown
    time: str


def steps(home: Home, job: str) -> tuple[JobStep, ...]:
    """The stretches of work that a job told of, as far back as is kept."""
    found: list[JobStep] = []
    for known in told(home, job):
        if not found or found[-1].title != known.title:
            found.append(JobStep(known.title, known.time))
    return tuple(found)


def lines(home: Home, job: str, after: int = 0) -> Iterator[Mapping[str, Any]]:
    """Every line since number `after`: what was told of progress, and each change of state."""
    for text in _last_lines(folder(home, job) / PROGRESS):
        with suppress(ValueError, KeyError, TypeError):
            line = json.loads(text)
            if int(line["number"]) > after:
                yield line


def progress_in(line: Mapping[str, Any]) -> JobProgress | None:
    """What a line tells of progress, None where it tells of a change of state."""
    try:
        return _progress(line)
    except (ValueError, KeyError, TypeError):
        return None


def note_state(home: Home, job: str, state: str, time: str) -> None:
    """Tell whoever follows a job of its new state; not while its own process tells of progress."""
    path = folder(home, job) / PROGRESS
    line = json.dumps({"number": last_number(path) + 1, "state": state, "time": time})
    # The table has the state: whoever cannot be told sees it there.
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="ascii") as stream:
            stream.write(line + "\n")


def last_number(path: Path) -> int:
    """The number of the last whole line of what was told."""
    for text in reversed(_last_lines(path)):
        with suppress(ValueError, KeyError, TypeError):
            return int(json.loads(text)["number"])
    return 0


def newest(home: Home, job: str) -> JobProgress | None:
    """What a job told last."""
    return next(iter(list(told(home, job))[-1:]), None)


def _last_lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            start = max(0, size - _TAIL)
            stream.seek(start)
            lines = stream.read().split(b"\n")
    except OSError:
        return []
    # The last one is not whole before its end is there; the first may have lost its beginning.
    return [line.decode("utf-8", "replace") for line in lines[bool(start) : -1]]


def _progress(line: Mapping[str, Any]) -> JobProgress:
    values: dict[str, Value] = dict(line["values"])
    return JobProgress(
        int(line["number"]),
        Sentence(str(line["code"]), values),
        str(line["unit"]),
        int(line["done"]),
        line["total"],
        int(line["files_done"]),
        int(line["files"]),
        str(line["time"]),
    )


def say_progress(progress: JobProgress) -> str:
    """Where a job is, as one line in the language in use."""
    title = progress.title.said()
    if not progress.total and not progress.files:
        return title
    part = f"{min(100, 100 * progress.done // progress.total)}%" if progress.total else ""
    values: dict[str, Value] = {"title": title, "part": part, "done": progress.files_done, "files": progress.files}
    return say("work.progress-files" if progress.files else "work.progress", **values)


@dataclass(frozen=True, slots=True)
class OutboxFile:
    """A file that a job made: its number, its name and its bytes."""

    number: int
    name: str
    bytes: int


def files_of(home: Home, job: str) -> tuple[OutboxFile, ...]:
    """The plain files in a job's outbox, numbered in the order of their names."""
    root = outbox(home, job)
    return tuple(
        OutboxFile(number, path.relative_to(root).as_posix(), path.stat().st_size)
        for number, path in enumerate(_plain_files(root), 1)
    )


def file_of(home: Home, job: str, number: int) -> Path:
    """Where the file of that number lies in a job's outbox. Raises NotFound."""
    found = _plain_files(outbox(home, job))
    if not 1 <= number <= len(found):
        raise NotFound("job.no-file", job, number=number)
    return found[number - 1]


def _plain_files(root: Path) -> list[Path]:
    return [path for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink()]


def keep_secrets(home: Home, job: str, secrets: Mapping[str, Any]) -> None:
    """Keep what a job must know and no table may, until it is over.

    Who asks and who works may be two users of the system in one group: either can take it away again.
    """
    if not secrets:
        return
    place = _secrets_of(home, job)
    if not place.parent.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.parent.chmod(0o770)
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
    with open(handle, "w", encoding="utf-8") as stream:
        json.dump(dict(secrets), stream)


def read_secrets(home: Home, job: str) -> dict[str, Any]:
    """What was kept for a job."""
    try:
        known: dict[str, Any] = json.loads(_secrets_of(home, job).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return known


def forget_secrets(home: Home, job: str) -> None:
    """The job is over: nobody needs them."""
    _secrets_of(home, job).unlink(missing_ok=True)


def _secrets_of(home: Home, job: str) -> Path:
    return home.work / "web" / "asked" / f"{job}.json"


def clear(home: Home, job: str) -> None:
    """Take away everything that a job left in files."""
    forget_secrets(home, job)
    rmtree(folder(home, job), ignore_errors=True)
    rmtree(home.outbox / job, ignore_errors=True)
