"""Audits: what is due, the run, and restore drills."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from preserve import clock
from preserve.administration.duties import Duty
from preserve.archival_storage import drill as drills
from preserve.archival_storage import pace, schedule
from preserve.archival_storage.auditing import run_audit
from preserve.archival_storage.drill import Drill
from preserve.archival_storage.opening import attached
from preserve.archival_storage.policy import AuditProfile, read_audit_profile, read_policy
from preserve.data_management import holdings
from preserve.data_management.archive import Archive
from preserve.errors import Stopped, UsageError
from preserve.services.audit_alarm import AuditRun, CheckedCopy, alarm, alarm_failure
from preserve.services.operation import job, query
from preserve.services.runs import Runs
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class DueMedium:
    """What is due on a medium: `due` of its `copies`, last read and to be read again at these times (RFC 3339).

    `how`: read, insert, draw or passed, as in `schedule.Due`; `continuous`: read at every run, so that it has no day.
    """

    medium: str
    label: str
    kind: str
    place: str
    how: str
    due: int
    copies: int
    last: str
    next: str
    continuous: bool = False


@dataclass(frozen=True, slots=True)
class AuditPlan:
    """Every medium in use, the most urgent first."""

    media: tuple[DueMedium, ...]


@query("audit.plan", duty=(Duty.KEEP, Duty.REPORT))
def plan(session: Session) -> AuditPlan:
    """What is due to be read, medium by medium. Raises Refused where the storage profile is wrong."""
    archive = session.archive
    policy = read_policy(archive.home.profiles)
    with archive.catalogue.read() as connection:
        here = set(attached(archive.home, holdings.all_media(connection)))
        due_media = schedule.plan(connection, policy, archive.now(), here)
    return AuditPlan(
        tuple(
            DueMedium(
                due.medium.id,
                due.medium.label,
                due.medium.kind,
                due.medium.place,
                due.how,
                due.copies,
                due.total,
                due.since,
                due.next,
                due.continuous,
            )
            for due in due_media
        )
    )


class Inserted(NamedTuple):
    """A disc, image or mounted drive that somebody put in, and its label where that was said."""

    label: str
    path: Path

    @classmethod
    def parse(cls, text: str) -> Inserted:
        """`LABEL=PATH`, or only `PATH`."""
        label, mark, path = text.partition("=")
        return cls(label, Path(path).absolute()) if mark else cls("", Path(text).absolute())


@dataclass(frozen=True, slots=True)
class AuditWish:
    """How much is to be read: everything due, unless bounded by time (`6h`), bytes (`500GB`) or hours (`22:00-06:00`).

    `share` is that of the disk's time, above 0 to 1. What is not said and `nightly` comes from the archive's profile.
    `media` are read whatever is due; with `everything` all that can be reached.
    """

    span: str = ""
    size: str = ""
    share: float | None = None
    hours: str | None = None
    media: Sequence[Inserted] = ()
    everything: bool = False
    nightly: bool = False

    def budget(self, profile: AuditProfile, archive: Archive) -> pace.Budget:
        """What the run may use. Raises UsageError for what is no time, size or range of hours."""
        hours = self.hours if self.hours is not None else profile.hours if self.nightly else ""
        share = self.share if self.share is not None else profile.share if self.nightly else 1.0
        return pace.Budget(
            pace.parse_span(self.span) if self.span else 0,
            pace.parse_size(self.size) if self.size else 0,
            share,
            pace.parse_hours(hours),
            clock.zone(archive.home.settings.time_zone),
        )


def _without_files(result: AuditRun) -> AuditRun:
    """Who keeps the bytes and may not find cases learns of which package, and not of which of its files."""
    return replace(result, damaged=_by_name(result.damaged), not_checked=_by_name(result.not_checked))


def _by_name(checked: Sequence[CheckedCopy]) -> tuple[CheckedCopy, ...]:
    return tuple(
        replace(copy, detail="", files=tuple(replace(file, path="", detail="") for file in copy.files))
        for copy in checked
    )


@job("audit.run", duty=Duty.KEEP, hidden={Duty.FIND: _without_files}, runs=Runs("audit"))
def run(session: Session, wish: AuditWish) -> AuditRun:
    """Read back what is due; whoever the profile names is alarmed of what is wrong, also where the run itself fails.

    Raises UsageError, Refused while another run is under way, and what ended the run.
    """
    archive = session.archive
    profile = read_audit_profile(archive.home.profiles)
    budget = wish.budget(profile, archive)
    try:
        report = pace.stepped_back(  # everything else on the machine goes first
            lambda: run_audit(
                archive,
                read_policy(archive.home.profiles),
                budget,
                inserted=wish.media,
                everything=wish.everything,
                actor=session.person.account,
                progress=session.progress,
            )
        )
    except Stopped:
        raise
    except Exception as error:
        not_sent = alarm_failure(archive.home, profile, error)
        with suppress(Stopped):
            for reason in not_sent:  # there is no result to say it
                session.progress.begin("audit.not-sent", reason=reason)
        raise
    result = AuditRun.of(report)
    return replace(result, not_sent=alarm(archive.home, profile, result)) if result.status else result


@dataclass(frozen=True, slots=True)
class WaitingDrill:
    """A package that was drawn, and the label of the medium it waits for."""

    name: str
    medium: str


@dataclass(frozen=True, slots=True)
class DrillRun:
    """The drills of a month: done now, done before, and waiting. `status` is 4 where one did not come back whole."""

    status: int
    month: str
    before: int
    done: tuple[Drill, ...]
    waiting: tuple[WaitingDrill, ...]


@job("audit.drill", duty=Duty.KEEP, runs=Runs("audit"))
def drill(session: Session, media: Sequence[Inserted] = (), *, count: int | None = None) -> DrillRun:
    """Restore the month's drawn packages for practice; `count` of them, or as many as the profile says.

    Raises UsageError for a medium without its label.
    """
    for medium in media:
        if not medium.label:
            raise UsageError("audit.drill-medium", str(medium.path))
    archive = session.archive
    done = drills.run_drills(
        archive.home,
        archive.catalogue,
        read_audit_profile(archive.home.profiles).drills.packages if count is None else count,
        inserted=dict(media),
        actor=session.person.account,
        now=archive.now,
        progress=session.progress,
    )
    failed = any(not drilled.whole for drilled in done.done)
    waiting = tuple(WaitingDrill(name, label) for name, label in done.waiting)
    return DrillRun(4 if failed else 0, done.month, done.before, done.done, waiting)


def key_of_night(session: Session) -> str:
    """Under what the audit of a night is asked for, so that of several machines that ask all ask for one.

    A night is from noon to noon of the archive's time zone.
    """
    return f"audit of the night of {_local(session) - timedelta(hours=12):%Y-%m-%d}"


def key_of_month(session: Session) -> str:
    """The same of the drills of a month."""
    return f"drills of {_local(session):%Y-%m}"


def _local(session: Session) -> datetime:
    return session.archive.now().astimezone(clock.zone(session.home.settings.time_zone))
