"""The plan of a case's first version: from what a depositor handed in to an AIP that stands in the catalogue."""

from __future__ import annotations

from array import array
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, cast

from metadata.findings import Finding
from metadata.mets import Header
from preserve import __version__
from preserve.administration.file_forms.profile import read_forms
from preserve.administration.numbering import filing
from preserve.administration.retention import rules_in_force
from preserve.archival_storage import policy as storage_policy
from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.packing import publishing
from preserve.archival_storage.packing.documents import PackageWriter
from preserve.archival_storage.packing.listing import Listing
from preserve.archival_storage.packing.sealing import seal as seal_package
from preserve.clock import now, stamp
from preserve.data_management import case_digests, journal, sealing
from preserve.data_management.database import Catalogue
from preserve.data_management.package_index import enter_package
from preserve.data_management.proof import anchors
from preserve.errors import NotIntact, PreserveError, Refused
from preserve.ingest import bag_info, take_in
from preserve.ingest.acceptance import Answerer, accepted, require_answerer
from preserve.ingest.assess import Assessed, Judged, Judgement
from preserve.ingest.begin import Began, enter, refuse
from preserve.ingest.beside import beside_of, rows_of
from preserve.ingest.context import Ingest
from preserve.ingest.declared import files_by_list
from preserve.ingest.describe_case import CaseDescriber, Circumstances, label, write_case
from preserve.ingest.describe_files import Representations
from preserve.ingest.evidence_notes import Evidence
from preserve.ingest.extraction.parts import Gathered, Gathering
from preserve.ingest.in_force import InForce, read_in_force
from preserve.ingest.normalise import Plan, formats_profile, plan, seconds_of_media
from preserve.ingest.papers_apart import papers_of
from preserve.ingest.pipeline import Journalled, Origin, VersionPlan
from preserve.ingest.provenance import TakenFile
from preserve.ingest.result import Result
from preserve.ingest.working_files import WorkingFiles
from preserve.messages import speaking
from storage_adapters.contract import CopyRef


class FirstVersion(VersionPlan[Result]):
    """One deposit, assessed and claimed."""

    spoiled_by = Refused

    def __init__(
        self,
        catalogue: Catalogue,
        ingest: Ingest,
        assessed: Assessed,
        began: Began,
        answerer: Answerer,
        files: WorkingFiles,
    ) -> None:
        super().__init__(ingest, files, files.watcher, Journalled(began.row.boot, began.resumed))
        self.catalogue, self.assessed, self.row = catalogue, assessed, began.row
        self.answerer, self.person = answerer, answerer.account
        self.findings = tuple(journal.read_findings(began.row.findings))
        self._formats = formats_profile(ingest.home.profiles)
        self._judged: tuple[InForce, Judged] | None = None
        """What `examine` found, by what the catalogue said then; it still holds where nothing was made of any file."""

    @property
    def where(self) -> str:
        """The deposit."""
        return str(self.assessed.deposit.origin)

    @property
    def policy(self) -> str:
        """`lossless` or `compact`, as it was when the ingest began."""
        return self.row.policy

    def began(self) -> dict[str, Any]:
        """The deposit, and who hands it in."""
        return {"source": self.where, "person": self.person}

    def is_published(self) -> bool:
        """Asked only where the journal says that it was sealed."""
        return (self.sealed or self.row.step in ("store", "register")) and self.adapter.has(CopyRef(self.ingest.name))

    def record(self, act: str, step: str, details: dict[str, Any]) -> None:
        """In ledger and journal in one transaction, then in the log."""
        with self.catalogue.begin() as connection:
            enter(connection, f"ingest.{act}", self.row.objid, self.person, details)
            journal.change(connection, self.row.id, step=step)
        self.log.write(f"ingest.{act}", **details)

    def record_boot(self, boot: str) -> None:
        """In the journal."""
        with self.catalogue.begin() as connection:
            journal.change(connection, self.row.id, boot=boot)

    def origin(self, count: int, size: int) -> Origin:
        """The deposit; its space was required when the ingest began."""
        self.watcher.begin("ingest.step-copy", size, count)
        deposit, names = self.assessed.deposit, self.assessed.names
        return Origin(deposit.source, deposit.prefix, lambda rows: take_in.jobs_of(rows, deposit, names))

    def require_copied(self, refusals: list[Finding], again: list[Finding]) -> None:
        """What is wrong with a file refuses the deposit; what changed while it was read may be tried again."""
        if refusals:
            judgement = Judgement(self.ingest.home, self.assessed)
            for file in self.files.files():
                judgement.add(file)
            raise Refused("sip.refused", self.where, findings=[*judgement.so_far(), *refusals, *again])
        if again:
            raise NotIntact("ingest.changed-while-read", self.where, findings=again)

    def examine(self) -> None:
        """Every rule, now that the files are known. Meanwhile the processes start that are wanted when it is sealed."""
        self.watcher.begin("ingest.step-check")
        self.beside = beside_of(self.files.totals()[0], self.ingest, self.adapter)
        known = self._known()
        judgement = Judgement(self.ingest.home, self.assessed, known)
        self.media = 0.0
        kept: dict[str, array[int]] = {}
        settled = True
        for number, file in self.files.numbered():
            judgement.add(file)
            if file.normalised is None:
                wanted = self.wants(file)
                self.media += seconds_of_media(file, wanted)
                if not wanted.needs_work:
                    kept.setdefault(wanted.rule, array("Q")).append(number)
                else:
                    settled = False
        judged = judgement.finish()
        require_answerer(self.assessed.description, judged.findings, self.answerer)
        self._keep(judged.findings)
        self._judged = (known, judged) if settled else None
        if self.beside and not settled:  # there is work for hours, perhaps, and more to be made durable after it
            self.beside.close()
            self.beside = None
        self.files.keep(kept)

    def _known(self) -> InForce:
        with self.catalogue.read() as connection:
            return read_in_force(self.ingest.home, connection)

    def _keep(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        with self.catalogue.begin() as connection:
            journal.change(connection, self.row.id, findings=journal.findings_text(findings))

    def wants(self, file: TakenFile) -> Plan:
        """By the formats profile and the policy of the home."""
        return plan(file, self.ingest.home.settings.policy, self._formats)

    def seal(self) -> None:
        """One pass over the files writes everything that is said of each; then the whole is described and sealed."""
        self.watcher.begin("ingest.step-describe", None, self.files.totals()[0])
        settings, moment = self.ingest.home.settings, now()
        header = Header(self.row.objid, label(self.ingest), stamp(moment), "preserve", __version__)
        out = PackageWriter(self.ingest.information_package, header, settings.digests)
        self.beside = self.beside or beside_of(self.files.totals()[0], self.ingest, self.adapter)
        told = self.beside.wrote if self.beside else lambda file: None
        with Listing(self.ingest.package, settings.digests, told) as listing:
            self._describe(out, listing, moment)
            self.watcher.begin("ingest.step-seal")
            self.counts = seal_package(
                self.ingest.package,
                settings.digests,
                chain(listing, out.written),
                lambda count, size: bag_info.info(self.ingest, count, size, stamp(moment)),
            )
        self.assessed = self.assessed.without_names()
        if self.beside:
            self.beside.sealed(tokens=not self.catalogue.is_on_a_server)

    def _describe(self, out: PackageWriter, listing: Listing, moment: datetime) -> None:
        write_case(out, self.ingest)
        if self.beside:
            self.beside.told()
        spoken = self.ingest.home.settings.language  # in packages; findings are for who hands in, too
        deposit = self.assessed.deposit
        known = self._known()
        same = self._judged is not None and self._judged[0] == known
        judgement = None if same else Judgement(self.ingest.home, self.assessed, known)
        texts = Gathering(self.text_folder, self.ingest, deposit.description_name.removeprefix(deposit.prefix))
        evidence = Evidence(self.ingest.description, self.ingest.data("original"))
        lists = files_by_list(deposit.wanted)
        with Representations(out, self.ingest, listing, self.assessed.scanner, lists) as representations:
            for number, file in self.files.numbered():
                if judgement is not None:
                    judgement.add(file)
                texts.add(number, file)
                evidence.add(file)
                with speaking(spoken):
                    representations.add(file)
                self.watcher(0, 1)
            with speaking(spoken):
                references = representations.close()
        judged = judgement.finish() if judgement else cast(tuple[InForce, Judged], self._judged)[1]
        gathered = texts.finish()
        self._keep((*judged.findings, *gathered.findings))
        with speaking(spoken):
            circumstances = self._circumstances(judged, gathered, evidence, moment)
            CaseDescriber(out, self.ingest, circumstances).write(references, representations.survey)

    @property
    def text_folder(self) -> Path:
        """Where the workers left what they read out of documents."""
        return cast(Path, self.files.texts)

    def _circumstances(self, judged: Judged, gathered: Gathered, evidence: Evidence, moment: datetime) -> Circumstances:
        home = self.ingest.home
        return Circumstances(
            started=self.row.started,
            ended=stamp(moment),
            person=self.person,
            source_kind=self.row.source_kind,
            findings=self.findings,
            submission=self.assessed.submission(),
            reports=papers_of(judged, evidence, home.settings.institution, moment, read_forms(home.profiles)),
            texts=gathered.counts,
            package=self.assessed.deposit.foreign,
            accession=self.assessed.deposit.accession,
        )

    def publish(self) -> None:
        """One rename makes it an AIP; where the store is away its list, which is written last."""
        assert self.counts is not None
        (count, size), made, held = self.counts, self.ingest, self.catalogue.while_held
        if self.adapter.is_away:
            self.watcher.begin("ingest.step-send", 2 * size, count)
        publishing.publish(made.name, made.package, size, self.adapter, self.watcher, held)

    def register(self) -> Result:
        """One transaction enters it; what was published by an earlier run is read again first."""
        self.watcher.begin("ingest.step-register")
        copy, held, home = CopyRef(self.ingest.name), self.catalogue.while_held, self.ingest.home
        count, size = self.counts or publishing.prove_published(self.adapter, copy, self.row.objid, held)
        location = self.adapter.path(copy)
        self.files.forget_texts()  # they are in the package; who is killed after it is entered has nothing left to do
        if self.row.state != "done":
            self._index(location, count, size)
        sealing.close_segment(home, self.catalogue)
        with self.catalogue.read() as connection:
            standing = storage_policy.standing(connection, self.row.objid, 1, storage_policy.read_policy(home.profiles))
        self.log.write("done", name=self.ingest.name, files=count, bytes=size)
        return Result(
            objid=self.row.objid,
            name=self.ingest.name,
            case_number=self.row.case_number,
            location=location,
            place=self.adapter.place(copy),
            files=count,
            originals=len(self.ingest.description.objects),
            size=size,
            findings=self.findings,
            resumed=self.journalled.resumed,
            sealed=standing.sealed,
            missing=standing.missing,
        )

    def _index(self, location: Path, count: int, size: int) -> None:
        moment, home, objid, tokens = now(), self.ingest.home, self.row.objid, not self.catalogue.is_on_a_server
        with rows_of(self.beside, location, tokens=tokens) as read, self.catalogue.begin() as connection:
            enter_package(connection, read, once=True)
            name, medium = self.ingest.name, self.adapter.identity
            for state in ("written", "verified"):
                change_copy(connection, name, medium, state, actor=self.person, moment=moment)
            details = {
                "case_number": self.row.case_number,
                "name": self.ingest.name,
                "files": count,
                "bytes": size,
                "findings": sorted({finding.code for finding in self.findings}),
                "accepted": accepted(self.findings, self.answerer),
                **anchors.details(location),
                **case_digests.of_version(connection, objid, 1),
            }
            enter(connection, anchors.REGISTERED, objid, self.person, details)
            filing.enter(connection, home, objid, self.ingest.description, actor=self.person, moment=moment)
            # What this run wrote into the package and read back is what the catalogue says; else that is asked.
            said = self.ingest.description if self.counts else None
            rules_in_force.enter_case(home, connection, objid, actor=self.person, moment=moment, description=said)
            journal.change(connection, self.row.id, state="done", step="register", ended=stamp(moment))
            journal.forget_files(connection, self.row.id)

    def give_up(self, error: PreserveError) -> None:
        """A refused deposit leaves nothing but its refusal in ledger and journal."""
        self.discard()
        with self.catalogue.begin() as connection:
            refuse(connection, self.row.objid, self.assessed.deposit.origin, error, self.person)
            said = {"state": "refused", "findings": journal.findings_text(error.findings), "ended": stamp(now())}
            journal.change(connection, self.row.id, **said)
            journal.forget_files(connection, self.row.id)
        self.log.write("refused", reasons=[finding.code for finding in error.findings] or [error.code])
