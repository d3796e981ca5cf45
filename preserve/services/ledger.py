"""The ledger as a whole: proved unaltered, signed, exported, and the proof about one case for a third party."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from metadata.findings import Finding
from preserve.administration.duties import Duty
from preserve.administration.index_check import compare, last_proved, note, note_part
from preserve.archival_storage.discs.sources import open_source
from preserve.archival_storage.medium_ledger import compare_ledger
from preserve.archival_storage.opening import attached
from preserve.archival_storage.packages import read_version
from preserve.archival_storage.policy import read_audit_profile
from preserve.clock import now, stamp
from preserve.data_management import both_logs, checkpoints, holdings, ledger, looks, sealing, time_stamps
from preserve.data_management.cases import find_case
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.data_management.ledger_keys import has_sealer
from preserve.data_management.proof.export import PROGRAM as PROGRAM
from preserve.data_management.proof.export import write_evidence
from preserve.data_management.proof.export.tile_files import write_tiles
from preserve.data_management.proof.verify_ledger import BEGINNING, LedgerReport, Start, verify_ledger
from preserve.data_management.proof.walking import bytes_in_segments
from preserve.errors import MediumProblem, PreserveError, Stopped
from preserve.home import Home
from preserve.outputs import new_file, new_folder
from preserve.services.documents import FindingShown
from preserve.services.operation import Arguments, Look, command, job, of_archive, query
from preserve.services.session import Session
from storage_adapters.errors import StorageError


@dataclass(frozen=True, slots=True)
class StampedAt:
    """A time stamp of others: over how many entries, and when (RFC 3339)."""

    size: int
    when: str


@dataclass(frozen=True, slots=True)
class LedgerVerified:
    """What proving came to; status 4 where anything is altered or missing.

    `since` is 0, or up to where entries were proved before and not read again, which was at the time `since_when`;
    then media and the catalogue's tables were not compared either.
    """

    status: int
    entries: int
    checkpoints: int
    segments: int
    time_stamps: tuple[StampedAt, ...]
    findings: tuple[FindingShown, ...]
    since: int
    since_when: str


@job("ledger.verify", duty=Duty.REPORT, needs="home")
def verify(session: Session, *, since_checkpoint: bool = False) -> LedgerVerified:
    """Prove that the ledger is unaltered, and hold media at hand and every table of the catalogue against it.

    With `since_checkpoint` only what was added since the last proof, or since the place at which one was stopped.

    A catalogue that cannot say who may do this stops nobody. When it was done is written down, where that can be.
    """
    home = session.home
    catalogue = open_catalogue(home)
    try:
        start, when = BEGINNING, ""
        if since_checkpoint:
            with catalogue.read() as connection:
                start, when = last_proved(connection)
        report = _prove(session, catalogue, start)
        stamps, not_stamped = _time_stamps(home, catalogue)
        findings = (*report.findings, *not_stamped)
        whole = not report.since
        if whole:
            session.progress.begin("ledger.comparing")
            findings += tuple(_on_media(home, catalogue))
            with catalogue.read() as connection:
                findings += tuple(compare(home, connection, lambda cases: session.progress(0)))
        errors = sum(finding.severity == "error" for finding in findings)
        if whole or not errors:
            _write_down(session, catalogue, report.since, report.covered, errors, whole=whole)
    finally:
        catalogue.close()
    numbers = (report.entries, report.checkpoints, report.segments)
    return LedgerVerified(4 if errors else 0, *numbers, stamps, findings, report.since, when if report.since else "")


def _prove(session: Session, catalogue: Catalogue, start: Start) -> LedgerReport:
    """Read the ledger; where somebody stops that, write down how far it was."""
    home, reached = session.home, start.size

    def told(moved: int, proven: int) -> None:
        nonlocal reached
        reached = max(reached, proven)
        session.progress(moved)

    with catalogue.read() as connection:
        size = bytes_in_segments(connection, home.store / "ledger", start.size)
    session.progress.begin("ledger.proving", size)
    try:
        return verify_ledger(
            catalogue,
            home.store / "ledger",
            home.keys / "ledger.pub",
            waits=has_sealer(home),
            progress=told,
            since=start,
        )
    except Stopped:
        if reached > start.size:
            _write_down(session, catalogue, start.size, reached, 0, whole=False)
        raise


def _write_down(session: Session, catalogue: Catalogue, since: int, proved: int, errors: int, *, whole: bool) -> None:
    """Enter what was verified, where the catalogue can be written and knows who did it."""
    if session.acting is None:
        return
    with suppress(PreserveError, StorageError), catalogue.begin() as connection:
        to = Start(proved, checkpoints.root_at(connection, proved)) if not errors else BEGINNING
        actor = session.person.account
        if whole:
            note(connection, session.home, errors, to, actor=actor, moment=now())
        else:
            note_part(connection, session.home, since, to, actor=actor, moment=now())


def _on_media(home: Home, catalogue: Catalogue) -> list[Finding]:
    """What the ledger on drives at hand contradicts."""
    with catalogue.read() as connection:
        media = attached(home, holdings.all_media(connection)).values()
        return [
            finding
            for medium in media
            if medium.drive is not None
            for finding in compare_ledger(home, connection, open_source(medium.drive.root), medium.row.label)
        ]


def _time_stamps(home: Home, catalogue: Catalogue) -> tuple[tuple[StampedAt, ...], list[Finding]]:
    """The tokens beside the segments, where the profile names the certificates to hold them against."""
    roots = read_audit_profile(home.profiles).time_stamps.roots
    if not roots:
        return (), []
    try:
        certificates = (home.path / roots).read_bytes()
    except OSError as error:
        raise MediumProblem("ledger.time-server", roots, reason=error.strerror or str(error)) from error
    with catalogue.read() as connection:
        tokens, findings = time_stamps.check_all(
            checkpoints.read_checkpoints(connection), certificates, home.store / "ledger"
        )
    return tuple(StampedAt(token.size, stamp(token.moment)) for token in tokens), findings


@dataclass(frozen=True, slots=True)
class Signed:
    """The ledger's newest checkpoint: how many entries it is over, its note, its text; and segments written with it."""

    size: int
    note: str
    text: str
    segments: tuple[Path, ...]


@command("ledger.checkpoint", duty=(Duty.KEEP, Duty.REPORT))
def checkpoint(session: Session) -> Signed:
    """Sign the ledger as it stands and write its segment into the store."""
    archive = session.archive
    closed = sealing.close_segment(archive.home, archive.catalogue)
    signed = closed.checkpoint
    return Signed(signed.size, signed.note, signed.text(), closed.segments)


@dataclass(frozen=True, slots=True)
class Exported:
    """How many entries were written."""

    entries: int


def _how_many(session: Session, arguments: Arguments) -> Mapping[str, object]:
    with session.archive.catalogue.read() as connection:
        return {"entries": ledger.size(connection) + looks.size(connection)}


@query("ledger.export", duty=Duty.REPORT, look=Look("ledger.viewed", _how_many, of_archive))
def export(session: Session, into: Path | TextIO, *, tiles: bool = False) -> Exported:
    """Write every entry as canonical JSON, one a line, into a new file or a stream: accounts and cases are named.

    Looks have a log of their own, which each of them names; they stand between the deeds by their time.
    With `tiles` into a new folder, with checkpoint, tiles and bundles of entries as readers of transparency logs take
    them (C2SP tlog-tiles). The last one says who exported them. Raises Refused where something of that name is there,
    MediumProblem.
    """
    home, catalogue = session.archive.home, session.archive.catalogue
    if tiles and isinstance(into, Path):
        with new_folder(into.absolute(), home) as staged, catalogue.read() as connection:
            return Exported(write_tiles(connection, home.keys / "ledger.pub", staged))
    if not isinstance(into, Path):
        return Exported(_write_entries(catalogue, into.write))
    with new_file(into.absolute(), home) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        return Exported(_write_entries(catalogue, stream.write))


def _write_entries(catalogue: Catalogue, write: Callable[[str], object]) -> int:
    count = 0
    with catalogue.read() as connection:
        for entry in both_logs.entries(connection):
            write(entry.text + "\n")
            count += 1
    return count


@dataclass(frozen=True, slots=True)
class Proved:
    """What was written for a third party: entries with proofs, checks of the copies, files of records; `size` is the
    checkpoint's."""

    path: Path
    entries: int
    checks: int
    files: int
    size: int


@command("ledger.prove", duty=Duty.REPORT, subject="case")
def prove(session: Session, case: str, target: Path, *, earlier: Sequence[Path] = ()) -> Proved:
    """Write into a new folder what a third party needs to check when a case was registered and audited.

    `earlier` are files with checkpoints from elsewhere, which are shown to be beginnings of this ledger. Raises
    Refused, NotIntact where one of them is not.
    """
    archive = session.archive
    sealing.close_segment(archive.home, archive.catalogue)
    known = [_read(path) for path in earlier]
    with archive.catalogue.read() as connection, new_folder(target.absolute(), archive.home) as staged:
        name = read_version(connection, find_case(connection, case) or case).name
        written = write_evidence(archive.home, connection, name, staged, earlier=known)
    return Proved(target, written.entries, written.checks, written.files, written.size)


def _read(path: Path) -> Checkpoint:
    return checkpoints.parse_checkpoint(path.read_text(encoding="utf-8"))
