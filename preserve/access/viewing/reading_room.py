"""The viewing room: copies that were held against their digests, pictures that can be made again, for some hours.

`viewing/<account>/<case>/` holds what one person asked for; `viewing/.pictures/` keeps frame sheets and wave forms, so
that the next look costs nothing, and `viewing/.shown/` what browsers are shown (`shown`). Pictures are not in the
package: they say nothing that its copies do not say, a disc cannot take them back, and so packages of every age have
them, drawn as today's program draws them.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection

from metadata.identity import meant
from metadata.names import one_name, safe_names
from preserve.access.requests.selecting import HeldCase, read_case
from preserve.access.viewing.drawing import About
from preserve.access.viewing.pictures import make_pictures
from preserve.access.viewing.profile import LookingProfile
from preserve.archival_storage.media import server_store
from preserve.clock import zone
from preserve.data_management import object_index
from preserve.data_management.object_index import ObjectRow
from preserve.description.fixed_values import Volume
from preserve.errors import NotFound, NotIntact
from preserve.home import Home
from preserve.messages import language
from preserve.programs import ToolFailed
from preserve.progress import check_stop
from storage_adapters.contract import CopyRef
from storage_adapters.copying import copy_file_checked
from storage_adapters.durable import discard, drop_file, move_in
from storage_adapters.reading import digest_file

SHOWN = ".shown"
"""The folder of the room with what browsers are shown, by case (`shown`)."""

_DRAWN = 1
"""How pictures are drawn; it goes up when that changes, and old ones are no longer shown."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """One file of a case: the depositor's name, the file that is shown for it, what is known of the recording."""

    name: str
    kind: str
    stage: str
    identifier: str
    path: str  # below the package's folder
    size: int
    sha256: str
    original_sha256: str
    representation: str
    recording: bool
    device: str
    length: float
    began: datetime | None
    inner: bool  # of the internal volume (副卷)


@dataclass(frozen=True, slots=True)
class Placed:
    """What was put into the viewing room for one file."""

    name: str
    representation: str
    paths: tuple[Path, ...]
    missing: int = 0
    cut: bool = False
    failed: str = ""


def contents(connection: Connection, home: Home, case_name: str, form: str = "access") -> tuple[HeldCase, list[Viewed]]:
    """The originals of a case, and for each the copy that is shown: of `form`, else what there is. Raises Refused."""
    case = read_case(home, connection, case_name)
    rows = object_index.of_version(connection, case.objid, int(case.package.rpartition("_v")[2]))
    derived: dict[str, dict[str, ObjectRow]] = {}
    for row in rows:
        if row.source is not None:
            derived.setdefault(row.source, {}).setdefault(row.representation, row)
    viewed = []
    names = {identifier: name for name, identifier in case.originals.items()}
    for row in rows:
        if row.representation != "original":
            continue
        copies = derived.get(row.identifier, {})
        shown = row if form == "original" else copies.get("access") or _openable(row, copies)
        name = names.get(row.identifier, row.name)
        about = case.about(name)
        known = row.significant
        streams = [value for key, value in known.items() if re.fullmatch(r"stream \d+", key)]
        viewed.append(
            Viewed(
                name,
                about.kind if about else "",
                about.stage.value if about else "",
                row.identifier,
                f"data/{case.objid}/representations/{shown.representation}/{shown.path}",
                shown.size,
                shown.sha256,
                row.sha256,
                shown.representation,
                any(value.startswith(("video", "sound")) for value in streams),
                (about.device if about else "") or known.get("device", ""),
                _seconds(known.get("duration", "")),
                _began(known.get("recording start", ""), home),
                about is not None and about.volume is Volume.INNER,
            )
        )
    order = {item.file: place for place, item in enumerate(case.description.objects)}
    return case, sorted(viewed, key=lambda one: (order.get(one.name, len(order)), one.name))


def _openable(row: ObjectRow, copies: dict[str, ObjectRow]) -> ObjectRow:
    """Documents of formats at risk are shown as the PDF made of them; recordings without access copy as they are."""
    kept = copies.get("preservation")
    return kept if kept is not None and kept.path.endswith(".pdf") else row


def _seconds(text: str) -> float:
    match = re.match(r"\d+(?:\.\d+)?", text)
    return float(match[0]) if match else 0.0


def _began(text: str, home: Home) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(text.partition(" ")[0]).astimezone(zone(home.settings.time_zone))
    return None


def pick(viewed: Sequence[Viewed], wanted: Sequence[str]) -> list[Viewed]:
    """The files of these names: the depositor's path, or its last part where only one has it. Raises Refused."""
    chosen = []
    for name in wanted:
        whole = meant(name, (one.name for one in viewed))
        hits = [one for one in viewed if one.name == whole] or [
            one for one in viewed if PurePosixPath(one.name).name == name
        ]
        if len(hits) != 1:
            raise NotFound("look.no-such-file" if not hits else "look.several", name, count=len(hits))
        chosen += hits
    return chosen


class Room:
    """The viewing room as one person uses it for one case."""

    def __init__(self, home: Home, account: str, case: HeldCase, wanted: LookingProfile) -> None:
        self.home, self.case, self.wanted = home, case, wanted
        self.root = home.path / "viewing"
        (safe,) = safe_names([f"{account}/{one_name(case.description.case_number)}"])
        self.folder = self.root / str(safe)
        self.kept = self.root / ".pictures"

    def open(self) -> None:
        """Make the room, for archive and door alone, and clear out what has lain there long enough."""
        mode = 0o2770 if self.home.settings.web.group else 0o700
        for folder in (self.root, self.folder.parent, self.folder, self.kept):
            folder.mkdir(mode=mode, parents=True, exist_ok=True)
            with suppress(PermissionError):  # the door's user made it, and gave it this mode
                folder.chmod(mode)
        now = time.time()
        for path in _old(
            self.root, now - timedelta(hours=self.wanted.hours).total_seconds(), (self.kept, self.root / SHOWN)
        ):
            drop_file(path, self.root)
        for path in _old(self.kept, now - timedelta(days=self.wanted.pictures_days).total_seconds(), ()):
            drop_file(path, self.root)

    def source(self, viewed: Viewed) -> Path:
        """The file as the store has it, on this machine."""
        return Path(server_store(self.home).bring(CopyRef(self.case.package), [viewed.path])) / viewed.path

    def copy(self, viewed: Viewed) -> Placed:
        """A copy of the file, held against the digest that was registered. Raises NotIntact."""
        (name,) = safe_names(
            [viewed.name + PurePosixPath(viewed.path).suffix * (not viewed.path.endswith(viewed.name[-4:]))]
        )
        target = self.folder / str(name)
        source = self.source(viewed)
        if not (target.is_file() and digest_file(target, ("sha256",), from_medium=False)[1]["sha256"] == viewed.sha256):
            part = target.with_name(f".{secrets.token_hex(8)}.new")
            part.parent.mkdir(mode=0o770, parents=True, exist_ok=True)
            _, digests = copy_file_checked(source, part, ("sha256",), lambda moved: check_stop())
            if digests["sha256"] != viewed.sha256:
                drop_file(part, self.root)
                raise NotIntact("look.altered", viewed.name, wanted=viewed.sha256, found=digests["sha256"])
            part.chmod(0o400)
            move_in(part, target)
        os.utime(target)
        return Placed(viewed.name, viewed.representation, (target,))

    def pictures(self, viewed: Viewed) -> Placed:
        """Frame sheet and wave form of a recording, made now or taken from those kept. Raises NotIntact."""
        about = About(
            self.case.description.case_number,
            viewed.name,
            viewed.device,
            viewed.length,
            viewed.began,
            viewed.original_sha256,
        )
        key = json.dumps([_DRAWN, viewed.sha256, str(about), str(self.wanted), language()], ensure_ascii=False)
        stem = sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        made = [path for path in (self.kept / f"{stem}.frames.jpg", self.kept / f"{stem}.wave.png") if path.is_file()]
        missing, cut = 0, False
        if not made:
            source = self.source(viewed)
            seen = digest_file(source, ("sha256",), from_medium=False)[1]["sha256"]
            if seen != viewed.sha256:
                raise NotIntact("look.altered", viewed.name, wanted=viewed.sha256, found=seen)
            scratch = self.kept / f"{stem}.{secrets.token_hex(8)}"
            scratch.mkdir(mode=0o770)
            try:
                done = make_pictures(source, about, scratch, stem, self.wanted)
                missing, cut = done.missing, done.cut
                for path in (done.frames, done.wave):
                    if path is not None:
                        # A picture with gaps is shown and not kept: the next try may do better.
                        place = self.folder if missing or cut else self.kept
                        move_in(path, place / path.name)
                        made.append(place / path.name)
            except ToolFailed as error:
                words = error.words.strip().splitlines()
                return Placed(viewed.name, viewed.representation, (), failed=(words[-1] if words else "")[:200])
            finally:
                discard(scratch, self.root)
        return Placed(viewed.name, viewed.representation, tuple(self._shown(viewed, made, stem)), missing, cut)

    def _shown(self, viewed: Viewed, made: Sequence[Path], stem: str) -> Iterator[Path]:
        for path in made:
            (name,) = safe_names([viewed.name + path.name.removeprefix(stem)])
            target = self.folder / str(name)
            part = target.with_name(f".{secrets.token_hex(8)}.new")
            part.parent.mkdir(mode=0o770, parents=True, exist_ok=True)
            copy_file_checked(path, part, (), lambda moved: None)
            part.chmod(0o400)
            move_in(part, target)
            os.utime(path)
            if path.parent != self.kept:
                drop_file(path, self.root)
            yield target


def _old(folder: Path, before: float, leave: Collection[Path]) -> list[Path]:
    paths = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if Path(place, name) not in leave]
        for name in names:
            path = Path(place) / name
            with suppress(OSError):
                if path.lstat().st_mtime < before:
                    paths.append(path)
    return paths
