"""What lies on several carriers, or in several places of one: found by size, then by digest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from metadata.findings import Finding
from preserve.ingest.legacy.records import FoundFile

OnCarrier = tuple[str, str]
"""A carrier's name in the plan, and a path on it."""


@dataclass(frozen=True, slots=True)
class Twin:
    """Bytes that lie in several places, in the order in which the places were found."""

    sha256: str
    size: int
    places: tuple[OnCarrier, ...]


def same_size(files: Iterable[FoundFile]) -> Iterator[FoundFile]:
    """The files that another has the size of; empty ones are nothing to be kept once."""
    groups: dict[int, list[FoundFile]] = {}
    for file in files:
        if file.size:
            groups.setdefault(file.size, []).append(file)
    for group in groups.values():
        if len(group) > 1:
            yield from group


def find_twins(
    files: Iterable[FoundFile], known: Mapping[OnCarrier, str], digest: Callable[[FoundFile], str | Finding]
) -> tuple[list[Twin], dict[OnCarrier, str], list[Finding]]:
    """What is there twice, the digests of all that were asked for, and what could not be read.

    Only files of equal size are read, and of them only those whose digest is not `known` from reading the carrier.
    """
    digests, findings = dict(known), list[Finding]()
    groups: dict[tuple[int, str], list[OnCarrier]] = {}
    for file in same_size(files):
        place = (file.carrier, file.path)
        if place not in digests:
            answer = digest(file)
            if isinstance(answer, Finding):
                findings.append(answer)
                continue
            digests[place] = answer
        groups.setdefault((file.size, digests[place]), []).append(place)
    twins = [Twin(value, size, tuple(places)) for (size, value), places in groups.items() if len(places) > 1]
    return twins, digests, findings
