"""Cases before they are handed in: described, checked against the rules, and by when they must be filed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from preserve.clock import CHINA, now, zone
from preserve.data_management.database import open_catalogue
from preserve.description.drafted import Proposal
from preserve.description.vocabulary import read_vocabulary
from preserve.description.workbook import write_workbook
from preserve.description.writing import write_json, write_toml
from preserve.errors import PreserveError, Refused, UsageError
from preserve.home import Home, open_home
from preserve.ingest import preflight_table, waiting
from preserve.ingest.answering import fill_in
from preserve.ingest.case_systems.deposits import over_a_draft
from preserve.ingest.draft import draft, payload_of, read_drafting
from preserve.ingest.foreign.drafting import draft_package, package_at
from preserve.ingest.heads import Proposed, read_heads
from preserve.ingest.in_force import NOTHING_KNOWN, InForce, read_in_force
from preserve.ingest.preflight import Looked, look_all
from preserve.ingest.waiting import Deadline
from preserve.outputs import check_new, new_file
from preserve.services.documents import FindingShown, Sentence, SentenceShown
from preserve.services.failures import Failure, failure_of
from preserve.services.given_deposits import HANDING_IN, with_description
from preserve.services.operation import command, job, query
from preserve.services.session import Session
from preserve.services.targets import home_in_use
from preserve.work import free_space, processors

_BLANK = "writes a form, or a draft of what lies in a folder that whoever asks can read"
_FORMS = (".xlsx", ".toml", ".json")
_WORKBOOK = "案卷.xlsx"
# Shown to people, and no part of the document.
_Hidden = Field(exclude=True)


@dataclass(frozen=True, slots=True)
class CheckedDeposit:
    """What came of one case: status 3 where it would be refused, 5 where there is no room for it; sizes are bytes.

    `needed` is what the package will take under the archive's `policy`, `forecast` under each; `room` is what must be
    free before ingest begins, reckoned by names and sizes alone.
    `due` is ISO 8601, None where the description could not be read. `row` is its line in the table of cases;
    `unreadable`: it could not even be judged by the rules.
    """

    sip: Path
    ok: bool
    status: int
    kind: str
    case_number: str
    title: str
    verdict: str
    due: str | None
    due_certain: bool
    message: SentenceShown
    files: int
    bytes: int
    needed: int
    forecast: dict[str, int]
    room: int
    policy: str
    free: int
    findings: tuple[FindingShown, ...]
    failure: Annotated[Failure | None, _Hidden]
    row: Annotated[preflight_table.Row, _Hidden]

    @property
    def unreadable(self) -> bool:
        """Whether it is refused for another reason than the rules'."""
        return self.failure is not None and not any(finding.code.startswith("rule.") for finding in self.findings)


@dataclass(frozen=True, slots=True)
class CheckedDeposits:
    """Every case, in the order of the folders; the status is that of the first that would not be taken in.

    `filled`: the description with a row for each error that is left to answer, where that was asked for.
    """

    status: int
    checks: tuple[CheckedDeposit, ...]
    filled: Path | None = None


@dataclass(frozen=True, slots=True)
class Papers:
    """What a check writes: `xlsx`, a new workbook for the departments, one row a case; into `reports` a report on each
    case, over an earlier one with `replace`; `fill`, a new workbook, the description of the one case with a row in its
    sheet of problems for each error that nobody answers for: the person only writes name and reason.
    """

    xlsx: Path | None = None
    reports: Path | None = None
    fill: Path | None = None
    replace: bool = False


@job("deposits.check", duty=HANDING_IN, needs="home")
def check(
    session: Session,
    sips: Sequence[Path],
    *,
    description: Path | None = None,
    papers: Papers | None = None,
    jobs: int = 0,
) -> CheckedDeposits:
    """Everything that ingest would refuse or warn of, for deposits or folders of them; nothing in them is changed.

    `description` is a file that counts instead of any in the one deposit. `jobs` processes at once (0: one a
    processor). Raises what is no fault of a case: Refused, MediumProblem, ToolMissing, Stopped.
    """
    home, wanted = session.home, papers or Papers()
    xlsx, reports, fill, replace = wanted.xlsx, wanted.reports, wanted.fill, wanted.replace
    paths = list(dict.fromkeys(path for sip in sips for path in waiting.cases_in(sip, home)))
    if fill is not None:
        if len(paths) != 1:
            raise UsageError("ingest.fill-one-case")
        check_new(fill.absolute(), home)
    if description is not None and len(paths) != 1:
        raise UsageError("ingest.description-one-case")
    given = [with_description(path, description, home) for path in paths]
    session.progress.begin("ingest.checking", files=len(paths) if len(paths) > 1 else 0)
    folder = reports.absolute() if reports is not None else None
    looked = list(
        look_all(
            home, given, folder, jobs or processors(), session.progress, replace=replace, known=known_for_checking(home)
        )
    )
    free = free_space(home.store)
    checks = tuple(_checked(case, home, free) for case in looked)
    if xlsx is not None:
        preflight_table.write_table(xlsx.absolute(), [check.row for check in checks], home)
    if fill is not None:
        fill_in(fill.absolute(), looked[0], home)
    return CheckedDeposits(next((check.status for check in checks if check.status), 0), checks, fill)


def known_for_checking(home: Home) -> InForce:
    """What the catalogue says; where it is not there or cannot be read, what the profiles have now."""
    with suppress(PreserveError), closing(open_catalogue(home)) as catalogue, catalogue.read() as connection:
        return read_in_force(home, connection)
    return NOTHING_KNOWN


def _checked(case: Looked, home: Home, free: int) -> CheckedDeposit:
    failure = failure_of(case.refused) if case.refused is not None else None
    fits = case.needed <= free - home.settings.reserve
    status = failure.status if failure else 0 if fits else 5
    return CheckedDeposit(
        sip=case.path,
        ok=status == 0,
        status=status,
        kind=case.kind,
        case_number=case.row.case_number,
        title=case.row.title,
        verdict=case.row.verdict,
        due=case.row.due or None,
        due_certain=case.row.certain,
        message=Sentence(failure.code, failure.told()) if failure else Sentence(),
        files=case.files,
        bytes=case.size,
        needed=case.forecast.get(home.settings.policy, 0),
        forecast=dict(case.forecast),
        room=case.needed,
        policy=home.settings.policy,
        free=free,
        findings=case.row.findings,
        failure=failure,
        row=case.row,
    )


@dataclass(frozen=True, slots=True)
class Described:
    """A description to complete: where it lies, of how many files, and what was guessed or left open.

    `read` is what a machine read on the first pages: nothing of it counts until a person says yes to it.
    """

    path: Path
    files: int
    findings: tuple[FindingShown, ...]
    read: tuple[Proposal, ...] = ()


def home_of(place: Path | None) -> Home | None:
    """The home whose profiles count: the one that was named, else the usual one, where there is one."""
    return open_home(place) if place is not None else home_in_use(None)


@command("deposits.template", needs="nothing", open_to_all=_BLANK)
def template(session: Session, target: Path | None = None, *, place: Path | None = None) -> Described:
    """Write the blank workbook with the words of the archive at `place`, or of the usual one. Raises Refused."""
    home = home_of(place)
    path = target or Path(_WORKBOOK)
    with new_file(path.absolute(), home) as part:
        own = home.profiles if home else None
        write_workbook(part, vocabulary=read_vocabulary(own), volumes=read_drafting(own).volumes.divide)
    return Described(path, 0, ())


@command("deposits.describe", needs="nothing", open_to_all=_BLANK)
def describe(
    session: Session, folder: Path, target: Path | None = None, *, place: Path | None = None, read: bool = False
) -> Described:
    """Draft the description of the case in a folder, as a workbook in it or as `target` (.xlsx, .toml or .json).

    `folder` may be a package of another system, also packed: then the workbook lies beside it. Never over a file. With
    `read` a machine reads the first pages of the scans, and what it reads stands beside as proposals. Raises UsageError
    where there is no such folder, Refused, ToolMissing where the extra is not here.
    """
    home = home_of(place)
    own = home.profiles if home else None
    package = package_at(folder, own) if folder.exists() else None
    if package is None and not folder.is_dir():
        raise UsageError("cli.describe-no-folder", str(folder))
    # Beside a package or a bag, which stays as it came.
    whole = package is None and payload_of(folder) == folder
    path = target or (folder / _WORKBOOK if whole else folder.with_name(f"{folder.name}.{_WORKBOOK}"))
    check_new(path.absolute(), home)
    form = path.suffix.lower()
    if form not in _FORMS:
        raise Refused("cli.describe-kind", str(path))
    bureau = home.settings if home else None
    where, institution = (zone(bureau.time_zone), bureau.institution) if bureau else (CHINA, "")
    if package is None:
        content, findings = draft(folder, own, where, institution)
        content, told = over_a_draft(content, folder, own, where, institution)
        findings += told
    else:
        content, findings = draft_package(package, own, where, institution)
    heads = read_heads(folder, content, own, session.progress) if read and package is None else Proposed()
    made = heads.proposals
    with new_file(path.absolute(), home) as part:
        if form == ".xlsx":
            divide = read_drafting(own).volumes.divide
            write_workbook(part, content, read_vocabulary(own), volumes=divide, proposals=made, pictures=heads.pictures)
        else:
            part.write_text(write_toml(content, made) if form == ".toml" else write_json(content), encoding="utf-8")
    return Described(path, len(content.get("objects", [])), (*findings, *heads.findings), made)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Cases that wait, the late ones first, then by date, as of today."""

    today: date
    deadlines: tuple[Deadline, ...]


_ORDER = ("late", "soon", "unknown", "in-time")


@query("deposits.deadlines", duty=HANDING_IN, needs="home")
def deadlines(session: Session, folders: Sequence[Path]) -> Deadlines:
    """By when the cases that wait in these folders must be filed (regulation Art. 16). Raises Refused."""
    home = session.home
    today = now().astimezone(zone(home.settings.time_zone)).date()
    rows = sorted(
        waiting.deadlines(home, folders, today),
        key=lambda row: (_ORDER.index(row.standing), str(row.due), str(row.path)),
    )
    return Deadlines(today, tuple(rows))
