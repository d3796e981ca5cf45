"""What the machine proposes to take out: rows of a request's draft that stay unconfirmed until a person has looked.

Numbers are found in the text of pages, be it a PDF's own or read by machine; faces, plates and voices in what was read
before. Nothing is read here, and nothing proposed is ever given or approved without the examiner's yes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.redaction import drafts, frames, lines, pages, pictures
from preserve.access.redaction.drafts import Gap as Gap
from preserve.access.redaction.drafts import Row
from preserve.access.redaction.proposing import Material, Proposed, propose
from preserve.access.redaction.sources import kind_of, source_of, stored_at
from preserve.access.redaction.template import restricted
from preserve.access.requests.model import Selected
from preserve.access.requests.procedure import REQUESTS
from preserve.administration.duties import Duty
from preserve.clock import stamp
from preserve.data_management.readings import records_of
from preserve.errors import Refused
from preserve.machine_reading.records import Record, Unread, what_of
from preserve.machine_reading.text_places import TextLine
from preserve.messages import say
from preserve.pictures.helper import POOL, PictureFailed
from preserve.services.operation import Arguments, Look, command
from preserve.services.redactions import Mistake, file_of, files_of, mistakes_of, read_request
from preserve.services.session import Session

_MOST_PAGES = 2000
"""Pages of a file whose own text is looked through."""

_MOST_LINES = 20_000
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class ProposedRows:
    """The draft of a request after the machine's rows were added: how many, all rows, and what they do not cover."""

    number: str
    revision: int
    added: int
    rows: tuple[Row, ...]
    mistakes: tuple[Mistake, ...]
    gaps: tuple[Gap, ...]


def _which(session: Session, arguments: Arguments) -> Mapping[str, object]:
    request = read_request(session, arguments["number"])
    return {"cases": list(request.cases), "objects": [arguments["file"]]}


@command("request.propose", duty=Duty.EXAMINE, subject="number", look=Look("request-pages.viewed", _which))
def propose_rows(session: Session, number: str, file: str, revision: int) -> ProposedRows:
    """Add to the draft of a request what the machine proposes for one file; what was offered before comes no more.

    Raises Changed where somebody else has saved meanwhile, NotFound, Refused where the file cannot be read.
    """
    home = session.home
    with session.archive.catalogue.read() as connection:
        REQUESTS.take(connection, home, session.person, number, "examined")
    request = read_request(session, number)
    one = file_of(session, request, file)
    reason, article = next((why[1], why[2]) for why in files_of(session, request) if why[0].path == one.path)
    proposed = _proposed(session, one, reason, article)
    before = drafts.read_draft(home, number)
    known = set(before.offered)
    fresh = [row for row in proposed.rows if key_of(row) not in known]
    fresh = fresh[: max(drafts.MOST_ROWS - len(before.rows), 0)]
    name = next((row.name for row in before.of(one.path) if row.name), "")
    saved = drafts.Draft(
        revision=revision + 1,
        by=session.person.account,
        when=stamp(session.archive.now()),
        rows=(*before.rows, *(row.model_copy(update={"name": name}) for row in fresh)),
        offered=(*before.offered, *map(key_of, fresh)),
        gaps=(*(gap for gap in before.gaps if gap.object != one.path), *proposed.gaps),
    )
    drafts.save_draft(home, number, saved)
    gaps = tuple(gap for gap in saved.gaps if gap.object == one.path)
    return ProposedRows(number, saved.revision, len(fresh), saved.rows, mistakes_of(saved.rows), gaps)


def key_of(row: Row) -> str:
    """What a proposal is about, so that it is not made twice."""
    place = (row.object, row.found, row.what, row.pages, row.begin, row.end, row.left, row.top, row.width, row.height)
    return "\t".join(place)


def proposals(session: Session, number: str) -> dict[str, Proposed]:
    """What the machine proposes for each file that a drafted plan names, by its path.

    A file that cannot be read proposes nothing, and says so.
    """
    with session.archive.catalogue.read() as connection:
        rows = restricted(session.home, connection, number)
    found: dict[str, Proposed] = {}
    for one, reason, article in rows:
        try:
            found[one.path] = _proposed(session, one, reason, article)
        except Refused as error:
            gap = Gap(
                object=one.path, code="redaction.gap-unreadable", values={"reason": say(error.code, **error.values)}
            )
            found[one.path] = Proposed((), (gap,))
    return found


def _proposed(session: Session, one: Selected, reason: str, article: str) -> Proposed:
    return propose(_material(session, one), reason or say("redaction.reason-privacy"), article or "20")


def _material(session: Session, one: Selected) -> Material:
    with session.archive.catalogue.read() as connection:
        source = source_of(connection, one)
    path, kind = stored_at(session.home, source.file), source.kind
    plain = Material(one.path, kind)
    match kind:
        case "pdf":
            sizes = [(w * 25.4 / 72, h * 25.4 / 72) for w, h in pages.page_sizes(path, one.path)]
            text, cut = _text_of(path, one.path)
            return _read(session, one, replace(plain, sizes=sizes, text=text, cut=cut))
        case "picture":
            count, wide, high = pictures.look(path, one.path)
            return _read(session, one, replace(plain, sizes=[(float(wide), float(high))] * count))
        case "recording":
            found = frames.look(path, one.path)
            known = replace(plain, length=found.length, picture=found.video is not None, sound=bool(found.sound))
            return _read(session, one, known)
        case "text":
            return replace(plain, lines=lines.read_lines(path, one.path)[:_MOST_LINES])
    return plain


def _read(session: Session, one: Selected, material: Material) -> Material:
    """With what machines read in the deposited file, where that is of the same kind: pages of a copy of another kind
    need not be its pages."""
    if kind_of(one.path) != material.kind:
        return material

    def read(connection: Connection) -> list[Record]:
        return list(records_of(connection, session.home.store, one.objid))

    records = [record for record in session.once(f"readings-{one.objid}", read) if record.file == one.path]
    failed = {record.what for record in records if isinstance(record, Unread) and not record.page}
    return replace(material, records=records, looked=frozenset(map(what_of, records)) - failed)


def _text_of(path: Path, name: str) -> tuple[list[tuple[int, tuple[TextLine, ...]]], frozenset[int]]:
    """The lines of a PDF's own text, page by page, with the edges of their characters; and the pages with too much.

    Raises Refused.
    """
    found: list[tuple[int, tuple[TextLine, ...]]] = []
    cut: set[int] = set()
    first = 1
    while first:
        try:
            told = POOL.ask("text", patience=_PATIENCE, path=str(path.absolute()), first=first, last=_MOST_PAGES)
        except PictureFailed as error:
            raise Refused("redaction.unreadable", name, reason=error.words) from error
        for number, written in told["pages"]:
            found.append((int(number), tuple(_line(*line) for line in written)))
        cut.update(told["cut"])
        first = int(told["next"])
    return found, frozenset(cut)


def _line(text: str, edges: Sequence[float], top: float, bottom: float) -> TextLine:
    left, right = min(edges), max(edges)
    return TextLine(text, (left, top, right, top, right, bottom, left, bottom), 1.0, tuple(edges))
