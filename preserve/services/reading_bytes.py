"""What a reader's browser fetches of a file: ranges of its copy, pictures of its pages, the strip of a recording.

Every one is the same look at the file as the page around it (`reading_files.LOOK`). Bytes come from the viewing room
only, and as none but the fixed kinds (`access.viewing.kinds`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from preserve.access.viewing.kinds import media_type_of, way_of
from preserve.access.viewing.profile import looking_profile
from preserve.access.viewing.rendering import RenderFailed
from preserve.administration.duties import Duty
from preserve.errors import NotFound, Refused
from preserve.messages import say
from preserve.pictures.helper import PictureFailed
from preserve.services.local_times import clock_of
from preserve.services.operation import job, query
from preserve.services.reading import StripShown, strip_of
from preserve.services.reading_files import LOOK, find_file, require_intact, tell_altered
from preserve.services.runs import Runs
from preserve.services.session import Session

Part = Literal["frames", "poster", "wave"]


@dataclass(frozen=True, slots=True)
class Bytes:
    """A copy in the viewing room, to be sent in ranges, and what a browser is told that it is.

    Once the copy was found altered there is no file at `path` any more: a stream that is under way ends then.
    """

    path: Path
    size: int
    sha256: str
    media_type: str
    name: str
    state: str


@query("reading.bytes", duty=Duty.FIND, subject="case", look=LOOK)
def read_bytes(session: Session, case: str, file: str) -> Bytes:
    """A recording to be played. Raises Refused for what is shown in another way, NotIntact for an altered copy."""
    opened = find_file(session, case, file)
    if way_of(opened.viewed.path) not in ("video", "sound"):
        raise Refused("look.not-played", opened.viewed.name)
    check = require_intact(session, opened)
    name = PurePosixPath(opened.viewed.path).name
    viewed = opened.viewed
    return Bytes(opened.copy.path, viewed.size, viewed.sha256, media_type_of(viewed.path), name, check.state)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is sent."""

    media_type: str
    data: bytes


@query("reading.page", duty=Duty.FIND, subject="case", look=LOOK)
def read_page(session: Session, case: str, file: str, page: int = 1) -> Picture:
    """A page of a document, or a photograph, with the reader's name, account and the time over it.

    Raises Refused where there is no such page or it cannot be drawn, NotIntact for an altered copy.
    """
    opened = find_file(session, case, file)
    way = way_of(opened.viewed.path)
    require_intact(session, opened)
    drawn = way == "pages" or (way == "rendered" and opened.rendered is not None)
    if not (drawn or (way == "picture" and page == 1)):
        raise NotFound("look.no-page", opened.viewed.name, page=page)
    person, now = session.person, session.archive.now().astimezone(clock_of(session.home))
    mark = f"{person.name} {person.account} {now:%Y-%m-%d %H:%M}"
    if opened.rendered is not None:
        mark += " " + say("look.view-mark", renderer=opened.rendered.label)
    try:
        source = opened.drawn_from()
        if drawn and not 1 <= page <= opened.pages.count(source):
            raise NotFound("look.no-page", opened.viewed.name, page=page)
        return Picture("image/jpeg", opened.pages.page(source, page, mark))
    except RenderFailed as error:
        raise Refused("look.not-drawn", opened.viewed.name, page=page, reason=error.reason) from error
    except PictureFailed as error:
        raise Refused("look.not-drawn", opened.viewed.name, page=page, reason=error.kind) from error


@query("reading.strip", duty=Duty.FIND, subject="case", look=LOOK)
def read_strip(session: Session, case: str, file: str) -> StripShown:
    """What there is of the strip of a recording: asked again and again while it is being made."""
    return strip_of(find_file(session, case, file))


@query("reading.strip_picture", duty=Duty.FIND, subject="case", look=LOOK)
def read_strip_picture(session: Session, case: str, file: str, part: Part) -> Picture:
    """The frames of a recording side by side, the one before it plays, or how loud it is when.

    Raises NotFound while there is none.
    """
    opened = find_file(session, case, file)
    strip = opened.strip.known()
    if strip is None or not (strip.wave if part == "wave" else strip.moments):
        raise NotFound("look.no-strip", opened.viewed.name)
    require_intact(session, opened)
    path = opened.strip.picture(part)
    return Picture("image/png" if part == "wave" else "image/jpeg", path.read_bytes())


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a job found of the copy that is shown, and whether there is a strip of it now."""

    identifier: str
    state: str
    strip: bool


@job("reading.prepare", duty=Duty.FIND, subject="case", runs=Runs("waited", place="file"))
def prepare(session: Session, case: str, file: str) -> Prepared:
    """Read the copy of a recording whole, and draw its strip; nothing is shown by it.

    An altered one is written down, called suspect and not shown any more. Raises Refused, Stopped.
    """
    opened = find_file(session, case, file)
    viewed = opened.viewed
    check = opened.copy.bring(session.archive.now(), patient=True)
    if check.state != "altered" and opened.strip.known() is None and viewed.recording:
        # What somebody waits for comes first; where the copy turns out altered, the strip is not shown either.
        opened.strip.make(opened.copy.path, viewed.length, looking_profile(session.home.profiles))
    if check.state != "altered" and opened.copy.due(session.archive.now()):
        check = opened.copy.check(session.archive.now())
    if check.state == "altered":
        tell_altered(session, opened)
    return Prepared(viewed.identifier, check.state, opened.strip.known() is not None)


def still_shown(path: str | os.PathLike[str]) -> bool:
    """Whether a copy is still in the viewing room: one that was found altered is not."""
    return os.path.isfile(path)
