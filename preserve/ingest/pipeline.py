"""The stages in which a version of a case's package comes into being: a first one, or one under a newer policy.

What differs between the two is a `VersionPlan`; everything else is here and is the same for both. The only room that
knows there are many stages. Each durable write comes in this order: the journal says what is intended; bytes are copied
under a temporary name and renamed when whole; the file system is synced; every byte is read back from the medium; one
rename makes the package an AIP; one transaction enters it in catalogue and ledger. Killed between any two of these, the
next run asks what is there and goes on: a stage for which no file waits is passed over, what was renamed is entered.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from metadata.findings import Finding
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packing import attempts, publishing
from preserve.archival_storage.store import Store
from preserve.data_management.journal import FileRow
from preserve.description.object_table import FEW
from preserve.errors import NotIntact, PreserveError
from preserve.ingest.beside import Beside
from preserve.ingest.context import Ingest
from preserve.ingest.file_pass import Job
from preserve.ingest.normalise import Plan
from preserve.ingest.provenance import TakenFile
from preserve.ingest.run_log import RunLog
from preserve.ingest.sources import Source
from preserve.ingest.working_files import WorkingFiles
from preserve.progress import Progress
from preserve.work import give_back
from storage_adapters.contract import ExpectedFile, FileCheck
from storage_adapters.errors import CopyExists, StorageError
from storage_adapters.medium_errors import translate
from storage_adapters.sharing import Way

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Journalled:
    """What the journal knew when this run began: the machine's boot, and whether an earlier run had begun."""

    boot: str
    resumed: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the originals come from: a source, the path below which they lie, and what is wanted of each.

    `way` is how they may be shared with it; a depositor's files are always copied.
    """

    source: Source
    prefix: str
    jobs: Callable[[Iterator[FileRow]], Iterator[Job]]
    way: Way = "none"


class VersionPlan(ABC, Generic[Outcome]):
    """What is done for one kind of version in each stage, and how its journal and its ledger tell of it."""

    spoiled_by: ClassVar[type[PreserveError]]
    """After this error nothing that was made may be used; after every other one the next run goes on."""

    def __init__(self, ingest: Ingest, files: WorkingFiles, watcher: Progress, journalled: Journalled) -> None:
        self.ingest, self.files, self.watcher, self.journalled = ingest, files, watcher, journalled
        self.adapter: Store = server_store(ingest.home)
        self.log = RunLog(ingest.home.log, ingest.identifier)
        self.counts: tuple[int, int] | None = None
        """Files and bytes of the payload; None where an earlier run published the package."""
        self.sealed = False
        """Whether this run sealed it."""
        self.beside: Beside | None = None
        """The processes that look at a large package while it is described."""
        self.media = 0.0
        """Seconds of sound and video that programs will go through, for the progress."""

    @property
    @abstractmethod
    def where(self) -> str:
        """What the originals come from, in errors."""

    @property
    @abstractmethod
    def policy(self) -> str:
        """The formats policy, as the journal names it."""

    @abstractmethod
    def began(self) -> dict[str, Any]:
        """What the log says when a run begins."""

    @abstractmethod
    def is_published(self) -> bool:
        """Whether an earlier run got as far as the rename. Raises NotIntact where something else lies there."""

    @abstractmethod
    def record(self, act: str, step: str, details: dict[str, Any]) -> None:
        """Write down that a stage is done, and which comes next."""

    @abstractmethod
    def record_boot(self, boot: str) -> None:
        """Write down under which boot of the machine the files were looked at."""

    @abstractmethod
    def origin(self, count: int, size: int) -> Origin:
        """Where so many files and bytes are copied from. Begins the progress; raises MediumProblem for no room."""

    @abstractmethod
    def require_copied(self, refusals: list[Finding], again: list[Finding]) -> None:
        """Raise unless every file was taken in as it should be."""

    @abstractmethod
    def examine(self) -> None:
        """Look at what was found out, before the long work: what is refused now need not be transcoded.

        Sets `media`.
        """

    @abstractmethod
    def wants(self, file: TakenFile) -> Plan:
        """What is to be made of a file."""

    @abstractmethod
    def seal(self) -> Outcome | None:
        """Describe the package, make it a bag and set `counts`; or what came of it where there is to be no package."""

    @abstractmethod
    def publish(self) -> None:
        """Rename the package, of which every byte was read back, to its final name."""

    @abstractmethod
    def register(self) -> Outcome:
        """Enter the published package in catalogue and ledger."""

    @abstractmethod
    def give_up(self, error: PreserveError) -> None:
        """Remove all that was made, and write down why."""

    def discard(self) -> None:
        """Remove the package under construction and everything made beside it; of this attempt's own."""
        attempts.clear((self.ingest.package, self.ingest.scratch, *([self.files.texts] if self.files.texts else [])))


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. With `lacking` it is passed over where no file lacks that fact.

    `run` returns None to go on, or what came of the whole where nothing is left to do.
    """

    run: Callable[[VersionPlan[Any]], Any]
    lacking: str = ""


def _copy(plan: VersionPlan[Any]) -> None:
    """Every file that is not taken in yet: copied, identified, characterised."""
    count, size = plan.files.totals("copied")
    origin = plan.origin(count, size)
    plan.require_copied(*plan.files.take(origin.source, origin.prefix, origin.jobs, origin.way))
    if left := plan.files.totals("copied")[0]:
        raise NotIntact("ingest.files-vanished", plan.where, count=left)
    details = {"files": count, "bytes": size, "digests": list(plan.files.algorithms)}
    plan.record("copied", "normalise", details)


def _normalise(plan: VersionPlan[Any]) -> None:
    if not plan.files.kept and not plan.files.totals("normalised")[0]:
        return  # an earlier run did it, and said so
    counts = plan.files.normalise(plan.wants, plan.media)
    plan.record("normalised", "describe", {"policy": plan.policy, **dict(sorted(counts.items()))})


def _seal(plan: VersionPlan[Any]) -> Any:
    """Everything that is said of the files is written anew, into files that nobody has open.

    An attempt that was stopped in the middle of its METS, and wakes up, goes on writing into the file that it had
    opened. That one has no name any more when this attempt has taken over.
    """
    if plan.journalled.resumed:
        attempts.forget_descriptions(plan.ingest.package, plan.ingest.information_package)
    return plan.seal()


def _prove(plan: VersionPlan[Any]) -> None:
    """Before it is published, our own verifier looks at the package and every byte is read from the medium."""
    assert plan.counts is not None
    count, size = plan.counts
    package, objid = plan.ingest.package, plan.ingest.objid
    beside = plan.beside
    with publishing.required_structure(package, count, objid, beside.pool if beside else None):
        plan.watcher.begin("ingest.step-read-back", size, count)
        seen = partial(_seen, plan, package)
        publishing.read_back(package, plan.files.algorithms, plan.adapter, objid, plan.watcher, seen)
    if beside:
        beside.finish()
    plan.record("sealed", "store", {"files": count, "bytes": size})
    plan.sealed = True


def _publish(plan: VersionPlan[Any]) -> None:
    """The attempt before may have been stopped when it had nothing left to do but this, and wake up to do it.

    What it publishes it had proven; nobody publishes over it, and it is entered as that of a run that was killed.
    """
    try:
        plan.publish()
    except CopyExists:
        if not plan.is_published():
            raise
        plan.counts = None


def _seen(plan: VersionPlan[Any], package: Path, file: ExpectedFile) -> FileCheck | None:
    """Large files were read back behind their writer, small ones while the package was being described."""
    return plan.files.behind.check(package, file) or (plan.beside.check(package, file) if plan.beside else None)


STAGES: tuple[Stage, ...] = (
    Stage(_copy, lacking="copied"),
    Stage(lambda plan: plan.examine()),
    Stage(_normalise),
    Stage(_seal),
    Stage(_prove),
    Stage(_publish),
    Stage(lambda plan: plan.register()),
)
"""In their order; the last one always has an outcome."""


def carry_out(plan: VersionPlan[Outcome]) -> Outcome:
    """Go through the stages, from where an earlier run stopped. The case must be claimed.

    Raises whatever a stage raises; errors of the medium as StorageError, whoever met them.
    """
    plan.log.write("resumed" if plan.journalled.resumed else "started", **plan.began())
    try:
        if plan.is_published():
            return plan.register()
        if plan.journalled.resumed:
            _recheck(plan)
        for stage in STAGES:
            if stage.lacking and not plan.files.totals(stage.lacking)[0]:
                continue
            if len(plan.ingest.description.objects) > FEW:
                give_back()  # what lists of a large case left free, before this stage needs as much
            outcome: Outcome | None = stage.run(plan)
            if outcome is not None:
                return outcome
    except plan.spoiled_by as error:
        if plan.beside is not None:
            plan.beside.close()  # it writes into what is removed now
        plan.give_up(error)
        raise
    except (OSError, StorageError) as error:
        # Whatever wrote it and did not say so itself: the medium is full, failing or read-only.
        _interrupted(plan, error)
        attempts.require_held(plan.files.catalogue.while_held)
        if isinstance(error, StorageError):
            raise
        raise translate(error, str(plan.ingest.package)) from error
    except BaseException as error:
        _interrupted(plan, error)
        raise
    finally:
        if plan.beside is not None:
            plan.beside.close()
    raise AssertionError("the last stage has an outcome")


def _interrupted(plan: VersionPlan[Any], error: BaseException) -> None:
    with suppress(StorageError):  # the log may lie on the medium that is full
        plan.log.write("interrupted", cause=f"{type(error).__name__} {getattr(error, 'code', '')}".strip())


def _recheck(plan: VersionPlan[Any]) -> None:
    """Do not trust what the journal says is there before it is seen; all of it after another boot."""
    thorough = plan.journalled.boot != boot()
    lost, derived = plan.files.recheck(thorough=thorough)
    plan.record_boot(boot())
    plan.log.write("rechecked", copied_again=lost, normalised_again=derived, thorough=thorough)


def boot() -> str:
    """The machine's boot: another one means that what was written may not have reached the medium."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"
