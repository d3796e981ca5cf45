"""What a campaign looks like: its counts and carriers, and its lists a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from metadata.findings import Finding
from metadata.identity import readable
from preserve.administration.duties import Duty
from preserve.data_management.archive import Archive
from preserve.errors import UsageError
from preserve.ingest.legacy.case_files import CaseFiles, gather
from preserve.ingest.legacy.handing import label_of, ranges
from preserve.ingest.legacy.plans import Plan
from preserve.services.documents import FindingShown
from preserve.services.import_files import Kept, campaigns, read_kept
from preserve.services.import_work import Here
from preserve.services.operation import query
from preserve.services.pages import FIRST, Page
from preserve.services.session import Session

CaseState = Literal["kept", "known", "refused", "ready", "waiting", "asked", "missing"]
"""In the archive by this campaign, or before it; not accepted; to be taken in; waiting for its carrier; waiting for
somebody's answer; nothing found."""
View = Literal["cases", "questions", "missing", "unlisted", "twice", "damaged"]


@dataclass(frozen=True, slots=True)
class CarrierShown:
    """A carrier. `unreadable` counts files of which it does not give every byte; `state` is told after a run."""

    id: str
    kind: Literal["folder", "image", "device"]
    label: str
    place: str
    mark: str
    read: str
    tool: str
    files: int
    bytes: int
    unreadable: int
    state: Literal["", "here", "absent", "changed"] = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign. `counts` are its cases by state; `insert` names carriers that cases wait for.

    `status` after a run: 5 where a carrier is wanted, 3 where a case was not accepted.
    """

    status: int
    campaign: str
    made: str
    by: str
    list: str
    profile: str
    cases: int
    files: int
    bytes: int
    counts: Mapping[str, int]
    questions: int
    unlisted: int
    twice: int
    damaged: int
    carriers: tuple[CarrierShown, ...]
    insert: tuple[str, ...]
    findings: tuple[FindingShown, ...]


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign in the list of all."""

    campaign: str
    made: str
    by: str
    cases: int
    files: int


@dataclass(frozen=True, slots=True)
class Campaigns:
    """All campaigns, the newest first."""

    campaigns: tuple[CampaignLine, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list. `key` names it in the workbook; what a list has no word for is empty. `why` are codes, of why
    a file fits or a case was refused; of the latter `told` has the first finding of each."""

    key: str
    case_number: str = ""
    title: str = ""
    state: str = ""
    carrier: str = ""
    path: str = ""
    size: int = 0
    why: str = ""
    objid: str = ""
    told: tuple[FindingShown, ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignShown:
    """A campaign and a page of one of its lists; `next` begins the page after, empty on the last."""

    campaign: Campaign
    view: View
    lines: tuple[Line, ...]
    total: int
    next: str


def states_of(kept: Kept, cases: Mapping[int, CaseFiles], here: Here | None = None) -> list[CaseState]:
    """The state of every case of the list, in its order."""
    plan = kept.plan
    asked = {plan.matches[at].case for at, _ in _questions(kept)}
    states: list[CaseState] = []
    for number in range(len(plan.cases)):
        outcome, files = kept.outcomes.get(number), cases.get(number)
        if outcome is not None and outcome.state in ("kept", "known", "refused"):
            states.append(outcome.state)  # type: ignore[arg-type]
        elif files is not None and (files.files or files.damaged):
            away = here is not None and any(one not in here.files for one in files.carriers)
            states.append("waiting" if away else "ready")
        else:
            states.append("asked" if number in asked else "missing")
    return states


def campaign_of(archive: Archive, kept: Kept, here: Here | None = None) -> Campaign:
    """The facts of a campaign, after a run with what is `here`."""
    plan = kept.plan
    cases = gather(plan, kept.decisions, kept.bad)
    states = states_of(kept, cases, here)
    counts = Counter(states)
    waited = {
        carrier
        for number, state in enumerate(states)
        if state == "waiting" and here is not None
        for carrier in cases[number].carriers
        if carrier in here.absent
    }
    insert = tuple(label_of(plan.by_id[carrier]) for carrier in sorted(waited))
    return Campaign(
        status=0 if here is None else 5 if insert else 3 if counts["refused"] else 0,
        campaign=plan.head.id,
        made=plan.head.made,
        by=plan.head.by,
        list=plan.head.list_name,
        profile=plan.head.profile,
        cases=len(plan.cases),
        files=len(plan.files),
        bytes=sum(file.size for file in plan.files),
        counts={state: counts[state] for state in get_args(CaseState)},
        questions=sum(1 for _ in _questions(kept)),
        unlisted=sum(1 for _ in _unlisted(kept, cases)),
        twice=len(plan.twins),
        damaged=len(kept.bad),
        carriers=tuple(_carriers(kept, here)),
        insert=insert,
        findings=plan.findings,
    )


def _carriers(kept: Kept, here: Here | None) -> Iterator[CarrierShown]:
    sizes: Counter[str] = Counter()
    files = Counter(file.carrier for file in kept.plan.files)
    for file in kept.plan.files:
        sizes[file.carrier] += file.size
    unreadable = Counter(carrier for carrier, _ in kept.bad)
    for one in kept.plan.carriers:
        state: Literal["", "here", "absent", "changed"] = ""
        if here is not None:
            state = "here" if one.id in here.files else "changed" if one.id in here.changed else "absent"
        facts = (one.id, one.kind, one.label, one.place, one.mark, one.read, one.tool)
        yield CarrierShown(*facts, files[one.id], sizes[one.id], unreadable[one.id], state)


def _questions(kept: Kept) -> Iterator[tuple[int, Line]]:
    said = {(one.case, one.carrier, one.path) for one in kept.decisions if one.deed in ("yes", "no")}
    for number, match in enumerate(kept.plan.matches):
        case = kept.plan.cases[match.case]
        if match.certainty == "question" and (case.key, match.carrier, match.path) not in said:
            label = label_of(kept.plan.by_id[match.carrier])
            title = case.facts.get("title", "")
            yield number, Line(f"M{number}", case.number, title, "", label, readable(match.path), 0, match.basis)


def _unlisted(kept: Kept, cases: Mapping[int, CaseFiles]) -> Iterator[Line]:
    """What no case takes and no question is open about; so a file comes here when all its questions are denied."""
    placed = {(one.carrier, one.path) for one in kept.decisions if one.deed == "left"}
    for case in cases.values():
        placed.update((one.file.carrier, one.file.path) for one in case.files)
        placed.update(place for one in case.files for place in one.also)
        placed.update((file.carrier, file.path) for file, _ in case.damaged)
    asked = {(match.carrier, match.path) for match in (kept.plan.matches[at] for at, _ in _questions(kept))}
    placed.update((file.carrier, file.path) for place in asked for file in kept.plan.below(*place))
    for number, file in enumerate(kept.plan.files):
        if (file.carrier, file.path) not in placed:
            label = label_of(kept.plan.by_id[file.carrier])
            yield Line(f"F{number}", carrier=label, path=readable(file.path), size=file.size)


def _damaged(kept: Kept, cases: Mapping[int, CaseFiles]) -> Iterator[Line]:
    owners = {(file.carrier, file.path): number for number, one in cases.items() for file, _ in one.damaged}
    owners |= {
        (one.file.carrier, one.file.path): number for number, case in cases.items() for one in case.files if one.gaps
    }
    anyway = {(one.carrier, one.path) for one in kept.decisions if one.deed == "damaged"}
    for number, file in enumerate(kept.plan.files):
        place = (file.carrier, file.path)
        if bad := kept.bad.get(place):
            case = kept.plan.cases[owners[place]] if place in owners else None
            yield Line(
                f"D{number}",
                case.number if case else "",
                case.facts.get("title", "") if case else "",
                "taken" if place in anyway else "left",
                label_of(kept.plan.by_id[file.carrier]),
                readable(file.path),
                file.size,
                ranges(bad),
            )


def _cases(kept: Kept, cases: Mapping[int, CaseFiles]) -> Iterator[Line]:
    for number, (case, state) in enumerate(zip(kept.plan.cases, states_of(kept, cases), strict=True)):
        outcome, files = kept.outcomes.get(number), cases.get(number)
        labels = ", ".join(label_of(kept.plan.by_id[one]) for one in files.carriers) if files else ""
        size = sum(one.file.size for one in files.files) if files else 0
        told = _told(outcome.findings) if outcome and state == "refused" else ()
        why = (" ".join(one.code for one in told) or outcome.code) if outcome and state == "refused" else ""
        objid = outcome.objid if outcome else ""
        yield Line(f"L{number}", case.number, case.facts.get("title", ""), state, labels, "", size, why, objid, told)


def _told(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Why a case was refused: the first finding of each kind, since a case may have one for each of its files."""
    first: dict[str, Finding] = {}
    for one in findings:
        if one.severity in ("refuse", "error"):
            first.setdefault(one.code, one)
    return tuple(first.values())


def _twice(plan: Plan) -> Iterator[Line]:
    for number, twin in enumerate(plan.twins):
        places = [f"{label_of(plan.by_id[carrier])}: {readable(path)}" for carrier, path in twin.places]
        yield Line(f"T{number}", carrier=places[0], path="\n".join(places[1:]), size=twin.size, why=twin.sha256)


def lines_of(kept: Kept, view: View) -> list[Line]:
    """A list in full."""
    cases = gather(kept.plan, kept.decisions, kept.bad)
    match view:
        case "questions":
            return [line for _, line in _questions(kept)]
        case "unlisted":
            return list(_unlisted(kept, cases))
        case "twice":
            return list(_twice(kept.plan))
        case "damaged":
            return list(_damaged(kept, cases))
    lines = list(_cases(kept, cases))
    return [line for line in lines if line.state == "missing"] if view == "missing" else lines


@query("import.list", duty=Duty.INGEST)
def list_campaigns(session: Session) -> Campaigns:
    """Every campaign that was planned, the newest first."""
    with session.archive.catalogue.read() as connection:
        entries = campaigns(connection)
    return Campaigns(
        tuple(
            CampaignLine(entry.subject, entry.time, entry.actor, entry.details["cases"], entry.details["files"])
            for entry in entries
        )
    )


@query("import.show", duty=Duty.INGEST, subject="campaign")
def show(session: Session, campaign: str, *, view: View = "cases", page: Page = FIRST) -> CampaignShown:
    """A campaign, and a page of its cases or of what is to be looked at. Raises NotFound, NotIntact, UsageError."""
    kept = read_kept(session.archive, campaign)
    if view not in get_args(View):
        raise UsageError("imports.no-view", view)
    lines = lines_of(kept, view)
    start = int(page.after) if page.after.isdigit() else 0
    chosen = tuple(lines[start : start + page.size])
    after = start + len(chosen)
    following = str(after) if after < len(lines) else ""
    return CampaignShown(campaign_of(session.archive, kept), view, chosen, len(lines), following)
