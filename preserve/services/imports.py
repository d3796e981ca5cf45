"""Old cases in bulk: a list and carriers become a plan, and the plan a campaign that takes its cases in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from metadata.findings import Finding
from preserve.administration.duties import Duty
from preserve.clock import stamp
from preserve.data_management import jobs
from preserve.errors import Conflict, PreserveError, Refused, UsageError
from preserve.ingest.legacy.carriers import Listed, bad_ranges, check_of, look, read_whole
from preserve.ingest.legacy.lists import read_list
from preserve.ingest.legacy.matching import match
from preserve.ingest.legacy.plans import Head, Plan
from preserve.ingest.legacy.records import BadRange, FoundFile
from preserve.ingest.legacy.streams import OnFolder
from preserve.ingest.legacy.twice import Twin, find_twins, same_size
from preserve.ingest.receive import DepositProfile
from preserve.profiles import read_profile
from preserve.services import import_files
from preserve.services.import_files import BEGAN, ENDED, read_kept
from preserve.services.import_views import Campaign, campaign_of
from preserve.services.import_work import Work, find_carriers
from preserve.services.operation import Arguments, job
from preserve.services.runs import Runs
from preserve.services.session import AsJob, Session
from storage_adapters.digests import new_digest
from storage_adapters.durable import discard

_LARGEST_LIST = 64 << 20
_MOST_PLACES = 200
_PIECE = 1 << 20


@job("import.plan", duty=Duty.INGEST, runs=Runs("ingest", place="cases"))
def plan(session: Session, cases: Path, places: Sequence[Path], *, profile: str = "") -> Campaign:
    """Read a list and look through carriers; keep what fits what as a plan. Nothing is taken in yet.

    `places` are folders, mounted discs and drives, disc images or devices; images and devices are read from end to
    end, so that each of their files has a digest and what they do not give is known. `profile` names the profile of
    the list where its headings leave a choice. Raises Refused, UsageError.
    """
    archive = session.archive
    if not places:
        raise UsageError("imports.no-place")
    if len(places) > _MOST_PLACES:
        raise UsageError("imports.too-many-places", limit=_MOST_PLACES)
    data = _list_bytes(cases)
    if before := _planned_before(session, data, places):
        return campaign_of(archive, read_kept(archive, before))
    session.progress.begin("imports.reading-list")
    listed = read_list(cases, profile, session.home.profiles)
    if not listed.cases:
        raise Refused("imports.list-empty", str(cases), findings=listed.findings)
    listings = _look_through(session, places)
    day = archive.today().strftime("%Y%m%d")
    files = [file for one in listings for file in one.files]
    session.progress.begin("imports.matching", count=len(files))
    matched = match(listed, files, [one.carrier for one in listings])
    listings, twins, digests, unread = _twice(session, listings)
    name, folder = import_files.new_folder(archive.home, day)
    try:
        head = Head(
            name,
            stamp(archive.now()),
            session.person.account,
            cases.name,
            hashlib.sha256(data).hexdigest(),
            listed.profile,
        )
        made = Plan(
            head,
            tuple(one.carrier for one in listings),
            {one.carrier.id: check_of(Path(one.carrier.place)) for one in listings},
            tuple(listed.cases),
            tuple(files),
            tuple(matched.matches),
            tuple(matched.missing),
            tuple(matched.unlisted),
            tuple(twins),
            digests,
            (*listed.findings, *matched.findings, *(found for one in listings for found in one.findings), *unread),
        )
        import_files.write_file(folder / f"list{cases.suffix.lower()[:8]}", data, durable=True)
        import_files.keep_plan(archive, folder, made, session.person.account)
    except BaseException:
        discard(folder, folder.parent)
        raise
    return campaign_of(archive, read_kept(archive, name))


def _planned_before(session: Session, data: bytes, places: Sequence[Path]) -> str:
    """The campaign that an earlier attempt of this job planned, and was cut off before it said so; else empty."""
    match session.credentials:
        case AsJob(job=job, attempt=attempt) if attempt > 1:
            with session.archive.catalogue.read() as connection:
                asked = jobs.read(connection, job).asked
            absolute = [str(Path(place).absolute()) for place in places]
            digest = hashlib.sha256(data).hexdigest()
            return import_files.planned_since(session.archive, asked, session.person.account, digest, absolute)
    return ""


def _list_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_LIST + 1)
    except OSError as error:
        raise Refused("imports.list-unreadable", str(path), reason=error.strerror or str(error)) from error
    if len(data) > _LARGEST_LIST:
        raise Refused("imports.list-too-large", str(path), limit=_LARGEST_LIST)
    return data


def _look_through(session: Session, places: Sequence[Path]) -> list[Listed]:
    """Every carrier, images read whole. Raises Refused for one that cannot be read at all, or is there twice."""
    skip = read_profile("deposit.toml", DepositProfile, session.home.profiles).litter_folders
    listings: list[Listed] = []
    for number, place in enumerate(places, 1):
        real = Path(place).absolute()
        if any(Path(one.carrier.place) == real for one in listings):
            raise UsageError("imports.place-twice", str(place))
        session.progress.begin("imports.reading-carrier", carrier=real.name, number=number, count=len(places))
        listed = look(f"C{number}", real, skip)
        listings.append(read_whole(listed, stamp(session.archive.now()), session.progress))
    return listings


def _twice(
    session: Session, listings: list[Listed]
) -> tuple[list[Listed], list[Twin], dict[tuple[str, str], str], list[Finding]]:
    """What is there twice; files of folders are read only where another has their size."""
    roots = {one.carrier.id: Path(one.carrier.place) for one in listings}
    known = {(one.carrier.id, path): value for one in listings for path, value in (one.digests or {}).items()}
    damaged = {(one.carrier.id, bad.path) for one in listings for bad in one.carrier.bad}
    files = [file for one in listings for file in one.files if (file.carrier, file.path) not in damaged]
    asked = [file for file in same_size(files) if (file.carrier, file.path) not in known]
    session.progress.begin("imports.comparing", sum(file.size for file in asked), len(asked))
    bad: dict[str, list[BadRange]] = {}

    def digest(file: FoundFile) -> str | Finding:
        return _digest(session, roots[file.carrier], file, bad)

    twins, digests, findings = find_twins(files, known, digest)
    told = [
        replace(one, carrier=replace(one.carrier, bad=(*one.carrier.bad, *bad.get(one.carrier.id, ()))))
        for one in listings
    ]
    return told, twins, digests, findings


def _digest(session: Session, root: Path, file: FoundFile, bad: dict[str, list[BadRange]]) -> str | Finding:
    opened = None
    try:
        opened = OnFolder(root, file.path)
        value = new_digest("sha256")
        for start in range(0, opened.size, _PIECE):
            data = opened.pread(start, min(_PIECE, opened.size - start))
            value.update(data)
            session.progress(len(data))
        session.progress(0, 1)
        return str(value.hexdigest())
    except OSError as error:
        if opened is not None:  # else not even its size can be asked for
            bad.setdefault(file.carrier, []).extend(bad_ranges(opened, session.progress))
        return Finding("imports.file-unreadable", file.path, "error", {"reason": error.strerror or "", "at": 0})
    except Refused as error:
        return Finding(error.code, error.where, "error", dict(error.values))
    finally:
        if opened is not None:
            opened.close()


def _alone(session: Session, arguments: Arguments) -> tuple[str, PreserveError]:
    # Whoever asks for another name is told so by the operation; here it must only be no path.
    campaign = "".join(sign for sign in str(arguments["campaign"]) if sign.isdigit() or sign == "-")
    return f"import-{campaign}", Conflict("imports.under-way", campaign)


@job("import.run", duty=Duty.INGEST, subject="campaign", lock=_alone, runs=Runs("ingest", place="campaign"))
def run(session: Session, campaign: str, *, places: Sequence[Path] = (), jobs: int = 0) -> Campaign:
    """Take in what the plan has and the archive has not; goes on where an earlier run stopped.

    `places` are where carriers are now, if not where the plan found them. Cases of a carrier that is not here wait.
    `jobs` processes at once (0: one a processor). Raises NotFound, NotIntact, Conflict while another run is at it,
    MediumProblem, ToolMissing, Stopped: then the same call goes on.
    """
    archive, actor = session.archive, session.person.account
    kept = read_kept(archive, campaign)
    here = find_carriers(kept.plan, [Path(place).absolute() for place in places])
    started = {"plan": len(kept.plan.cases), "carriers": sorted(here.files), "absent": sorted(here.absent)}
    import_files.note(archive, BEGAN, campaign, actor, started)
    Work(session, kept, here, jobs).run()
    after = read_kept(archive, campaign)
    result = campaign_of(archive, after, here)
    import_files.note(archive, ENDED, campaign, actor, {"counts": dict(result.counts)})
    return result
