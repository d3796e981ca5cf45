"""Runs the steps of an ingest, records what they found, and goes on where an earlier run stopped.

The only room that knows there are many steps, and the only one that writes while an ingest is under way. Each
durable write comes in this order: the journal says what is intended; bytes are copied under a temporary name and
renamed when whole; the file system is synced; every byte is read back from the medium; one rename makes the package
an AIP; one transaction enters it in catalogue and ledger. Killed between any two of these, the next run goes on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ulid import ULID

from metadata.findings import Finding
from metadata.names import safe_names
from preserve.administration.retention import rules_in_force
from preserve.archival_storage import policy as storage_policy
from preserve.archival_storage.claim import claim
from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packing import publishing
from preserve.archival_storage.packing.documents import Described
from preserve.clock import now, stamp
from preserve.data_management import case_index, journal, ledger, sealing
from preserve.data_management.database import Catalogue
from preserve.data_management.journal import IngestRow
from preserve.data_management.package_index import index_package
from preserve.data_management.proof import anchors
from preserve.description.schema import CaseDescription
from preserve.errors import NotIntact, PreserveError, Refused
from preserve.home import Home
from preserve.ingest import seal, take_in
from preserve.ingest.acceptance import accepted
from preserve.ingest.assess import Assessed, Judged, assess, judge
from preserve.ingest.compliance import reports
from preserve.ingest.context import Ingest
from preserve.ingest.describe import Circumstances, describe
from preserve.ingest.evidence_notes import notes
from preserve.ingest.extraction import parts
from preserve.ingest.normalise import formats_profile, plan
from preserve.ingest.readers.text import read_text
from preserve.ingest.run_log import RunLog
from preserve.ingest.working_files import UnderWay
from preserve.messages import speaking
from preserve.progress import Progress
from storage_adapters.contract import CopyRef
from storage_adapters.directory import DirectoryAdapter
from storage_adapters.durable import discard, translate
from storage_adapters.errors import StorageError

_LONGEST_TEXT = 4 << 20  # bytes of a transcript that is printed into the note on its recording


@dataclass(frozen=True, slots=True)
class Result:
    """A finished ingest, after its post-conditions were read back."""

    objid: str
    name: str
    case_number: str
    location: Path
    files: int
    size: int
    findings: tuple[Finding, ...]
    resumed: bool
    sealed: bool
    missing: tuple[tuple[str, int], ...]  # kinds of copies that the case still needs, and how many


def run(
    home: Home, catalogue: Catalogue, source: Path, *, person: str, jobs: int, watcher: Progress, restart: bool = False
) -> Result:
    """Take one deposit in. Raises Refused, MediumProblem, StorageError, ToolMissing, Stopped, NotIntact.

    After Refused nothing of the deposit is left in the archive but the refusal in the ledger; after every other
    error the same call goes on where this one stopped; with `restart` it begins anew.
    """
    watcher.begin("ingest.step-receive")
    try:
        assessed = assess(home, source, watcher)
    except Refused as refusal:
        _refuse(home, catalogue, None, source, refusal, person)
        raise
    number = assessed.description.case_number
    with claim(home.work, number):
        if restart:
            _abandon(home, catalogue, number, person)
        return _Run(home, catalogue, assessed, person, jobs, watcher).go()


def _abandon(home: Home, catalogue: Catalogue, case_number: str, person: str) -> None:
    """Give an unfinished ingest up: its copies in the work area go, the depositor's files were never touched."""
    with catalogue.begin() as connection:
        row = journal.live(connection, case_number)
        if row is None or row.state == "done":
            return
        adapter = server_store(home)
        discard(adapter.staging(f"{row.objid}_v0001"), adapter.root / "incoming")
        discard(home.work / row.id, home.work)
        discard(parts.folder_of(home.work, row.id), home.work)
        ledger.append(
            connection,
            action="ingest.abandoned",
            subject=row.objid,
            actor=person,
            details={"case_number": case_number},
            moment=now(),
        )
        journal.change(connection, row.id, state="abandoned", ended=stamp(now()))
        journal.forget_files(connection, row.id)


def _refuse(
    home: Home, catalogue: Catalogue, row: IngestRow | None, source: Path, refusal: PreserveError, person: str
) -> None:
    """Write a refusal down: in the ledger always, in the journal where the ingest had begun."""
    codes = sorted({finding.code for finding in refusal.findings}) or [refusal.code]
    with catalogue.begin() as connection:
        details = {"source": source.name.encode("utf-8", "backslashreplace").decode(), "reasons": codes}
        subject = row.objid if row else home.settings.archive_id
        ledger.append(connection, action="ingest.refused", subject=subject, actor=person, details=details, moment=now())
        if row is not None:
            found = journal.findings_text(refusal.findings)
            journal.change(connection, row.id, state="refused", findings=found, ended=stamp(now()))
            journal.forget_files(connection, row.id)


class _Run:
    """One run over one claimed case."""

    def __init__(
        self, home: Home, catalogue: Catalogue, assessed: Assessed, person: str, jobs: int, watcher: Progress
    ) -> None:
        self.home = home
        self.catalogue = catalogue
        self.assessed = assessed
        self.person = person
        self.jobs = jobs
        self.watcher = watcher
        self.adapter: DirectoryAdapter = server_store(home)
        self.algorithms: tuple[str, ...] = tuple(home.settings.digests)

    def go(self) -> Result:
        """Begin or resume, and run every step to the end."""
        self.adapter.require()
        try:
            row, resumed = self._begin()
        except Refused as refusal:
            _refuse(self.home, self.catalogue, None, self.assessed.deposit.origin, refusal, self.person)
            raise
        self.row = row
        self.ingest = Ingest(
            row.id,
            row.objid,
            self.home,
            self.assessed.description,
            self.adapter.staging(f"{row.objid}_v0001"),
            self.home.work / row.id,
        )
        self.texts = parts.folder_of(self.home.work, row.id)
        self.files = UnderWay(self.catalogue, self.ingest, self.jobs, self.watcher, self.texts)
        self.log = RunLog(self.home.log, row.id)
        self.log.write(
            "resumed" if resumed else "started", source=str(self.assessed.deposit.origin), person=self.person
        )
        try:
            published = self._published()
            if not published:
                if resumed:
                    self._recheck()
                self._take()
                self._judge()  # before the long work: what is refused now need not be transcoded
                self._normalise()
                judged = self._judge()
                deposit = self.assessed.deposit
                own = deposit.description_name.removeprefix(deposit.prefix)
                texts = parts.gather(self.texts, self.ingest, self.files.numbered(), own)
                findings = (*judged.findings, *texts.findings)
                count, size = self._package(judged, texts)
            else:
                findings = tuple(journal.read_findings(row.findings))
                count, size = 0, 0
            return self._register(findings, count, size, resumed)
        except Refused as refusal:
            discard(self.ingest.package, self.adapter.root / "incoming")
            discard(self.ingest.scratch, self.home.work)
            discard(self.texts, self.home.work)
            _refuse(self.home, self.catalogue, row, self.assessed.deposit.origin, refusal, self.person)
            self.log.write("refused", reasons=[f.code for f in refusal.findings] or [refusal.code])
            raise
        except OSError as error:
            # Whatever wrote it and did not say so itself: the medium is full, failing or read-only.
            self._interrupted(error)
            raise translate(error, str(self.ingest.package)) from error
        except BaseException as error:
            self._interrupted(error)
            raise

    def _interrupted(self, error: BaseException) -> None:
        with suppress(StorageError):  # the log may lie on the medium that is full
            self.log.write("interrupted", cause=f"{type(error).__name__} {getattr(error, 'code', '')}".strip())

    # --- beginning and resuming

    def _begin(self) -> tuple[IngestRow, bool]:
        deposit, description = self.assessed.deposit, self.assessed.description
        with self.catalogue.begin() as connection:
            known = journal.live(connection, description.case_number)
            if known is not None and known.state == "done":
                raise Refused("ingest.case-known", description.case_number, objid=known.objid)
            if known is not None:
                if known.fingerprint != deposit.fingerprint:
                    raise Refused("ingest.deposit-changed", description.case_number)
                self._entry(connection, "ingest.resumed", known.objid, {"step": known.step})
                return known, True
            self.assessed.require_space(self.home)
            moment = now()
            row = IngestRow(
                str(ULID()).lower(),
                f"aip-{str(ULID()).lower()}",
                description.case_number,
                str(deposit.origin),
                deposit.kind,
                deposit.fingerprint,
                "running",
                "copy",
                self.home.settings.policy,
                description.model_dump_json(),
                journal.findings_text(self.assessed.findings),
                stamp(moment),
                None,
                boot(),
            )
            journal.create(connection, row)
            journal.add_files(connection, row.id, self._inventory())
            details = {
                "case_number": row.case_number,
                "source_kind": row.source_kind,
                "files": len(deposit.files),
                "bytes": deposit.size,
                "fingerprint": row.fingerprint,
                "policy": row.policy,
            }
            self._entry(connection, "ingest.started", row.objid, details)
        return row, False

    def _inventory(self) -> Iterator[tuple[int, bytes, str, int, int | None]]:
        deposit = self.assessed.deposit
        paths = [entry.path.removeprefix(deposit.prefix) for entry in deposit.files]
        stored = safe_names(paths)
        for number, (entry, path, name) in enumerate(zip(deposit.files, paths, stored, strict=True), 1):
            yield number, os.fsencode(path), str(PurePosixPath(name)), entry.size, entry.modified_ns

    def _entry(self, connection: Any, action: str, subject: str, details: dict[str, Any]) -> None:
        ledger.append(connection, action=action, subject=subject, actor=self.person, details=details, moment=now())

    def _published(self) -> bool:
        """Whether an earlier run got as far as the rename."""
        return CopyRef(self.ingest.name) in set(self.adapter.copies()) if self.row.step == "store" else False

    def _recheck(self) -> None:
        thorough = self.row.boot != boot()
        lost, derived = self.files.recheck(thorough=thorough)
        with self.catalogue.begin() as connection:
            journal.change(connection, self.row.id, boot=boot())
        self.log.write("rechecked", copied_again=lost, normalised_again=derived, thorough=thorough)

    # --- the steps

    def _take(self) -> None:
        count, size = self.files.totals("copied")
        if not count:
            return
        self.watcher.begin("ingest.step-copy", size, count)
        deposit = self.assessed.deposit
        refusals, again = self.files.take(deposit.source, deposit.prefix, lambda rows: take_in.jobs_of(rows, deposit))
        if refusals:
            raise Refused("sip.refused", str(deposit.origin), findings=refusals + again)
        if again:
            raise NotIntact("ingest.changed-while-read", str(deposit.origin), findings=again)
        left, _ = self.files.totals("copied")
        if left:
            raise NotIntact("ingest.files-vanished", str(deposit.origin), count=left)
        self._done("ingest.copied", "normalise", {"files": count, "bytes": size, "digests": list(self.algorithms)})

    def _normalise(self) -> None:
        if not self.files.totals("normalised")[0]:
            return
        profile = formats_profile(self.home.profiles)
        counts = self.files.normalise(lambda file: plan(file, self.home.settings.policy, profile))
        self._done("ingest.normalised", "describe", {"policy": self.row.policy, **dict(sorted(counts.items()))})

    def _done(self, action: str, step: str, details: dict[str, Any]) -> None:
        with self.catalogue.begin() as connection:
            self._entry(connection, action, self.row.objid, details)
            journal.change(connection, self.row.id, step=step)
        self.log.write(action, **details)

    def _judge(self) -> Judged:
        """All findings now that the files are known. Raises Refused."""
        self.watcher.begin("ingest.step-check")
        found = judge(self.home, self.assessed, self.files.files())
        with self.catalogue.begin() as connection:
            journal.change(connection, self.row.id, findings=journal.findings_text(found.findings))
        return found

    def _package(self, judged: Judged, read: parts.Gathered) -> tuple[int, int]:
        """Describe, seal, read back, publish."""
        self.watcher.begin("ingest.step-describe")
        moment = now()
        settings = self.home.settings
        with speaking(settings.language):
            papers = reports(judged.view, judged.findings, settings.institution, moment, sealing=True)
            texts = self._transcripts(judged.view.case)
            papers += notes(judged.view, self.files.files(), settings.institution, moment, texts)
        told = Circumstances(
            self.row.started,
            stamp(moment),
            self.person,
            self.row.source_kind,
            self.assessed.scanner,
            (*judged.findings, *read.findings),
            self.assessed.submission(),
            tuple(papers),
            read.counts,
        )
        described: list[Described] = describe(self.ingest, self.files.files, told)
        self.watcher.begin("ingest.step-seal")
        count, size = seal.seal(self.ingest, self.files.files, described, told.ended)
        publishing.require_structure(self.ingest.package, count, self.row.objid)
        self.watcher.begin("ingest.step-read-back", size, count)
        publishing.read_back(self.ingest.package, self.algorithms, self.adapter, self.row.objid, self.watcher)
        self._done("ingest.sealed", "store", {"files": count, "bytes": size})
        publishing.publish(self.ingest.name, self.ingest.package, size, self.adapter)
        return count, size

    def _transcripts(self, case: CaseDescription) -> dict[str, str]:
        """What is written in the transcripts that are plain text, by the depositor's path."""
        wanted = {item.transcript for item in case.objects if item.evidence and item.transcript}
        texts = {}
        for file in self.files.files() if wanted else ():
            small = file.copied.size <= _LONGEST_TEXT
            if file.path in wanted and file.character.kind == "text" and small:
                texts[file.path] = read_text(self.ingest.data("original") / file.stored)
        return texts

    def _register(self, findings: tuple[Finding, ...], count: int, size: int, resumed: bool) -> Result:
        self.watcher.begin("ingest.step-register")
        copy = CopyRef(self.ingest.name)
        location = self.adapter.path(copy)
        if not count:
            count, size = publishing.prove_published(location, self.row.objid)
        moment = now()
        with self.catalogue.begin() as connection:
            index_package(connection, location)
            for state in ("written", "verified"):
                change_copy(
                    connection, self.ingest.name, self.adapter.identity, state, actor=self.person, moment=moment
                )
            self._entry(
                connection,
                anchors.REGISTERED,
                self.row.objid,
                {
                    "case_number": self.row.case_number,
                    "name": self.ingest.name,
                    "files": count,
                    "bytes": size,
                    "findings": sorted({f.code for f in findings}),
                    "accepted": accepted(findings),
                    **anchors.details(location),
                    **case_index.digests(connection, self.row.objid, 1),
                },
            )
            rules_in_force.enter_case(self.home, connection, self.row.objid, actor=self.person, moment=moment)
            journal.change(connection, self.row.id, state="done", step="register", ended=stamp(moment))
            journal.forget_files(connection, self.row.id)
        sealing.close_segment(self.home, self.catalogue)
        with self.catalogue.read() as connection:
            standing = storage_policy.standing(
                connection, self.row.objid, 1, storage_policy.read_policy(self.home.profiles)
            )
        discard(self.texts, self.home.work)
        self.log.write("done", name=self.ingest.name, files=count, bytes=size)
        return Result(
            self.row.objid,
            self.ingest.name,
            self.row.case_number,
            location,
            count,
            size,
            findings,
            resumed,
            standing.sealed,
            standing.missing,
        )


def boot() -> str:
    """The machine's boot: another one means that what was written may not have reached the medium."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"
