"""Searchable copies of scans (PDF/A-2b), made of the stored readings: the scans as they are, the text unseen above.

A copy is an aid for finding (机读，未核对) and never a record of its own: nothing is kept of it in the archive. It is
for who delivers, since it has no watermark, and each time is a look on record.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from metadata.names import one_name
from preserve import outputs
from preserve.access.requests.selecting import HeldCase
from preserve.access.viewing import reading_room
from preserve.access.viewing.reading_room import Viewed
from preserve.administration.duties import Duty
from preserve.archival_storage.media import server_store
from preserve.data_management import readings
from preserve.errors import MediumProblem, NotIntact, Refused
from preserve.machine_reading.bounded import Broken
from preserve.machine_reading.records import Engine, Looked, PageText
from preserve.machine_reading.searchable import Searchable, Words
from preserve.machine_reading.searchable_child import NO_ROOM
from preserve.machine_reading.searchable_process import Wanted, make_searchable
from preserve.messages import LANGUAGES, say, speaking
from preserve.services.cases import of_case
from preserve.services.inner_volume import require_seen
from preserve.services.local_times import clock_of
from preserve.services.operation import Arguments, Look, job
from preserve.services.runs import Runs
from preserve.services.session import Session
from preserve.work import require_space
from storage_adapters.contract import CopyRef
from storage_adapters.reading import digest_file

_MOST_NAMED = 50
"""Digests of so many files stand in the copy of a case; the catalogue has the others."""


@dataclass(frozen=True, slots=True)
class PageLeftOut:
    """A page that could not be shown, and is empty in the copy; of page 0 a whole file, which is not in it."""

    name: str
    page: int
    why: str


@dataclass(frozen=True, slots=True)
class SearchableWritten:
    """A searchable copy. Nobody checked its text.

    `kept` counts pages by how their picture came over: `copied` bit for bit, `lossless`, `redrawn`, `lost`.
    `validator` says what the validator of PDF/A said, and which one.
    """

    objid: str
    path: Path
    files: int
    pages: int
    lines: int
    kept: Mapping[str, int]
    left_out: tuple[PageLeftOut, ...]
    pdfa: bool
    validator: str
    sha256: str


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The files that go into the copy, and what was read of each."""

    case: HeldCase
    files: tuple[Viewed, ...]
    texts: Mapping[str, Sequence[PageText]]
    read_of: Mapping[str, str]


def _choose(session: Session, arguments: Arguments) -> _Chosen:
    """Raises NotFound, Refused where nothing was read of them, NotPermitted for a file of the internal volume."""
    return session.once("searchable", lambda connection: _chosen(session, arguments["case"], arguments["file"]))


def _chosen(session: Session, case: str, file: str) -> _Chosen:
    home = session.archive.home
    with session.archive.catalogue.read() as connection:
        held, files = reading_room.contents(connection, home, case, "original")
        if file:
            files = [one for one in files if one.identifier == file] or reading_room.pick(files, [file])
            require_seen(connection, session.person, held.description, [one.name for one in files])
        elif not session.person.may(Duty.SEE_INNER):
            files = [one for one in files if not one.inner]
        texts: dict[str, list[PageText]] = {}
        read_of: dict[str, str] = {}
        names = {one.name for one in files}
        for record in readings.records_of(connection, home.store, held.objid):
            if isinstance(record, PageText) and record.file in names:
                texts.setdefault(record.file, []).append(record)
            elif isinstance(record, Looked) and record.what == "ocr":
                read_of[record.file] = record.sha256
    files = [one for one in files if one.name in texts]
    if not files:
        raise Refused("reading.nothing-read", file or held.objid)
    return _Chosen(held, tuple(files), texts, read_of)


def _looked_at(session: Session, arguments: Arguments) -> Mapping[str, object]:
    """Identifiers, because names of files may name people."""
    return {"objects": [one.identifier for one in _choose(session, arguments).files], "what": "searchable"}


# Who may look at a page may not take it home (regulation Art. 21): a copy of the scan itself is a delivery.
@job(
    "reading.searchable",
    duty=Duty.DELIVER,
    subject="case",
    look=Look("object.viewed", _looked_at, of_case),
    runs=Runs("waited", folder="folder", anew=True),
)
def write_searchable(session: Session, case: str, folder: Path, file: str = "", *, name: str = "") -> SearchableWritten:
    """Write a searchable copy of a file (an identifier or a name), or of all scans of a case that were read by machine.

    It gets the name `name`, else one made of what it is a copy of. Raises NotFound, Refused where nothing was read or
    can be shown, NotIntact for a file that is not as it was registered or read, MediumProblem, Stopped.
    """
    chosen = _choose(session, {"case": case, "file": file})
    home = session.archive.home
    output = folder / (name or _name_of(chosen, file))
    outputs.check_new(output, home)
    require_space(home.work, 2 * sum(one.size for one in chosen.files), home.settings.reserve)
    session.progress.begin("reading.copying", files=len(chosen.files))
    with tempfile.TemporaryFile(dir=home.work) as copy:  # it has no name, and is gone with this process
        made = _make(session, chosen, f"/proc/{os.getpid()}/fd/{copy.fileno()}")
        copy.seek(0)
        digest = hashlib.sha256()
        with outputs.new_file(output, home) as part, part.open("wb") as written:
            while piece := copy.read(1 << 20):
                digest.update(piece)
                written.write(piece)
    return SearchableWritten(
        chosen.case.objid,
        output,
        len(chosen.files),
        made.pages,
        made.lines,
        {str(kind): count for kind, count in made.kept.items()},
        tuple(PageLeftOut(one.file, one.page, one.why) for one in made.left_out),
        made.verdict.passed,
        made.verdict.words(),
        digest.hexdigest(),
    )


def _make(session: Session, chosen: _Chosen, output: str) -> Searchable:
    """Raises Refused where none could be made, MediumProblem."""
    home = session.archive.home
    files = [(_source(session, chosen, one), one.name) for one in chosen.files]
    texts = [text for pages in chosen.texts.values() for text in pages]
    wanted = Wanted(files, texts, output, home.work, _words(session, chosen))
    try:
        return make_searchable(wanted, lambda: session.progress(0))
    except Broken as error:
        if error.code == NO_ROOM:
            raise MediumProblem(NO_ROOM, str(home.work), reason=error.words) from error
        raise Refused("reading.copy-failed", chosen.case.objid, reason=error.code, detail=error.words) from error


def _source(session: Session, chosen: _Chosen, one: Viewed) -> Path:
    """The original as the store has it, the same that was registered and that was read. Raises NotIntact."""
    store, copy = server_store(session.archive.home), CopyRef(chosen.case.package)
    path = store.bring(copy, [one.path]) / one.path
    found = digest_file(path, ("sha256",), from_medium=False)[1]["sha256"]
    if found != one.sha256:
        raise NotIntact("look.altered", one.name, wanted=one.sha256, found=found)
    if chosen.read_of.get(one.name, found) != found:
        raise Refused("reading.of-another", one.name)
    session.progress(0, 1)
    return path


def _words(session: Session, chosen: _Chosen) -> Words:
    """What the copy says of itself: in both languages, for whom it was made, and of what."""
    engines = dict.fromkeys(text.engine for pages in chosen.texts.values() for text in pages)
    moment = session.archive.now().astimezone(clock_of(session.archive.home))
    marks = []
    for language in LANGUAGES:
        with speaking(language):
            marks.append(
                say(
                    "reading.copy-mark",
                    engines=", ".join(_engine_in_words(engine) for engine in engines),
                    account=session.person.account,
                    moment=f"{moment:%Y-%m-%d %H:%M}",
                )
            )
    described = chosen.case.description
    source = [chosen.case.objid, *(f"sha256:{one.sha256}" for one in chosen.files[:_MOST_NAMED])]
    alone = f" {chosen.files[0].name}" if len(chosen.files) == 1 else ""
    title = f"{described.case_number} {described.title}{alone}"
    return Words(title, " / ".join(marks), " ".join(source), moment)


def _engine_in_words(engine: Engine) -> str:
    digest = f"sha256:{engine.digest}" if engine.digest else ""
    return " ".join(word for word in (engine.tool, engine.model, digest) if word)


def _name_of(chosen: _Chosen, file: str) -> str:
    """A name for the copy that can stand on any system."""
    stem = PurePosixPath(chosen.files[0].name).stem if file else chosen.case.description.case_number
    return one_name(say("reading.copy-name", name=stem))
