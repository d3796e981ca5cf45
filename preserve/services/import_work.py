"""Takes the cases of a campaign in, one after the other; goes on wherever an earlier run stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from metadata.findings import Finding
from metadata.identity import readable
from preserve.administration.duties import Duty, allows
from preserve.administration.people import may_answer
from preserve.archival_storage.packing import attempts
from preserve.clock import stamp
from preserve.data_management import journal
from preserve.data_management.journal import IngestRow
from preserve.description.writing import write_json
from preserve.errors import Busy, Conflict, NotIntact, NotPermitted, PreserveError, Refused
from preserve.ingest import runner
from preserve.ingest.handed import Handed
from preserve.ingest.legacy.carriers import CarrierFiles, bad_ranges, check_of
from preserve.ingest.legacy.case_files import CaseFiles, gather
from preserve.ingest.legacy.drafting import describe
from preserve.ingest.legacy.handing import hand, label_of
from preserve.ingest.legacy.plans import Plan, digest_of
from preserve.ingest.legacy.records import BadRange, Carrier
from preserve.ingest.legacy.twice import OnCarrier
from preserve.progress import check_stop
from preserve.services.import_files import Kept, Outcome, add_bad, add_outcome
from preserve.services.reading_after_ingest import after_ingest
from preserve.services.session import Session
from storage_adapters.durable import write_file

_UNREADABLE = "imports.file-unreadable"
_ONE_CASE = (Refused, NotIntact, NotPermitted, Busy)
"""What is wrong with one case. Whatever else is raised (no room, no tool, a wish to stop) ends the run."""


@dataclass(slots=True)
class Here:
    """Which carriers are here, and where; why others are not, by their names in the plan."""

    files: dict[str, CarrierFiles] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)


def find_carriers(plan: Plan, places: Sequence[Path]) -> Here:
    """Look for each carrier where the plan has it and in the `places` given now.

    A folder or drive that holds another volume now is absent: the right one is to be put in. An image whose descriptors
    differ was altered, and is not read.
    """
    here = Here()
    for carrier in plan.carriers:
        tried = [_tried(plan, carrier, place) for place in dict.fromkeys((Path(carrier.place), *places))]
        found = next((place for place, state in tried if state == "same"), None)
        if found is not None:
            here.files[carrier.id] = CarrierFiles(carrier, found)
        elif tried[0][1] == "changed":
            here.changed[carrier.id] = label_of(carrier)
        else:
            here.absent[carrier.id] = label_of(carrier)
    return here


def _tried(plan: Plan, carrier: Carrier, place: Path) -> tuple[Path, str]:
    try:
        check = check_of(place)
    except Refused:
        return place, "absent"
    if carrier.kind != "folder":
        same = check == plan.checks.get(carrier.id)
        return place, "same" if same else "changed" if carrier.kind == "image" else "absent"
    wanted = plan.checks.get(carrier.id, "")
    if place == Path(carrier.place) and wanted == check:
        return place, "same"
    # Mounted elsewhere, or copied to another drive: the first files say whether it is the same.
    some = list(islice(plan.below(carrier.id, ""), 20))
    same = bool(some) and all(_has(place / file.path, file.size, file.modified_ns) for file in some)
    return place, "same" if same else "absent"


def _has(path: Path, size: int, modified_ns: int | None) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    return status.st_size == size and abs(status.st_mtime_ns - (modified_ns or status.st_mtime_ns)) < 3_000_000_000


class Work:
    """One run over a campaign."""

    def __init__(self, session: Session, kept: Kept, here: Here, jobs: int) -> None:
        self._session, self._kept, self._here, self._jobs = session, kept, here, jobs
        self._bad = dict(kept.bad)
        person, archive = session.person, session.archive
        with archive.catalogue.read() as connection:
            behalf = "" if allows(person.roles, Duty.ANSWER) else person.deputy_of
            self._answerer = runner.Answerer(person.account, may_answer(connection, person), behalf)

    def run(self) -> None:
        """Every case that is not in the archive yet and whose carriers are here, carrier by carrier."""
        cases = gather(self._kept.plan, self._kept.decisions, self._bad)
        order = sorted(cases, key=lambda case: (cases[case].carriers, case))
        for done, case in enumerate(order):
            check_stop()
            number = self._kept.plan.cases[case].number
            self._session.progress.begin("imports.running", number=number, done=done, count=len(order))
            before = self._kept.outcomes.get(case)
            if before is None or before.state != "kept":
                self._case(case, cases[case])

    def _case(self, case: int, files: CaseFiles) -> None:
        needed = {carrier for carrier in files.carriers if carrier not in self._here.files}
        if altered := sorted(needed & set(self._here.changed)):
            where = self._here.changed[altered[0]]
            self._ended(case, "refused", Refused("imports.carrier-changed", where))
        elif needed:
            return  # waits for its carrier; the others go on
        elif not files.files and not files.damaged:
            return
        else:
            self._take(case, files)

    def _take(self, case: int, files: CaseFiles) -> None:
        try:
            self._ingest(case, files)
        except _ONE_CASE as error:
            codes = {error.code, *(finding.code for finding in error.findings)}
            if _UNREADABLE in codes and self._examined(files):
                again = gather(self._kept.plan, self._kept.decisions, self._bad).get(case, CaseFiles())
                try:
                    self._ingest(case, again)
                except _ONE_CASE as second:
                    self._ended(case, "refused", second)
            else:
                self._ended(case, "refused", error)

    def _ingest(self, case: int, files: CaseFiles) -> None:
        """Raises what the ingest raises; a case that is in the archive already is known, or was taken by this."""
        kept = self._kept
        if not files.files:
            bad = [Finding("imports.file-left", file.path, "refuse", {}) for file, _ in files.damaged]
            raise Refused("imports.nothing-readable", kept.plan.cases[case].number, findings=bad)
        description, number = self._description(case, files)
        nominal = kept.nominal(case)
        row = self._journalled(number)
        if row is not None and row.state == "done":
            self._known(case, number, row, ours=row.source == str(nominal))
            return
        # A run that was killed goes on; where a person decided otherwise since, what it had begun is given up.
        ours = row is not None and row.source == str(nominal)
        self._unchanged(files)
        given = hand(nominal, kept.plan, case, files, self._here.files, description)
        try:
            done = self._run(given)
        except Refused as error:
            if error.code != "ingest.deposit-changed" or not ours:
                raise
            done = self._run(given, restart=True)
        after_ingest(self._session, done.objid)
        found = tuple(one for one in done.findings if one.severity != "note")
        self._add(Outcome(case, "kept", self._now(), number, done.objid, "", found))

    def _run(self, given: Handed, *, restart: bool = False) -> runner.Result:
        archive, session = self._session.archive, self._session
        return runner.run(
            archive.home,
            archive.catalogue,
            given,
            person=self._answerer,
            jobs=self._jobs,
            watcher=session.progress,
            restart=restart,
        )

    def _known(self, case: int, number: str, row: IngestRow, *, ours: bool) -> None:
        if not ours:
            raise Conflict("ingest.case-known", number, objid=row.objid)
        # The run that took it in was killed before it could say so, and before its last deeds: these are done here.
        home = self._session.archive.home
        attempts.clear_beside(home.work, row.id)
        after_ingest(self._session, row.objid)
        found = tuple(one for one in journal.read_findings(row.findings) if one.severity != "note")
        self._add(Outcome(case, "kept", row.ended or self._now(), number, row.objid, "", found))

    def _journalled(self, number: str) -> IngestRow | None:
        with self._session.archive.catalogue.read() as connection:
            return journal.live(connection, number)

    def _unchanged(self, files: CaseFiles) -> None:
        """Raises Refused where a file on a folder is not what the plan saw; of discs the descriptors were compared."""
        for one in files.files:
            carrier = self._here.files[one.file.carrier]
            if carrier.carrier.kind == "folder" and not _has(
                carrier.place / one.file.path, one.file.size, one.file.modified_ns
            ):
                raise Refused("imports.file-changed-since", one.file.path, carrier=label_of(carrier.carrier))

    def _description(self, case: int, files: CaseFiles) -> tuple[bytes, str]:
        """The drafted description, the same in every run over the same files, and the case's number in it."""
        kept = self._kept
        listed = [(one.path, one.file.size) for one in sorted(files.files, key=lambda one: one.path)]
        about = digest_of(json.dumps([kept.plan.head.id, case, listed]).encode())
        place = kept.folder / "drafts" / f"{case + 1:05d}-{about[:16]}.json"
        try:
            data = place.read_bytes()
        except FileNotFoundError:
            content = describe_case(self._session, kept.plan, case, files)
            data = write_json(content).encode()
            write_file(place, data, durable=True)
        return data, str(json.loads(data)["case_number"])

    def _examined(self, files: CaseFiles) -> bool:
        """Read the case's files through and note what their carriers do not give; whether there is anything new."""
        news = False
        for one in files.files:
            place: OnCarrier = (one.file.carrier, one.file.path)
            ranges = self._ranges(place)
            if ranges and ranges != self._bad.get(place):
                self._bad[place] = ranges
                add_bad(self._kept, place, ranges)
                news = True
        return news

    def _ranges(self, place: OnCarrier) -> tuple[BadRange, ...]:
        file = self._here.files[place[0]].open(place[1])
        try:
            return tuple(bad_ranges(file, self._session.progress))
        finally:
            file.close()

    def _ended(self, case: int, state: str, error: PreserveError) -> None:
        found = error.findings or (Finding(error.code, error.where, "refuse", dict(error.values), error.detail),)
        code = error.code
        number = self._kept.plan.cases[case].number
        state = "known" if code == "ingest.case-known" else state
        self._add(Outcome(case, state, self._now(), number, str(error.values.get("objid", "")), code, tuple(found)))

    def _add(self, outcome: Outcome) -> None:
        add_outcome(self._kept, outcome)

    def _now(self) -> str:
        return stamp(self._session.archive.now())


def describe_case(session: Session, plan: Plan, case: int, files: CaseFiles) -> Mapping[str, object]:
    """The description that the list's row and the files make, marked as an old case's."""
    home = session.archive.home
    carriers = "; ".join(label_of(plan.by_id[carrier]) for carrier in files.carriers)
    paths = [readable(path) for path in sorted(one.path for one in files.files)]
    return describe(plan.cases[case], paths, home, source=plan.head.list_name, carrier=carriers)
