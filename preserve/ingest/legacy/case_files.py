"""Which files of which carriers make up a case, under which paths: what is there twice is kept once and told."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from preserve.ingest.legacy.plans import Decision, Plan
from preserve.ingest.legacy.records import BadRange, FoundFile, Match
from preserve.ingest.legacy.twice import OnCarrier


@dataclass(frozen=True, slots=True)
class Gathered:
    """One file of a case: its path in it, where it lies, and where the same bytes lie besides.

    `gaps` are ranges that the carrier does not give and that a person let stand.
    """

    path: str
    file: FoundFile
    root: str
    also: tuple[OnCarrier, ...] = ()
    gaps: tuple[BadRange, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseFiles:
    """All of one case. `damaged` are files that stay behind, since nobody said to take them as they are."""

    files: tuple[Gathered, ...] = ()
    damaged: tuple[tuple[FoundFile, tuple[BadRange, ...]], ...] = ()

    @property
    def carriers(self) -> tuple[str, ...]:
        """The carriers that must be there."""
        return tuple(sorted({one.file.carrier for one in self.files}))


def decided_matches(plan: Plan, decisions: Sequence[Decision]) -> tuple[Match, ...]:
    """What belongs together: matches that need no answer, those that somebody said yes to, and what somebody added."""
    said = {(one.case, one.carrier, one.path): one.deed for one in decisions if one.deed in ("yes", "no")}
    by_key = {case.key: number for number, case in enumerate(plan.cases)}
    left: list[Match] = []
    for match in plan.matches:
        deed = said.pop((plan.cases[match.case].key, match.carrier, match.path), "")
        if deed == "yes" or (deed != "no" and match.certainty != "question"):
            left.append(match)
    added = [
        Match(by_key[case], carrier, path, "decided", "certain")
        for (case, carrier, path), deed in said.items()
        if deed == "yes" and case in by_key
    ]
    return (*left, *added)


def gather(
    plan: Plan, decisions: Sequence[Decision], bad: Mapping[OnCarrier, tuple[BadRange, ...]]
) -> dict[int, CaseFiles]:
    """The files of every case of which there are any; `bad` is what carriers did not give, found since the plan too.

    A file belongs to the match that names it most closely: itself before a folder, an inner folder before an outer.
    """
    unwanted = {(one.carrier, one.path) for one in decisions if one.deed == "left"}
    anyway = {(one.carrier, one.path) for one in decisions if one.deed == "damaged"}
    nearest: dict[OnCarrier, tuple[int, list[Match]]] = {}
    files: dict[OnCarrier, FoundFile] = {}
    for match in decided_matches(plan, decisions):
        for file in plan.below(match.carrier, match.path):
            place = (file.carrier, file.path)
            files[place] = file
            depth, matches = nearest.setdefault(place, (len(match.path), []))
            if len(match.path) > depth:
                nearest[place] = (len(match.path), [match])
            elif len(match.path) == depth and all(one.case != match.case for one in matches):
                matches.append(match)
    order = {carrier.id: number for number, carrier in enumerate(plan.carriers)}
    cases: dict[int, list[Gathered]] = {}
    for place, (_, matches) in sorted(nearest.items(), key=lambda item: (order.get(item[0][0], 0), item[0][1])):
        for match in matches if place not in unwanted else ():
            cases.setdefault(match.case, []).append(_gathered(files[place], match))
    return {case: _settled(found, plan.digests, bad, anyway) for case, found in sorted(cases.items())}


def _gathered(file: FoundFile, match: Match) -> Gathered:
    inside = file.path.removeprefix(match.path) if match.path.endswith("/") or not match.path else ""
    return Gathered(inside or file.path.rpartition("/")[2], file, match.path if inside else "")


def _settled(
    found: list[Gathered],
    digests: Mapping[OnCarrier, str],
    bad: Mapping[OnCarrier, tuple[BadRange, ...]],
    anyway: set[OnCarrier],
) -> CaseFiles:
    kept: list[Gathered] = []
    damaged = []
    first: dict[tuple[str, int], int] = {}
    for one in found:
        place = (one.file.carrier, one.file.path)
        if gaps := bad.get(place, ()):
            if place in anyway:
                kept.append(replace(one, gaps=gaps))
            else:
                damaged.append((one.file, gaps))
            continue
        digest = digests.get(place, "")
        at = first.get((digest, one.file.size)) if digest else None
        # Two of the same in one folder is how that folder was made (a DVD has each of its tables twice): both stay.
        if at is not None and (kept[at].file.carrier, kept[at].root) != (one.file.carrier, one.root):
            kept[at] = replace(kept[at], also=(*kept[at].also, place))
            continue
        if digest and at is None:
            first[digest, one.file.size] = len(kept)
        kept.append(one)
    return CaseFiles(tuple(_apart(kept)), tuple(damaged))


def _apart(files: Iterable[Gathered]) -> Iterable[Gathered]:
    """Different files of one path stand below the names of their carriers."""
    taken: set[str] = set()
    for one in files:
        path, number = one.path, 1
        while _same(path) in taken:
            path = f"{one.file.carrier}{'' if number == 1 else f'-{number}'}/{one.path}"
            number += 1
        taken.add(_same(path))
        yield replace(one, path=path)


def _same(path: str) -> str:
    """Names that some system takes for one another are one name here."""
    return unicodedata.normalize("NFC", path).casefold()
