"""A new version of one package under the formats policy that counts now, through the steps of an ingest.

The originals are copied out of the old version and compared with its manifests, which the ledger anchors; identified
and characterised anew; what the policy wants and the old version lacks is made by the same transcoders, with proof;
what stays is carried over. The old version is only ever read. Killed at any moment, the same call goes on: the journal
knows each file, as it does for an ingest.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.archival_storage.aip_versions import Change, PreviousVersion, describing, previous_version, publish
from preserve.archival_storage.aip_versions.abandoned import give_up
from preserve.archival_storage.aip_versions.copy_unchanged import carry, data_path, stays
from preserve.archival_storage.claim import claim
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packing.documents import Described
from preserve.clock import now, stamp
from preserve.data_management import cases, journal, migrations_journal
from preserve.data_management.database import Catalogue
from preserve.data_management.proof import anchors
from preserve.errors import NotIntact
from preserve.home import Home
from preserve.ingest.context import Ingest
from preserve.ingest.file_pass import Job
from preserve.ingest.normalise import forecast
from preserve.ingest.provenance import read_file
from preserve.ingest.run_log import RunLog
from preserve.ingest.runner import boot
from preserve.ingest.sources.folder import FolderSource
from preserve.ingest.working_files import UnderWay
from preserve.messages import say, speaking
from preserve.preservation_planning import resume
from preserve.preservation_planning.file_decisions import Reworking
from preserve.preservation_planning.policy import Policy
from preserve.progress import Progress
from preserve.work import require_space
from storage_adapters.durable import discard, drop_file, on_medium, translate
from storage_adapters.errors import StorageError


@dataclass(frozen=True, slots=True)
class Represerved:
    """What came of one case: `done` with a new version; `settled`: nothing to change; `failed`: nothing could be made.

    `made` and `left_out` count copies; `findings` are what a person should look at.
    """

    objid: str
    outcome: Literal["done", "settled", "failed"]
    name: str
    version: int
    files: int
    size: int
    made: int
    left_out: int
    resumed: bool
    findings: tuple[Finding, ...]


def represerve(
    home: Home, catalogue: Catalogue, objid: str, policy: Policy, *, actor: str, jobs: int, watcher: Progress
) -> Represerved:
    """Make the next version of a case's package, where the policy asks for one.

    Raises NotIntact where the old package is damaged (nothing of it is passed on), Refused where another run works on
    the case, MediumProblem and StorageError, ToolMissing, Stopped.
    """
    with catalogue.read() as connection:
        number = cases.read(connection, objid).case_number
    with claim(home.work, number):
        return _Run(home, catalogue, objid, policy, actor, jobs, watcher).go()


class _Run:
    """One run over one claimed case."""

    def __init__(
        self, home: Home, catalogue: Catalogue, objid: str, policy: Policy, actor: str, jobs: int, watcher: Progress
    ) -> None:
        self.home, self.catalogue, self.policy, self.actor = home, catalogue, policy, actor
        self.watcher = watcher
        self.adapter = server_store(home)
        self.adapter.require()
        with catalogue.read() as connection:
            self.old: PreviousVersion = previous_version(home, connection, objid)
            description = cases.read(connection, objid).description
        self.version = self.old.version + 1
        self.name = f"{objid}_v{self.version:04}"
        self.row, self.resumed = resume.begin(home, catalogue, self.old, policy, actor)
        self.ingest = Ingest(
            self.row.id,
            objid,
            home,
            description,
            self.adapter.staging(self.name),
            home.work / self.row.id,
            self.version,
        )
        self.files = UnderWay(catalogue, self.ingest, jobs, watcher)
        self.rework = Reworking(self.ingest, self.old, policy, self.files)
        self.log = RunLog(home.log, self.row.id)

    def go(self) -> Represerved:
        """Every step to the end."""
        self.log.write("resumed" if self.resumed else "started", objid=self.old.objid, policy=self.policy.name)
        try:
            with self.catalogue.read() as connection:
                published = publish.is_published(connection, self.adapter, self.old.objid, self.name)
            if published:
                return self._enter(None)
            if self.resumed:
                self._recheck()
            else:
                # What lies there under this name belongs to no journal, or was sealed and not published.
                discard(self.ingest.package, self.adapter.root / "incoming")
            self._take()
            self._require_space()
            self._normalise()
            return self._finish()
        except NotIntact as error:
            # Damaged matter is never passed on: all of the new version goes, and the next run begins anew.
            give_up(self.home, self.catalogue, self.row)
            codes = sorted({f.code for f in error.findings} | {error.code})
            with self.catalogue.begin() as connection:
                self._entry(connection, "represervation.failed", {"version": self.version, "reasons": codes})
            self.log.write("failed", reasons=codes)
            raise
        except OSError as error:
            self._interrupted(error)
            raise translate(error, str(self.ingest.package)) from error
        except BaseException as error:
            self._interrupted(error)
            raise

    def _interrupted(self, error: BaseException) -> None:
        with suppress(StorageError):  # the log may lie on the medium that is full
            self.log.write("interrupted", cause=f"{type(error).__name__} {getattr(error, 'code', '')}".strip())

    def _entry(self, connection: Connection, action: str, details: dict[str, Any]) -> None:
        resume.entry(connection, self.old.objid, self.actor, action, details)

    def _step(self, act: str, step: str, **values: Any) -> None:
        with self.catalogue.begin() as connection:
            migrations_journal.change(connection, self.row.id, step=step)
        self.log.write(act, **values)

    def _recheck(self) -> None:
        thorough = self.row.boot != boot()
        lost, derived = self.files.recheck(thorough=thorough)
        with self.catalogue.begin() as connection:
            migrations_journal.change(connection, self.row.id, boot=boot())
        self.log.write("rechecked", copied_again=lost, normalised_again=derived, thorough=thorough)

    def _take(self) -> None:
        count, size = self.files.totals("copied")
        if not count:
            return
        require_space(self.home.store, size, self.home.settings.reserve)
        self.watcher.begin("plan.step-copy", size, count, name=self.old.name)
        source = FolderSource(self.old.package / data_path("original", "data"))

        def jobs(rows: Iterator[journal.FileRow]) -> Iterator[Job]:
            for row in rows:
                wanted = tuple(self.old.wanted(data_path("original", "data/" + row.stored)).items())
                name = row.path.decode("utf-8", "surrogateescape")
                yield Job(row.number, row.stored, row.stored, row.size, wanted, name)

        refusals, again = self.files.take(source, "", jobs)
        if bad := refusals + again:
            raise NotIntact("storage.predecessor-damaged", self.old.name, findings=bad)
        if left := self.files.totals("copied")[0]:
            raise NotIntact("ingest.files-vanished", self.old.name, count=left)
        self._step("represerve.copied", "normalise", files=count, bytes=size)

    def _require_space(self) -> None:
        """Before hours of encoding: what will be carried over, and what is to be made, must fit."""
        needed = 0.0
        for role in self.old.roles():
            needed += sum(one.size for one in self.old.objects(role)) if role != "original" else 0
        for row in self.files.pages(lacking="normalised", having="characterised"):
            if not (row.copied and row.identified and row.characterised):
                continue
            file = read_file(row.path, row.stored, row.copied, row.identified, row.characterised, None)
            wanted = self.rework.wants(file)
            for kind in (wanted.action, wanted.access):
                factor = self.policy.formats.estimate.get(kind, 0.0)
                known = forecast(file, wanted, self.policy.formats) if kind == "ffv1" else 0
                needed += known or file.copied.size * factor
        require_space(self.home.store, int(needed), self.home.settings.reserve)

    def _normalise(self) -> None:
        if not self.files.totals("normalised")[0]:
            return
        counts = self.files.normalise(self.rework.wants)
        self._step("represerve.normalised", "describe", **dict(sorted(counts.items())))

    def _finish(self) -> Represerved:
        made = left_out = 0
        gone: set[str] = set()
        for _, decision in self.rework.decisions():
            made += len(decision.used)
            left_out += len(decision.replaced)
            gone.update(one.entity.identifier for one in decision.replaced)
            for spare in decision.spare:
                drop_file(self.ingest.data(spare.role) / spare.stored, self.ingest.package)
        findings = self._findings()
        if not made and not left_out:
            return self._settle("failed" if findings else "settled", findings)
        counts = self._package(frozenset(gone))
        return self._enter(counts, made, left_out, findings)

    def _findings(self) -> tuple[Finding, ...]:
        """What a person should look at: what could not be made, or not as it should be."""
        return tuple(
            finding
            for file in self.files.files()
            for finding in (file.normalised.findings if file.normalised else ())
            if finding.severity in ("warning", "error")
        )

    def _settle(self, outcome: Literal["settled", "failed"], findings: tuple[Finding, ...]) -> Represerved:
        """Nothing is to be changed, or nothing could be: no new version, and this policy leaves the case alone."""
        discard(self.ingest.package, self.adapter.root / "incoming")
        discard(self.ingest.scratch, self.home.work)
        codes = sorted({finding.code for finding in findings})
        with self.catalogue.begin() as connection:
            self._entry(
                connection,
                f"represervation.{outcome}",
                {"version": self.version, "reasons": codes, "rules": self.policy.key},
            )
            self._close(connection, outcome, findings)
        self.log.write(outcome, reasons=codes)
        return Represerved(self.old.objid, outcome, self.old.name, self.old.version, 0, 0, 0, 0, self.resumed, findings)

    def _close(self, connection: Connection, state: str, findings: tuple[Finding, ...]) -> None:
        migrations_journal.change(
            connection, self.row.id, state=state, ended=stamp(now()), findings=journal.findings_text(findings)
        )
        journal.forget_files(connection, self.row.id)

    def _change(self, gone: frozenset[str] = frozenset(), findings: tuple[Finding, ...] = ()) -> Change:
        # What an earlier run published follows the policy of that run.
        details = {"rules": self.row.policy, "findings": sorted({f.code for f in findings})}
        if self.row.policy == self.policy.key:
            details["policy"] = self.policy.name
        with speaking(self.home.settings.language):
            reason = say(
                "premis.represerved", policy=say(f"plan.policy-{self.policy.name}"), rules=self.policy.key[:16]
            )
        return Change(anchors.REPRESERVED, reason, details, gone)

    def _package(self, gone: frozenset[str]) -> tuple[int, int]:
        """Carry over, describe, seal, read back, publish."""
        self.watcher.begin("ingest.step-describe")
        root, algorithms, moment = self.ingest.information_package, self.files.algorithms, stamp(now())
        paths = stays(self.old)
        for role in self.old.roles():
            if role != "original":
                paths += [data_path(role, o.path) for o in self.old.objects(role) if o.identifier not in gone]
        with on_medium(self.ingest.package):
            carried = carry(self.old, root, paths, algorithms, self.watcher, thorough=self.resumed)
            with speaking(self.home.settings.language):
                described = describing.describe(
                    describing.Writing(
                        self.old,
                        self.version,
                        root,
                        algorithms,
                        self._change(gone),
                        gone,
                        carried,
                        self.actor,
                        moment,
                        self.rework.renewal(moment),
                    )
                )

            def payload() -> Iterator[Described]:
                yield from self.rework.payload()
                yield from carried.values()
                yield from described

            self.watcher.begin("ingest.step-seal")
            counts = publish.seal(self.ingest.package, self.old, self.version, algorithms, payload, moment)
        self.watcher.begin("ingest.step-read-back", counts[1], counts[0])
        self._step("represerve.sealed", "store", files=counts[0], bytes=counts[1])
        publish.publish(
            self.home,
            self.catalogue,
            self.adapter,
            self.ingest.package,
            self.old,
            counts,
            actor=self.actor,
            progress=self.watcher,
        )
        self.log.write("represerve.published", name=self.name)
        return counts

    def _enter(
        self, counts: tuple[int, int] | None, made: int = 0, left_out: int = 0, findings: tuple[Finding, ...] = ()
    ) -> Represerved:
        self.watcher.begin("ingest.step-register")
        if counts is None and not self.files.totals("normalised")[0]:
            # An earlier run published it; what it found is in the journal, unless that was lost with the catalogue.
            findings = self._findings()
            for _, decision in self.rework.decisions():
                made += len(decision.used)
                left_out += len(decision.replaced)
        change = self._change(findings=findings)
        entered = publish.enter(
            self.home,
            self.catalogue,
            self.adapter,
            self.old,
            self.version,
            replace(change, details={**change.details, "made": made, "left_out": left_out}),
            actor=self.actor,
            counts=counts,
            also=lambda connection: self._close(connection, "done", findings),
        )
        discard(self.ingest.scratch, self.home.work)
        self.log.write("done", name=entered.name, files=entered.files, bytes=entered.size)
        return Represerved(
            self.old.objid,
            "done",
            entered.name,
            entered.version,
            entered.files,
            entered.size,
            made,
            left_out,
            self.resumed,
            findings,
        )
