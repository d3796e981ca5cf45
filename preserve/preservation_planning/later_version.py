"""The plan of a case's next version: the originals of the one before, under the formats policy that counts now.

The originals come out of the old version, copied or, where the store can, shared with it; they are compared with its
manifests, which the ledger anchors, identified and characterised anew; what the policy wants and the old version lacks
is made by the same transcoders, with proof; what stays is carried over. The old version is only ever read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.archival_storage.aip_versions import Change, PreviousVersion, describing, publish
from preserve.archival_storage.aip_versions.abandoned import give_up
from preserve.archival_storage.aip_versions.copy_unchanged import carry, data_path, stays, way_of
from preserve.archival_storage.packing.listing import Described, Listing
from preserve.clock import now, stamp
from preserve.data_management import journal, migrations_journal
from preserve.data_management.archive import Archive
from preserve.data_management.proof import anchors
from preserve.description.matching import described, name_in
from preserve.errors import NotIntact, PreserveError
from preserve.ingest.context import Ingest
from preserve.ingest.declared import Wanted
from preserve.ingest.file_pass import Job
from preserve.ingest.normalise import Plan, forecast, seconds_of_media
from preserve.ingest.pipeline import Journalled, Origin, VersionPlan
from preserve.ingest.provenance import TakenFile
from preserve.ingest.sources.folder import FolderSource
from preserve.ingest.working_files import WorkingFiles
from preserve.messages import say, speaking
from preserve.preservation_planning import resume
from preserve.preservation_planning.file_decisions import FileDecisions, Tally
from preserve.preservation_planning.policy import Policy
from preserve.work import require_space
from storage_adapters.durable import drop_file
from storage_adapters.medium_errors import on_medium


@dataclass(frozen=True, slots=True)
class Represerved:
    """What came of one case: `done` with a new version; `settled`: nothing to change; `failed`: nothing could be made.

    `made` and `left_out` count copies; `shared` bytes lie in the blocks of the version before; `findings` are what a
    person should look at.
    """

    objid: str
    outcome: Literal["done", "settled", "failed"]
    name: str
    version: int
    files: int
    size: int
    made: int
    left_out: int
    shared: int
    resumed: bool
    findings: tuple[Finding, ...]


class LaterVersion(VersionPlan[Represerved]):
    """One claimed case under one policy."""

    spoiled_by = NotIntact  # damaged matter is never passed on: all of it goes, and the next run begins anew

    def __init__(
        self, ingest: Ingest, files: WorkingFiles, old: PreviousVersion, policy: Policy, began: resume.Began, actor: str
    ) -> None:
        super().__init__(ingest, files, files.watcher, Journalled(began.row.boot, began.resumed))
        self.catalogue, self.home = files.catalogue, ingest.home
        self.old, self.new_policy, self.row, self.actor = old, policy, began.row, actor
        self.decisions = FileDecisions(ingest, old, policy, files)
        self.tally = Tally()
        self.way = way_of(self.home, old, ingest.package)

    @property
    def where(self) -> str:
        """The version before."""
        return self.old.name

    @property
    def policy(self) -> str:
        """Its rules, as the journal knows them by."""
        return self.row.policy

    def began(self) -> dict[str, Any]:
        """The case, and the policy by its name."""
        return {"objid": self.old.objid, "policy": self.new_policy.name}

    def is_published(self) -> bool:
        """Raises NotIntact where something else lies there."""
        with self.catalogue.read() as connection:
            return publish.is_published(connection, self.adapter, self.old.objid, self.ingest.name)

    def record(self, act: str, step: str, details: dict[str, Any]) -> None:
        """In the journal and the log; the ledger tells of a later version when it begins, is sealed and is entered."""
        with self.catalogue.begin() as connection:
            migrations_journal.change(connection, self.row.id, step=step)
        self.log.write(f"represerve.{act}", **details)

    def _enter(self, connection: Connection, action: str, details: dict[str, Any]) -> None:
        resume.entry(connection, self.old.objid, self.actor, action, details)

    def record_boot(self, boot: str) -> None:
        """In the journal."""
        with self.catalogue.begin() as connection:
            migrations_journal.change(connection, self.row.id, boot=boot)

    def origin(self, count: int, size: int) -> Origin:
        """The originals of the old version, each with the digests of its manifests."""
        require_space(self.home.store, size if self.way == "none" else 0, self.home.settings.reserve)
        self.watcher.begin("plan.step-copy", size, count, name=self.old.name)

        objects = described(self.ingest.description)

        def jobs(rows: Iterator[journal.FileRow]) -> Iterator[Job]:
            for row in rows:
                known = self.old.wanted(data_path("original", "data/" + row.stored))
                wanted = tuple(Wanted(name, digest, f"manifest-{name}.txt") for name, digest in known.items())
                name = name_in(objects, row.path.decode("utf-8", "surrogateescape"))
                yield Job(row.number, row.stored, row.stored, row.size, wanted, name)

        return Origin(FolderSource(self.old.package / data_path("original", "data")), "", jobs, self.way)

    def require_copied(self, refusals: list[Finding], again: list[Finding]) -> None:
        """Nothing of a damaged package is passed on."""
        if bad := refusals + again:
            raise NotIntact("storage.predecessor-damaged", self.old.name, findings=bad)

    def examine(self) -> None:
        """Before hours of encoding: what will be carried over, and what is to be made, must fit."""
        needed, self.media = 0.0, 0.0
        for role in self.old.roles() if self.way == "none" else ():
            needed += sum(entity.size for entity in self.old.objects(role)) if role != "original" else 0
        for file in self.files.files(lacking="normalised"):
            wanted = self.wants(file)
            self.media += seconds_of_media(file, wanted)
            for kind in (wanted.action, wanted.access):
                factor = self.new_policy.formats.estimate.get(kind, 0.0)
                known = forecast(file, wanted, self.new_policy.formats) if kind == "ffv1" else 0
                needed += known or file.copied.size * factor
        require_space(self.home.store, int(needed), self.home.settings.reserve)

    def wants(self, file: TakenFile) -> Plan:
        """What the policy wants of a file and the old version lacks."""
        return self.decisions.wants(file)

    def _decide(self, *, drop: bool) -> Tally:
        """One pass over the files; with `drop` what was made and is not needed is removed."""
        tally = Tally()
        for file, decision in self.decisions.all():
            tally.add(file, decision)
            for spare in decision.spare if drop else ():
                drop_file(self.ingest.data(spare.role) / spare.stored, self.ingest.package)
        return tally

    def seal(self) -> Represerved | None:
        """Carry over, describe, make it a bag; or settle the case where nothing is to be changed."""
        self.tally = tally = self._decide(drop=True)
        if not tally.made and not tally.left_out:
            return self._settle("failed" if tally.findings else "settled")
        self.watcher.begin("ingest.step-describe")
        root, digests, moment = self.ingest.information_package, self.files.algorithms, stamp(now())
        dropped = frozenset(tally.dropped)
        with on_medium(self.ingest.package), Listing(self.ingest.package, digests) as listing:
            unchanged = self._unchanged(dropped)
            carried = carry(
                self.old, root, unchanged, digests, self.watcher, way=self.way, thorough=self.journalled.resumed
            )
            with speaking(self.home.settings.language):
                writing = describing.Writing(
                    old=self.old,
                    version=self.ingest.version,
                    root=root,
                    algorithms=digests,
                    change=self._change(dropped),
                    dropped=dropped,
                    carried=carried,
                    actor=self.actor,
                    moment=moment,
                    renewal=self.decisions.renewal(tally, moment),
                    listing=listing,
                )
                described: list[Described] = describing.describe(writing)
            self.watcher.begin("ingest.step-seal")
            payload = chain(listing, carried.values(), described)
            self.counts = publish.seal(self.ingest.package, self.old, self.ingest.version, digests, payload, moment)
        return None

    def _unchanged(self, dropped: frozenset[str]) -> list[str]:
        """The files of the old package that the new one has as they are, by path."""
        paths = stays(self.old)
        for role in self.old.roles():
            if role != "original":
                paths += [data_path(role, o.path) for o in self.old.objects(role) if o.identifier not in dropped]
        return paths

    def _settle(self, outcome: Literal["settled", "failed"]) -> Represerved:
        """Nothing is to be changed, or nothing could be: no new version, and this policy leaves the case alone."""
        self.discard()
        codes = sorted({finding.code for finding in self.tally.findings})
        details = {"version": self.ingest.version, "reasons": codes, "rules": self.new_policy.key}
        with self.catalogue.begin() as connection:
            self._enter(connection, f"represervation.{outcome}", details)
            self._close(connection, outcome)
        self.log.write(outcome, reasons=codes)
        return self._result(outcome, self.old.name, self.old.version, (0, 0))

    def _close(self, connection: Connection, state: str) -> None:
        findings = journal.findings_text(self.tally.findings)
        migrations_journal.change(connection, self.row.id, state=state, ended=stamp(now()), findings=findings)
        journal.forget_files(connection, self.row.id)

    def _change(self, dropped: frozenset[str] = frozenset()) -> Change:
        # What an earlier run published follows the policy of that run.
        codes = sorted({finding.code for finding in self.tally.findings})
        details: dict[str, Any] = {"rules": self.row.policy, "findings": codes}
        if self.row.policy == self.new_policy.key:
            details["policy"] = self.new_policy.name
        with speaking(self.home.settings.language):
            policy = say(f"plan.policy-{self.new_policy.name}")
            reason = say("premis.represerved", policy=policy, rules=self.new_policy.key[:16])
        return Change(anchors.REPRESERVED, reason, details, dropped)

    def publish(self) -> None:
        """The ledger learns which package it is before the rename."""
        assert self.counts is not None
        publish.publish(self.catalogue, self.adapter, self.ingest.package, self.old, self.counts, self.actor)
        self.log.write("represerve.published", name=self.ingest.name)

    def register(self) -> Represerved:
        """One transaction enters it; what was published by an earlier run is read again first."""
        self.watcher.begin("ingest.step-register")
        if self.counts is None and not self.files.totals("normalised")[0]:
            # An earlier run published it; what it decided is in the journal, unless that was lost with the catalogue.
            self.tally = self._decide(drop=False)
        tally, change = self.tally, self._change()
        entered = publish.enter(
            Archive(self.home, self.catalogue),
            self.old,
            self.ingest.version,
            replace(change, details={**change.details, "made": tally.made, "left_out": tally.left_out}),
            actor=self.actor,
            counts=self.counts,
            also=lambda connection: self._close(connection, "done"),
        )
        self.files.clear()
        self.log.write("done", name=entered.name, files=entered.files, bytes=entered.size)
        return self._result("done", entered.name, entered.version, (entered.files, entered.size), entered.shared)

    def _result(
        self,
        outcome: Literal["done", "settled", "failed"],
        name: str,
        version: int,
        counts: tuple[int, int],
        shared: int = 0,
    ) -> Represerved:
        done = outcome == "done"
        return Represerved(
            objid=self.old.objid,
            outcome=outcome,
            name=name,
            version=version,
            files=counts[0],
            size=counts[1],
            made=self.tally.made if done else 0,
            left_out=self.tally.left_out if done else 0,
            shared=shared,
            resumed=self.journalled.resumed,
            findings=tuple(self.tally.findings),
        )

    def give_up(self, error: PreserveError) -> None:
        """Everything that was made goes; the old version stays the newest."""
        give_up(self.home, self.catalogue, self.row)
        codes = sorted({finding.code for finding in error.findings} | {error.code})
        with self.catalogue.begin() as connection:
            self._enter(connection, "represervation.failed", {"version": self.ingest.version, "reasons": codes})
        self.log.write("failed", reasons=codes)
