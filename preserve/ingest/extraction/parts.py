"""From the texts that the workers read to the one file in the package that the index is made from.

Each batch of files leaves one part in the ingest's own folder; nothing of the package depends on it: what is missing
there after a power loss is read again. State secrets are left out: nothing of them goes into an index.
"""

from __future__ import annotations

import json
import os
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from metadata import csip
from metadata.compact import TextSet
from metadata.findings import Finding
from metadata.names import xml_name
from preserve.description.fixed_values import Classification
from preserve.ingest.extraction import MOST_OF_A_CASE, MOST_OF_A_FILE, Extracted, Way, way_of
from preserve.ingest.extraction.helper import HELPER
from preserve.ingest.facts import Character, Identification
from storage_adapters.durable import write_file
from storage_adapters.medium_errors import make_folder, on_medium

if TYPE_CHECKING:
    # Worker processes import this room too, and have no description and no home.
    from preserve.description.schema import CaseDescription
    from preserve.ingest.context import Ingest
    from preserve.ingest.provenance import TakenFile

_PLACE = 40  # bits of a place in a part
_MOST = 10_000_000  # no case has a file of a higher number
_AT_ONCE = 1 << 20
_MOST_BYTES = 4 * (MOST_OF_A_FILE + 1)
_FULL = 5 * MOST_OF_A_CASE  # bytes; a letter takes four at most, and each line has some for itself
_FORM = 1
_PICTURES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".heic", ".webp", ".gif", ".jp2")
_PHOTOGRAPHS = ("照片", "照相", "相片", "截图", "图片", "hotograph", "photo")
"""How a line of the file is written; it goes up when that changes."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """How many documents came to which outcome, and what a person should know."""

    counts: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]


def extract(path: Path, way: Way) -> Extracted:
    """The text of one file: what is plain is decoded here, everything that must be parsed by the helper."""
    if way != "plain":
        return HELPER.extract(path, way)
    from preserve.ingest.extraction.readers import decoded

    try:
        return _kept(decoded(path, _MOST_BYTES), whole=path.stat().st_size <= _MOST_BYTES)
    except OSError as error:
        return Extracted("failed", reason=str(error))


def _kept(raw: str, *, whole: bool) -> Extracted:
    """What is kept of a plain text; `whole`: nothing was cut off behind it."""
    from preserve.ingest.extraction.readers import tidy

    text = tidy(raw, "plain")
    kept = text[:MOST_OF_A_FILE]
    if len(text) > len(kept) or not whole:
        return Extracted("cut", kept, f"more than {MOST_OF_A_FILE} characters")
    return Extracted("text" if kept else "none", kept)


@dataclass(frozen=True, slots=True)
class Examined:
    """A file whose text is to be read, by its number; `data` are all its bytes where they were read already."""

    number: int
    path: Path
    character: Character
    identification: Identification
    data: bytes | None = None

    def raw(self, way: Way) -> str | None:
        """The text as it was decoded, of a plain one that is in memory whole; None of every other file."""
        if way != "plain" or self.data is None or len(self.data) >= _MOST_BYTES:
            return None
        from preserve.ingest.extraction.pieces import decoded_bytes

        return decoded_bytes(self.data, name=dict(self.character.properties).get("Encoding", ""))


def write_part(
    folder: Path,
    files: Sequence[Examined],
    looked_at: Callable[[int, str], None] = lambda number, text: None,
    worth: Callable[[str], bool] = bool,
) -> None:
    """Read the texts of a batch of files and write them as one part.

    `looked_at` is told the text of each file, empty where it has none that we can read. Once the parts of the files
    before hold what is kept of a case, no text is written; then a text that is not `worth` a look is not tidied.
    """
    lines: list[str] = []
    length = 0
    full = _are_full(folder, files[0].number) if files else False
    for file in files:
        way = way_of(file.identification, file.character, file.path.name)
        if way is None:
            looked_at(file.number, "")
            continue
        raw = file.raw(way)
        if full and raw is not None and not worth(raw):
            continue
        found = extract(file.path, way) if raw is None else _kept(raw, whole=True)
        looked_at(file.number, found.text)
        if full:
            continue
        if length >= MOST_OF_A_CASE:  # one batch alone may reach the bound of the case; what is over it is not kept
            found = Extracted("left-out")
        length += len(found.text)
        lines.append(json.dumps([file.number, found.outcome, found.text, found.reason], ensure_ascii=False))
    if lines:
        write_file(_part(folder, files[0].number), ("\n".join(lines) + "\n").encode("utf-8", "replace"))


def _part(folder: Path, number: int) -> Path:
    return folder / f"{number:09}.jsonl"


def _are_full(folder: Path, number: int) -> bool:
    """Whether the parts of files before this one hold more than is kept of a case, however few bytes a letter takes.

    Whatever is missing in the parts is read again where it is wanted after all.
    """
    own, size = _part(folder, number).name, 0
    with suppress(OSError), os.scandir(folder) as parts:
        size = sum(part.stat().st_size for part in parts if part.name < own and part.name.endswith(".jsonl"))
    return size > _FULL


_ENCODER = json.JSONEncoder(ensure_ascii=False)


class _Parts:
    """Everything the workers read, by the file's number; a part that is not whole counts for nothing.

    Only where each text stands is known; the texts themselves stay on the medium until they are wanted.
    """

    def __init__(self, folder: Path) -> None:
        self._paths: list[Path] = []
        self._places = array("q")  # by the number of a file: which part, and where in it; -1: nowhere
        for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else ():
            with suppress(OSError, ValueError):
                self._note(path)

    def _note(self, path: Path) -> None:
        places: list[tuple[int, int]] = []
        at = 0
        with path.open("rb") as file:
            for line in file:
                number, _, _ = line.partition(b",")
                if line[:1] != b"[" or line[-2:] != b"]\n":
                    raise ValueError(path.name)
                places.append((int(number[1:]), at))  # the text behind it, which may be long, is decoded once: in `get`
                at += len(line)
        if any(not 0 <= of_file < _MOST for of_file, _ in places):
            raise ValueError(path.name)
        for of_file, place in places:
            missing = of_file + 1 - len(self._places)
            self._places.extend([-1] * missing)
            self._places[of_file] = len(self._paths) << _PLACE | place
        self._paths.append(path)

    def get(self, number: int) -> Extracted | None:
        """What was read out of a file; None where nothing is there that can be used."""
        place = self._places[number] if number < len(self._places) else -1
        if place < 0:
            return None
        with suppress(OSError, ValueError), self._paths[place >> _PLACE].open("rb") as file:
            file.seek(place & (1 << _PLACE) - 1)
            return Extracted(*json.loads(file.readline())[1:4])
        return None


class Gathering:
    """Brings the texts of all documents together, in the order of the deposit and within the case's bound.

    `own` is the description of the case itself, which is findable field by field.
    """

    def __init__(self, folder: Path, ingest: Ingest, own: str = "") -> None:
        self._ingest, self._own = ingest, own
        self._read = _Parts(folder)
        self._secret = _secret(ingest.description)
        self._scans = _scans(ingest.description)
        self._counts: Counter[str] = Counter()
        self._findings: list[Finding] = []
        self._lines: list[str] = []
        self._waiting = self._written = 0  # characters of the lines, and bytes in the package
        self._length = 0

    def add(self, number: int, file: TakenFile) -> None:
        """The text of one file, by its number in the deposit: as the workers read it, or read now."""
        source = _source(file)
        if source is None and file.path in self._scans:
            self._counts["none"] += 1
        if source is None or file.path == self._own:
            return
        if self._secret is None or file.name in self._secret or self._length >= MOST_OF_A_CASE:
            extracted = Extracted("left-out")
        else:
            extracted = self._read.get(number) or self._extract(*source)
        text = extracted.text[: MOST_OF_A_CASE - self._length]
        outcome = "cut" if len(text) < len(extracted.text) else extracted.outcome
        self._length += len(text)
        self._counts[outcome] += 1
        if outcome in ("failed", "partial"):
            values = {"reason": extracted.reason[:200]}
            code = "ingest.text-failed" if outcome == "failed" else "ingest.text-partial"
            self._findings.append(Finding(code, file.name, "note", values))
        name, reason = xml_name(file.path), extracted.reason
        row = {"form": _FORM, "file": name, "outcome": outcome, "reason": reason, "text": text}
        self._lines.append(_ENCODER.encode(row) + "\n")
        self._waiting += len(self._lines[-1])
        if self._waiting >= _AT_ONCE:
            self._write()

    def _extract(self, role: str, stored: str, way: Way) -> Extracted:
        return extract(self._ingest.data(role) / stored, way)

    def _write(self) -> None:
        path = self._ingest.information_package / csip.TEXT
        with on_medium(path):
            make_folder(path.parent)
            with path.open("ab" if self._written else "wb") as file:
                self._written += file.write("".join(self._lines).encode("utf-8", "replace"))
        self._lines.clear()
        self._waiting = 0

    def finish(self) -> Gathered:
        """Write them into the package."""
        for outcome in ("none", "cut", "left-out"):
            if self._counts[outcome]:
                values = {"count": self._counts[outcome]}
                self._findings.append(Finding(f"ingest.text-{outcome}", "", "note", values))
        if self._lines:
            self._write()
        return Gathered(tuple(sorted(self._counts.items())), tuple(self._findings))


def _source(file: TakenFile) -> tuple[str, str, Way] | None:
    """What is read for a file: itself, or for the older office formats the PDF/A made of it.

    The representation, the stored name in it, and how it is read.
    """
    way = way_of(file.identification, file.character, file.stored)
    if way is not None:
        return "original", file.stored, way
    if file.character.kind == "document":
        for made in file.normalised.derivatives if file.normalised else ():
            if made.role == "preservation" and made.mime == "application/pdf":
                return "preservation", made.stored, "pdf"
    return None


def _scans(case: CaseDescription) -> TextSet:
    """Pictures of papers by their names and kinds: what is written on them is not read, and people are told so."""
    scans = TextSet()
    for item in case.objects:
        if item.file.lower().endswith(_PICTURES) and not any(word in item.kind for word in _PHOTOGRAPHS):
            scans.add(item.file)
    return scans


def _secret(case: CaseDescription) -> frozenset[str] | None:
    """The files that are state secrets; None where the whole case is one."""
    if case.classification == Classification.STATE_SECRET:
        return None
    return frozenset(item.file for item in case.objects if item.classification == Classification.STATE_SECRET)
