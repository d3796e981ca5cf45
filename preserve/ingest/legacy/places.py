"""Where a list says that files lie, found among what lies there: by disc, path, folder and file name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from metadata.identity import tidy
from preserve.ingest.legacy.keys import words_key
from preserve.ingest.legacy.records import Carrier, Certainty, FoundFile, ListedPlace

_DRIVE = re.compile(r"^[A-Za-z]:|^//[^/]+/[^/]+")
_MOST = 21
_NUMBER = re.compile(r"\d+")


class Placed(NamedTuple):
    """A file, or a folder with `/` at its end; an empty path is the whole carrier."""

    carrier: str
    path: str
    basis: str
    certainty: Certainty


class Places:
    """What lies on the carriers, by the last part of each path."""

    def __init__(self, found: Sequence[FoundFile], carriers: Sequence[Carrier] = ()) -> None:
        self._files: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._stems: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._folders: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._discs: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._by_number: dict[str, set[tuple[str, str]]] = defaultdict(set)
        there = {file.carrier for file in found}
        for carrier in carriers:
            last = carrier.place.rstrip("/").rpartition("/")[2]
            for name in (carrier.id, carrier.label, carrier.mark, last, last.rpartition(".")[0]):
                self._disc(name, (carrier.id, ""))
        for name in there - {carrier.id for carrier in carriers}:
            self._disc(name, (name, ""))
        seen: set[tuple[str, str]] = set()
        for file in found:
            parts = file.path.split("/")
            name = _key(parts[-1])
            self._files[name].append((file.carrier, file.path))
            self._stems[name.rpartition(".")[0] or name].append((file.carrier, file.path))
            for depth in range(len(parts) - 1, 0, -1):
                place = (file.carrier, "/".join(parts[:depth]) + "/")
                if place in seen:
                    break
                seen.add(place)
                self._folders[_key(parts[depth - 1])].append(place)
                if depth <= 2:
                    self._disc(parts[depth - 1], place)

    def _disc(self, name: str, place: tuple[str, str]) -> None:
        if key := words_key(name):
            self._discs[key].add(place)
            if numbers := _NUMBER.findall(key):
                self._by_number[numbers[-1].lstrip("0") or "0"].add(place)

    def of(self, place: ListedPlace) -> Iterator[Placed]:
        """All that a place may mean: one of them is a match, several are a question."""
        within, sure = self._within(place.disc)
        wanted = self._wanted(place, within)
        if wanted is not None:
            basis, found = wanted
            unique = len(found) == 1 and (sure or not place.disc)
            certainty: Certainty = "certain" if unique else "likely" if len(found) == 1 else "question"
            yield from (Placed(carrier, path, basis, certainty) for carrier, path in found[:_MOST])
        elif place.disc and not (place.path or place.folder or place.file):
            certainty = "certain" if sure and len(within) == 1 else "question"
            yield from (Placed(carrier, path, "disc", certainty) for carrier, path in within[:_MOST])

    def _within(self, disc: str) -> tuple[list[tuple[str, str]], bool]:
        """What a disc's name means, and whether that is its name and not only its number."""
        if not disc:
            return [], True
        key = words_key(disc)
        if found := self._discs.get(key):
            return sorted(found), True
        numbers = _NUMBER.findall(key)
        return sorted(self._by_number.get(numbers[-1].lstrip("0") or "0", ())) if numbers else [], False

    def _wanted(self, place: ListedPlace, within: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]] | None:
        path = _parts(place.path)
        folder = _parts(place.folder)
        for basis, parts in (
            ("file", (*path, *folder, *_parts(place.file)) if place.file else ()),
            ("path", (*path, *folder) if path else ()),
            ("folder", folder),
        ):
            if not parts:
                continue
            if found := self._ending(parts, within, bool(place.disc)):
                return basis, found
            if basis == "file" and (found := self._ending(_parts(place.file), within, bool(place.disc))):
                return basis, found
            return None
        return None

    def _ending(self, parts: tuple[str, ...], within: list[tuple[str, str]], on_disc: bool) -> list[tuple[str, str]]:
        """Files and folders whose paths end in these parts; on the disc that was named, where one was and is there."""
        last = parts[-1]
        found = self._files.get(last) or self._folders.get(last) or self._stems.get(last) or []
        ends = [one for one in found if _ends(one[1], parts)]
        if on_disc and within:
            ends = [one for one in ends if any(_lies(one, disc) for disc in within)]
        return ends


def _lies(one: tuple[str, str], disc: tuple[str, str]) -> bool:
    return one[0] == disc[0] and one[1].startswith(disc[1])


def _ends(path: str, parts: tuple[str, ...]) -> bool:
    """Whether a path ends in these parts, of which the first may lie above the carrier's own root."""
    own = [_key(part) for part in path.rstrip("/").split("/")]
    length = min(len(own), len(parts))
    tail, wanted = own[-length:], list(parts[-length:])
    if "." not in wanted[-1]:
        tail[-1] = tail[-1] if tail[-1] == wanted[-1] else tail[-1].rpartition(".")[0] or tail[-1]
    return tail == wanted


def _parts(written: str) -> tuple[str, ...]:
    """The parts of a path as somebody wrote it, without drive and what leads nowhere."""
    plain = _DRIVE.sub("", written.replace("\\", "/").strip())
    return tuple(_key(part) for part in plain.split("/") if part.strip() not in ("", ".", ".."))


def _key(name: str) -> str:
    return tidy(name).strip().casefold()
