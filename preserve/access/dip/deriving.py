"""What is made for one delivery only: redacted copies, clips and watermarked copies, with the log of what was done."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from metadata.names import safe_names
from preserve.access.dip.contents import digests_of, take
from preserve.access.redaction import log
from preserve.access.redaction.checking import group, read_checked
from preserve.access.redaction.making import Made, Order, make
from preserve.access.redaction.painting import Mark
from preserve.access.redaction.plan import Redaction, read_plan
from preserve.access.redaction.sources import can_be_marked, source_of
from preserve.access.requests.model import Request, Selected
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.profile import read_requests_profile
from preserve.administration.proceedings.records import check_paper
from preserve.clock import now
from preserve.data_management.database import open_catalogue
from preserve.errors import MediumProblem, NotIntact, Refused
from preserve.home import Home
from preserve.messages import say
from preserve.programs import ToolFailed
from storage_adapters.durable import discard, move_in

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class DerivedFile:
    """A file made for this delivery: path below the package, representation, program, PREMIS event type."""

    path: str
    representation: str
    made_by: str
    event: str


@dataclass(slots=True)
class Derived:
    """By case, original's path and begin of the range; and papers as path, MIME type, content."""

    files: dict[tuple[str, str, float | None], DerivedFile] = field(default_factory=dict)
    papers: list[tuple[str, str, bytes]] = field(default_factory=list)


def derive(
    home: Home, request: Request, package: Path, names: Sequence[str], progress: Callable[[int], None]
) -> Derived:
    """Make what the approved examination asks for. Raises NotIntact where the plan is not the one approved.

    Everything is made from a copy whose digest was held against the package's; the store is only read.
    """
    assert request.examination is not None
    moment = now()
    selection = request.examination.selection
    orders = _orders(home, request, moment)
    made, lines = Derived(), []
    taken_names = set(names)
    scratch = package.with_name(f".{package.name}.scratch")
    try:
        for number, order in sorted(orders.items()):
            scratch.mkdir(parents=True)
            result = carry_out(home, order, scratch, moment, progress)
            path = _path(order, names[number], result, taken_names)
            move_in(result.path, package / path)
            discard(scratch, package.parent)
            one = selection[number]
            made.files[one.objid, one.path, one.begin] = DerivedFile(
                path, order.representation, result.made_by, order.event
            )
            digest = digests_of(package / path)[1]["sha256"]
            lines.append(
                log.Line(
                    one,
                    order.source.file,
                    path,
                    digest,
                    result.made_by,
                    order.redactions,
                    order.mark is not None,
                    result.clip,
                    result.left_out,
                    result.command,
                )
            )
    finally:
        with suppress(FileNotFoundError):
            discard(scratch, package.parent)
    if lines:
        made.papers += log.documents(home, request, lines, moment)
    return made


def _orders(home: Home, request: Request, moment: datetime) -> dict[int, Order]:
    """What is to be made, by place in the selection. Raises NotIntact where plan and approval do not agree."""
    assert request.examination is not None
    paper, selection = request.examination.redaction, request.examination.selection
    folder = REQUESTS.folder_of(home, request.number)
    path = check_paper(folder, paper) if paper is not None else None
    by_path = group(read_plan(path) if path else (), selection)
    if {one.path for one in selection if one.redacted} != set(by_path):
        raise NotIntact("redaction.plan-other", request.number)
    mark = mark_of(home, request, moment)
    found: dict[int, Order] = {}
    seen: set[tuple[str, str, float | None]] = set()
    with closing(open_catalogue(home)) as catalogue, catalogue.read() as connection:
        read_checked(home, connection, selection, path)
        for number, one in enumerate(selection):
            order = order_of(connection, request, one, tuple(by_path.get(one.path, ())), mark)
            if order is not None:
                found[number] = order
                if (one.objid, one.path, one.begin) in seen:
                    raise Refused("redaction.asked-twice", one.path)
                seen.add((one.objid, one.path, one.begin))
    return found


def order_of(
    connection: Connection, request: Request, one: Selected, redactions: tuple[Redaction, ...], mark: Mark | None
) -> Order | None:
    """What is to be made of one file for this request; None where it is given as it is."""
    source = source_of(connection, one)
    # Originals and preservation copies never bear a watermark; what is made to be looked at does.
    own = mark if can_be_marked(source) and (redactions or _as_access(request, one)) else None
    if redactions:
        return Order(one, source, "redacted", redactions, own)
    if one.begin is not None:
        return Order(one, source, "clip", (), own)
    return Order(one, source, "access", (), own) if own is not None else None


def _as_access(request: Request, selected: Selected) -> bool:
    """Whether an access copy was asked for; where the archive made none, the original stands in its place."""
    if selected.representation == "access":
        return True
    asked = {
        wanted.form for wanted in request.wanted if wanted.objid == selected.objid and wanted.begin == selected.begin
    }
    return asked == {"access"}


def mark_of(home: Home, request: Request, moment: datetime) -> Mark | None:
    """The watermark of what is made for this request, where the capacity of who asks wants one."""
    if not read_requests_profile(home.profiles).of(request.consumer.capacity).watermark:
        return None
    day = moment.astimezone(ZoneInfo(home.settings.time_zone)).date().isoformat()
    return Mark(say("redaction.mark", number=request.number, name=request.consumer.name, date=day))


def carry_out(home: Home, order: Order, scratch: Path, moment: datetime, progress: Callable[[int], None]) -> Made:
    """Take a checked copy of the source and make the file from it, both in scratch."""
    taken = scratch / f"source{PurePosixPath(order.source.file.file).suffix}"
    try:
        take(home, order.source.file, taken, progress)
        return make(order, taken, scratch, moment, progress)
    except ToolFailed as error:
        if "No space left" in error.words:
            raise MediumProblem("redaction.no-room", str(scratch.parent)) from error
        raise Refused("redaction.failed", order.selected.path, reason=error.words.strip()[-300:]) from error
    except OSError as error:
        if error.errno in _FULL:
            raise MediumProblem("redaction.no-room", str(scratch.parent)) from error
        raise


def _path(order: Order, name: str, result: Made, taken: set[str]) -> str:
    """Where it goes in the package: the name it would have as it is, with the range of a clip and its own ending."""
    whole = PurePosixPath(name)
    if result.clip:
        begin, end = (log.clock(float(result.clip[key] or 0)).replace(":", "-") for key in ("begin", "end"))
        whole = whole.with_name(f"{whole.stem} {begin}–{end}{whole.suffix}")
    ending = result.path.suffix
    plain = str(whole if whole.suffix.lower() == ending else whole.with_name(whole.name + ending))
    if plain != name:
        # Longer than before, or of the name of another file.
        *_, plain = safe_names([*sorted(taken), plain])
        taken.add(plain)
    return f"representations/{order.representation}/data/{plain}"
