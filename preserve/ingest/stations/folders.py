"""A station's folder as it lies there: which recordings are in it, what stands beside each, and what its folders say.

Nothing in it is changed. Links and what is neither file nor folder are named and left. A recording whose size or time
changed within the last seconds is still being written, and waits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from metadata.findings import Finding, text_in
from preserve.errors import Refused
from preserve.ingest.sources import Entry
from preserve.ingest.sources.folder import FolderSource
from preserve.ingest.stations.profile import StationsProfile
from preserve.ingest.stations.side_files import SideRecord, by_name, read_side_file


@dataclass(frozen=True, slots=True)
class StationFile:
    """One recording in a station's folder.

    `told` is what its folders say (day, officer, officer_name, device …), `records` what side files say of it, the
    nearest first.
    """

    entry: Entry
    told: Mapping[str, str] = field(default_factory=dict)
    records: tuple[SideRecord, ...] = ()

    @property
    def path(self) -> str:
        """As it lies there, `/` between parts."""
        return self.entry.path

    @property
    def name(self) -> str:
        """Its own name, as people can read it."""
        return str(text_in(self.path.rpartition("/")[2]))


@dataclass(frozen=True, slots=True)
class StationFolder:
    """What lies in a station's folder: recordings in the order of their paths, how many are still being written."""

    recordings: tuple[StationFile, ...]
    filling: int
    findings: tuple[Finding, ...]


def look_into(root: Path, profile: StationsProfile, *, now: float, settled: float) -> StationFolder:
    """Everything in a station's folder. `now` and `settled` are seconds. Raises Refused where it cannot be read."""
    source = FolderSource(root)
    recordings: list[Entry] = []
    sides: list[Entry] = []
    findings: list[Finding] = []
    filling = count = 0
    for entry in source.entries():
        count += 1
        if count > profile.most_files:
            raise Refused("sip.too-many-files", str(root), limit=profile.most_files)
        name = entry.path.rpartition("/")[2]
        if entry.kind == "folder" or name.startswith(".") or "/." in f"/{entry.path}":
            continue
        shown = str(text_in(entry.path))
        suffix = name.rpartition(".")[2].lower() if "." in name else ""
        if entry.kind != "file":
            findings.append(Finding("pool.not-a-file", shown, "warning", {"kind": entry.kind}))
        elif entry.path.count("/") > profile.deepest:
            findings.append(Finding("pool.too-deep", shown, "warning", {"limit": profile.deepest}))
        elif suffix in profile.side_files:
            sides.append(entry)
        elif suffix in profile.recordings:
            if settled > 0 and entry.modified_ns is not None and now - entry.modified_ns / 1e9 < settled:
                filling += 1
            else:
                recordings.append(entry)
    known = _Sides(source, sides, profile)
    findings += known.findings
    files = tuple(StationFile(entry, _told(entry.path, profile), known.about(entry.path)) for entry in recordings)
    return StationFolder(files, filling, tuple(findings))


def _told(path: str, profile: StationsProfile) -> dict[str, str]:
    """What the folders say, the innermost first."""
    found: dict[str, str] = {}
    for part in reversed(path.split("/")[:-1]):
        for form in profile.folders:
            match = re.fullmatch(form.pattern, part)
            if match is not None:
                for key, value in match.groupdict(default="").items():
                    found.setdefault(key, value)
                break
    return found


class _Sides:
    """What the side files of a folder say, by folder: of one recording by its name, or of all that lie below."""

    def __init__(self, source: FolderSource, entries: Sequence[Entry], profile: StationsProfile) -> None:
        self.findings: list[Finding] = []
        self._named: dict[str, dict[str, list[SideRecord]]] = {}
        self._for_all: dict[str, list[SideRecord]] = {}
        self._alone: dict[str, list[SideRecord]] = {}
        for entry in entries:
            self._take(source, entry, profile)

    def _take(self, source: FolderSource, entry: Entry, profile: StationsProfile) -> None:
        shown = str(text_in(entry.path))
        try:
            data = source.read(entry.path, profile.largest_side_file)
        except Refused as error:
            self.findings.append(Finding("pool.side-file-unread", shown, "warning", {"reason": error.code}))
            return
        read = read_side_file(shown, data, profile)
        self.findings += read.findings
        folder, _, name = entry.path.rpartition("/")
        named = by_name(read.records)
        for key, records in named.items():
            self._named.setdefault(folder, {}).setdefault(key, []).extend(records)
        alone = [record for record in read.records if not record.name and not record.get("identifier")]
        if not alone or named:
            return
        # `video.mp4.json` and `video.json` speak of `video.mp4`; any other of all that lies in its folder and below.
        stem = name.rpartition(".")[0].casefold()
        self._alone.setdefault(f"{folder}/{stem}", []).extend(alone)
        if entry.path.lower().endswith(".ini"):
            self._for_all.setdefault(folder, []).extend(alone)

    def about(self, path: str) -> tuple[SideRecord, ...]:
        """What is said of the recording, the nearest word first."""
        folder, _, name = path.rpartition("/")
        plain = str(text_in(name)).casefold()
        found = [*self._alone.get(f"{folder}/{plain}", ()), *self._alone.get(f"{folder}/{_stem(plain)}", ())]
        above: str | None = folder
        while above is not None:
            named = self._named.get(above, {})
            found += named.get(plain, ()) or named.get(_stem(plain), ())
            above = above.rpartition("/")[0] if "/" in above else ("" if above else None)
        above = folder
        while above is not None:
            found += self._for_all.get(above, ())
            above = above.rpartition("/")[0] if "/" in above else ("" if above else None)
        return tuple(found)


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
