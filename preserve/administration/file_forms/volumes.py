"""The papers of a case in the order of its file, main and internal volume apart, with their page numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from preserve.administration.file_forms.profile import Style
from preserve.administration.paper_pages import pages_of
from preserve.data_management.object_index import ObjectRow
from preserve.description.fixed_values import Volume
from preserve.description.matching import described
from preserve.description.schema import CaseDescription, CaseObject


@dataclass(frozen=True, slots=True)
class Known:
    """What a file says of itself: its pages on paper, 0 where nobody knows; its seconds, where it is a recording."""

    pages: int = 0
    seconds: float | None = None


NOTHING = Known()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One piece (件) of a volume. `number` counts from 1; `first` and `last` page are 0 where it has no page number."""

    number: int
    item: CaseObject
    pages: int
    seconds: float | None
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class VolumeFile:
    """One volume: its pieces and how many pages and recordings they are.

    `unpaged` pieces are no recordings, and nobody knows their pages.
    """

    volume: Volume
    leaves: tuple[Leaf, ...]
    pages: int
    recordings: int
    seconds: float
    unpaged: int


def volumes_of(description: CaseDescription, known: Mapping[str, Known], *, inner: bool) -> list[VolumeFile]:
    """The volumes of a case that have pieces, the main one first; the internal one only where `inner` says so.

    A case without any piece has an empty main volume.
    """
    papers: dict[Volume, list[CaseObject]] = {Volume.MAIN: [], Volume.INNER: []}
    for item in description.objects:
        papers[item.volume or Volume.MAIN].append(item)
    if not inner:
        papers[Volume.INNER] = []
    kept = [volume for volume in papers if papers[volume]] or [Volume.MAIN]
    return [_volume(volume, papers[volume], known) for volume in kept]


def _volume(volume: Volume, items: Iterable[CaseObject], known: Mapping[str, Known]) -> VolumeFile:
    leaves = tuple(_leaves(items, known))
    timed = [leaf.seconds for leaf in leaves if leaf.seconds is not None]
    unpaged = sum(not leaf.pages and leaf.seconds is None for leaf in leaves)
    return VolumeFile(volume, leaves, sum(leaf.pages for leaf in leaves), len(timed), sum(timed), unpaged)


def _leaves(items: Iterable[CaseObject], known: Mapping[str, Known]) -> Iterator[Leaf]:
    """Pages run on while every piece before says how many it has: a number after a gap would be a guess."""
    page: int | None = 1
    for number, item in enumerate(items, 1):
        said = known.get(item.file, NOTHING)
        pages = item.pages or (said.pages if said.seconds is None else 0)
        if pages and page is not None:
            yield Leaf(number, item, pages, said.seconds, page, page + pages - 1)
            page += pages
            continue
        yield Leaf(number, item, pages, said.seconds, 0, 0)
        if said.seconds is None:
            page = None


def known_of(description: CaseDescription, originals: Iterable[ObjectRow]) -> dict[str, Known]:
    """What the originals of a package say of themselves, by the name that the description has for them."""
    about = described(description)
    found = {}
    for original in originals:
        item = about.find(original.deposited)
        if item is not None:
            significant = original.significant
            found[item.file] = Known(pages_of(original.name, significant), seconds_of(significant.get("duration", "")))
    return found


def seconds_of(text: str) -> float | None:
    """A length as a significant property has it; None where it is none."""
    found = re.match(r"[0-9]+(?:\.[0-9]+)?", text)
    return float(found[0]) if found else None


def page_of(style: Style, volume: VolumeFile, leaf: Leaf) -> str:
    """What stands in the column for page numbers: where it begins, or from where to where, as the bureau writes it."""
    if style.number_by == "pieces":
        return str(leaf.number)
    if not leaf.first:
        return ""
    last_of_all = max((one.number for one in volume.leaves if one.first), default=0)
    ranged = style.span == "all" or (style.span == "last" and leaf.number == last_of_all)
    return f"{leaf.first}–{leaf.last}" if ranged and leaf.last > leaf.first else str(leaf.first)
