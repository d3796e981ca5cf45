"""The reading room in a browser (阅卷): the files of a case and one of them shown, each look on record beforehand."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from preserve.access.viewing.kinds import Way, media_type_of, way_of
from preserve.access.viewing.reading_room import Viewed
from preserve.access.viewing.rendering import RenderFailed
from preserve.access.viewing.shown import Check
from preserve.administration.duties import Duty
from preserve.clock import parse
from preserve.data_management import looks, reader_notes, search
from preserve.data_management.reader_notes import Mark as Mark
from preserve.description.fixed_values import Classification, Stage
from preserve.description.labels import label_of
from preserve.errors import PreserveError
from preserve.machine_reading.speech_profile import speech_profile
from preserve.pictures.helper import PictureFailed
from preserve.services import jobs
from preserve.services.local_times import clock_of
from preserve.services.machine_voices import HeardShown, VoiceShown, heard_shown, read_of, voice_shown, voices_of
from preserve.services.operation import query
from preserve.services.reading_files import (
    LOOK_OR_LIST,
    Opened,
    after_and_before,
    bring,
    find_file,
    made_of_files,
    read_contents,
)
from preserve.services.reading_words import are_lost, words_of
from preserve.services.session import Session

_LONGEST_TEXT = 512 << 10
_TIME_CODE = re.compile(r"(?<!\d)(?:(\d{1,2})[:：])?(\d{1,2})[:：](\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class FileInList:
    """One file of a case; `name` is the depositor's, `seen` whether this reader ever looked at it.

    `stage_name` is the stage's name in the reader's language, `began` by the bureau's clock.
    """

    identifier: str
    name: str
    kind: str
    stage: str
    stage_name: str
    way: Way
    size: int
    length: float
    began: str
    device: str
    inner: bool
    seen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a transcript, and the second of the recording that it names, if it names one."""

    text: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class StripShown:
    """The strip of a recording; `state` is `waiting` until it was made, `failed` where nothing could be decoded."""

    state: Literal["waiting", "ready", "failed"]
    length: float = 0.0
    moments: tuple[float, ...] = ()
    wave: bool = False
    missing: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class FileShown:
    """One file as it is shown: how, what is known of the copy, and what belongs beside it.

    `state` of the copy is `fetching`, `checking`, `intact` or `altered`, found at `checked`, empty before. `pages` of a
    document; `unreadable` where they cannot be drawn. `renderer` is the program of somebody else that draws them,
    as a view only; `no_renderer` where none is named in the settings. `words` are those that search finds, of a
    file that cannot be shown or is drawn so; `words_lost` where most of them are not in what was drawn. `text` of a
    plain file, of which `text_cut` says that more is not shown. `voice` and `heard` are machine-read and not
    checked, absent where nothing was read.
    """

    file: FileInList
    sha256: str
    media_type: str
    representation: str
    state: str
    checked: str
    before: str
    after: str
    pages: int = 0
    unreadable: bool = False
    renderer: str = ""
    no_renderer: bool = False
    words: tuple[str, ...] = ()
    words_lost: bool = False
    text: str = ""
    text_cut: bool = False
    strip: StripShown | None = None
    transcript: str = ""
    transcript_lines: tuple[Line, ...] = ()
    marks: tuple[Mark, ...] = ()
    voice: VoiceShown | None = None
    heard: HeardShown | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A case to read: its files in the order of its description, and the one that is shown, if one is."""

    objid: str
    case_number: str
    title: str
    files: tuple[FileInList, ...]
    unseen: int
    shown: FileShown | None


@query("reading.open", duty=Duty.FIND, subject="case", look=LOOK_OR_LIST)
def open_reading(session: Session, case: str, file: str = "") -> Reading:
    """The files of a case as a reader goes through them; with `file`, an identifier, that one to be shown.

    Raises Refused where there is no such case or file or it was destroyed, NotPermitted for one of the internal volume.
    """
    held, both = made_of_files(session, case, f"listed in {session.language}", _listed)
    with session.archive.catalogue.read() as connection:
        seen = looks.objects_seen(connection, held.objid, session.person.account)
    listed = tuple(after if before.identifier in seen else before for before, after in both)
    return Reading(
        held.objid,
        held.description.case_number,
        held.description.title,
        listed,
        sum(not one.seen for one in listed),
        _shown(session, case, file, read_contents(session, case)[1], listed) if file else None,
    )


def _listed(one: Viewed) -> tuple[FileInList, FileInList]:
    """A file as it is listed to who has not looked at it, and to who has."""
    unseen = FileInList(
        one.identifier,
        one.name,
        one.kind,
        one.stage,
        label_of(Stage(one.stage)) if one.stage else "",
        way_of(one.path),
        one.size,
        one.length,
        f"{one.began:%Y-%m-%d %H:%M:%S}" if one.began else "",
        one.device,
        one.inner,
        seen=False,
    )
    return unseen, replace(unseen, seen=True)


def _shown(
    session: Session, case: str, identifier: str, files: list[Viewed], listed: tuple[FileInList, ...]
) -> FileShown:
    opened = find_file(session, case, identifier)
    check = bring(session, opened)
    before, after = after_and_before(files, identifier)
    here = next(one for one in listed if one.identifier == identifier)
    viewed = opened.viewed
    facts = FileShown(
        here,
        viewed.sha256,
        media_type_of(viewed.path),
        viewed.representation,
        check.state,
        _local(session, check),
        before,
        after,
    )
    if check.state == "fetching":
        have_prepared(session, opened)
    if check.state in ("altered", "fetching"):
        return facts
    shown = _with_contents(session, opened, facts, files)
    if opened.copy.due(session.archive.now()) or (shown.strip is not None and shown.strip.state == "waiting"):
        have_prepared(session, opened)
    return shown


def have_prepared(session: Session, opened: Opened) -> None:
    """Have the copy read whole and its strip drawn by a job; what cannot be asked for now is asked for another time."""
    identifier = opened.viewed.identifier
    key = f"reading.prepare {identifier} {session.archive.now():%Y-%m-%dT%H}"
    with suppress(PreserveError):
        jobs.ask(session, "reading.prepare", {"case": opened.case.objid, "file": identifier}, key=key)


def _local(session: Session, check: Check) -> str:
    return f"{parse(check.at).astimezone(clock_of(session.home)):%Y-%m-%d %H:%M}" if check.at else ""


def _with_contents(session: Session, opened: Opened, facts: FileShown, files: list[Viewed]) -> FileShown:
    """The same with what the way it is shown needs."""
    if facts.file.way in ("pages", "rendered"):
        return _with_pages(session, opened, facts)
    if facts.file.way == "none":
        return replace(facts, words=words_of(session, opened))
    if facts.file.way == "text":
        text, cut = _read_text(opened.copy.path)
        return replace(facts, text="\n".join(text.splitlines()), text_cut=cut)
    if facts.file.way not in ("video", "sound"):
        return facts
    name = about.transcript if (about := opened.case.about(opened.viewed.name)) else ""
    transcript = next((one for one in files if name and one.name == name), None)
    with session.archive.catalogue.read() as connection:
        marks = reader_notes.marks_of(connection, session.person.account, opened.viewed.identifier)
        # The text of a state secret is in no page: who needs it opens the paper itself, whose pages bear a name.
        secret = opened.case.description.classification is Classification.STATE_SECRET
        with_text = transcript is not None and not secret
        passages = search.passages(connection, opened.case.objid) if with_text else []
    texts = [passage.text for passage in passages if (passage.field, passage.place) == ("text", name)]
    lines = [line for text in texts for line in text.splitlines()]
    read = read_of(session, opened.case.objid)
    heard = None if secret else heard_shown(read, opened.viewed.name, speech_profile(session.home.profiles))
    return replace(
        facts,
        strip=strip_of(opened),
        transcript=transcript.identifier if transcript else "",
        transcript_lines=tuple(_line(line) for line in lines if line.strip()),
        marks=tuple(marks),
        voice=voice_shown(voices_of(read), opened.viewed.name, opened.viewed.length),
        heard=heard,
    )


def _with_pages(session: Session, opened: Opened, facts: FileShown) -> FileShown:
    """How many pages there are and who draws them; the words, where somebody else does or nobody can."""
    if facts.file.way == "rendered" and opened.rendered is None:
        return replace(facts, no_renderer=True, words=words_of(session, opened))
    renderer = opened.rendered.label if opened.rendered else ""
    words = words_of(session, opened) if renderer else ()
    try:
        drawn = opened.drawn_from()
        facts = replace(facts, renderer=renderer, words=words, pages=opened.pages.count(drawn))
    except (PictureFailed, RenderFailed):
        return replace(facts, renderer=renderer, unreadable=True, words=words or words_of(session, opened))
    return replace(facts, words_lost=bool(renderer) and are_lost(words, drawn, opened.pages.key))


def strip_of(opened: Opened) -> StripShown:
    """What there is of the strip of a recording."""
    known = opened.strip.known()
    if known is None:
        return StripShown("waiting", opened.viewed.length)
    if known.failed:
        return StripShown("failed", opened.viewed.length)
    return StripShown("ready", known.length, known.moments, known.wave, known.missing, known.cut)


def _line(text: str) -> Line:
    found = _TIME_CODE.search(text[:40])
    if found is None:
        return Line(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return Line(text, float(hours * 3600 + minutes * 60 + seconds))


def _read_text(path: Path) -> tuple[str, bool]:
    """The text of a plain file, in the one of the usual encodings that it is in, and whether more is not shown."""
    with path.open("rb") as stream:
        data = stream.read(_LONGEST_TEXT + 1)
    cut = len(data) > _LONGEST_TEXT
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data[:_LONGEST_TEXT].decode(encoding), cut
        except UnicodeDecodeError as error:
            if cut and error.start > _LONGEST_TEXT - 4:  # a character that was cut in two
                return data[: error.start].decode(encoding), cut
    return data[:_LONGEST_TEXT].decode("utf-8", "replace"), cut
