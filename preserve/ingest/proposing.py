"""What the heads of a case's pages say, put together as proposals for its description. Pure; a person answers each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from preserve.description.drafted import CASE_ITSELF, SEEN, SIGNED, STAMPED, Proposal
from preserve.ingest.draft import DraftingProfile, case_type_of, stage_of
from preserve.machine_reading.fields import Drafted, What
from preserve.machine_reading.records import PageText
from preserve.machine_reading.signed import INKED, SigningPlace

_MOST_ROWS = 10
_MOST_SEEN = 3  # telephones and sums of one page: a list of them helps nobody
_OPENS, _CLOSES, _DECIDES = "立案", "结案", "决定书"


@dataclass(frozen=True, slots=True)
class Head:
    """What was read on the first page of a file: `drafted` are its fields, `seals` the red areas that can be seals.

    `signing`: each place for a signature with the share of dark pixels there, None where no picture was looked at.
    """

    file: str
    page: PageText
    drafted: tuple[Drafted, ...]
    seals: tuple[tuple[float, ...], ...] | None = None
    signing: tuple[tuple[SigningPlace, float | None], ...] = ()
    pictured: frozenset[int] = field(default=frozenset())
    """Lines of which there is a picture."""

    def of(self, what: What) -> Iterator[Drafted]:
        """Its fields of one kind."""
        return (one for one in self.drafted if one.what == what)


def proposals(heads: Sequence[Head], content: Mapping[str, Any], profile: DraftingProfile) -> list[Proposal]:
    """The proposals of a case, what concerns the whole of it first. `content`: the draft from names."""
    number = _number(heads)
    made = [*_of_case(heads, number, content, profile), *_rows(heads, content)]
    rows = {str(row.get("file")): row for row in content.get("objects") or ()}
    for head in heads:
        made += _of_file(head, rows.get(head.file, {}), number[1].value if number else "", profile)
    made += _seen(heads)
    return [one for one in made if one.sheet == SEEN or one.value != one.before]


_Found = tuple[Head, Drafted]


def _all(heads: Sequence[Head], *whats: What) -> list[_Found]:
    return [(head, one) for head in heads for one in head.drafted if one.what in whats]


def _most(found: Sequence[_Found]) -> _Found | None:
    """Of what most pages say, the surest reading; of as many the one that comes first."""
    if not found:
        return None
    counts = Counter(one.value for _, one in found)
    best = counts.most_common(1)[0][0]
    return max((pair for pair in found if pair[1].value == best), key=lambda pair: pair[1].score)


def _number(heads: Sequence[Head]) -> _Found | None:
    """The number of the case: what is called so, else the number that most papers bear."""
    return _most(_all(heads, "case-number")) or _most(_all(heads, "document-number"))


def _proposal(found: _Found, sheet: str, name: str, value: str, before: object = "", row: str = "") -> Proposal:
    head, one = found
    return Proposal(
        sheet=sheet,
        row=row,
        field=name,
        value=value,
        before=str(before or ""),
        file=head.file,
        page=head.page.page,
        text=head.page.lines[one.line].text,
        box=one.box,
        score=one.score,
        sure=one.sure,
        picture=one.line in head.pictured,
    )


def _of_case(
    heads: Sequence[Head], number: _Found | None, content: Mapping[str, Any], profile: DraftingProfile
) -> Iterator[Proposal]:
    """Fields that a case has once, where they say something else than the draft from names."""
    if number is not None:
        value = number[1].value
        yield _proposal(number, CASE_ITSELF, "case_number", value, content.get("case_number"))
        if kind := case_type_of(value, profile):
            yield _proposal(number, CASE_ITSELF, "case_type", kind, content.get("case_type"))
    cause, party = _most(_all(heads, "cause")), _most(_all(heads, "party"))
    if cause is not None:
        told = cause[1].value
        yield _proposal(cause, CASE_ITSELF, "cause", told.removesuffix("一案").removesuffix("案"), content.get("cause"))
        if party is not None and told.endswith("案"):
            title = told if told.startswith(party[1].value) else party[1].value + told
            yield _proposal(cause, CASE_ITSELF, "title", title, content.get("title"))
    producer = (content.get("producer") or {}).get("name")
    if not producer and (bureau := _most(_all(heads, "bureau"))) is not None:
        yield _proposal(bureau, CASE_ITSELF, "producer.name", bureau[1].value)
    for name, labelled, word in (("start", "start", _OPENS), ("closed", "closed", _CLOSES)):
        what: What = "start" if labelled == "start" else "closed"
        day = _most(_all(heads, what)) or _most(_dated(heads, word))
        if day is not None:
            yield _proposal(day, CASE_ITSELF, name, day[1].value, content.get(name))


def _dated(heads: Sequence[Head], word: str) -> list[_Found]:
    """The days of the papers whose kind speaks of that."""
    papers = [head for head in heads if any(word in one.value for one in head.of("kind"))]
    return _all(papers, "date")


def _rows(heads: Sequence[Head], content: Mapping[str, Any]) -> Iterator[Proposal]:
    """Parties and officers that the draft does not have."""
    for sheet, what, number in (("parties", "party", "identity"), ("officers", "officer", "officer-number")):
        known = {str(row.get("name")) for row in content.get(sheet) or ()}
        named: dict[str, list[_Found]] = {}
        for found in _all(heads, "party" if what == "party" else "officer"):
            named.setdefault(found[1].value, []).append(found)
        for name, places in list(named.items())[:_MOST_ROWS]:
            if name in known:
                continue
            best = max(places, key=lambda pair: pair[1].score)
            yield _proposal(best, sheet, "name", name, row=name)
            if (beside := _beside(places, name, number)) is not None:
                yield _proposal(
                    beside, sheet, "identity" if sheet == "parties" else "number", beside[1].value, row=name
                )


def _beside(places: Sequence[_Found], name: str, number: str) -> _Found | None:
    """The number of somebody: of as many as there are names on that page, the one in the same place of the order."""
    for head, _ in places:
        people = [
            one.value for one in head.drafted if one.what == ("officer" if number == "officer-number" else "party")
        ]
        numbers = [one for one in head.drafted if one.what == number]
        if number == "identity":
            numbers = [one for one in numbers if one.value[:1].isdigit() and _fits(name, one.value)]
        if len(numbers) == len(people):
            return head, numbers[people.index(name)]
    return None


def _fits(name: str, number: str) -> bool:
    """An organisation has a credit code, which begins with 9, 1 or 5 and has letters; a person of few signs a card."""
    person = number[:17].isdecimal()
    return person == (len(name) <= 4)


def _of_file(head: Head, row: Mapping[str, Any], number: str, profile: DraftingProfile) -> Iterator[Proposal]:
    """Fields of one file."""
    kind = next(head.of("kind"), None)
    if kind is not None and kind.value != row.get("kind"):
        yield _proposal((head, kind), "objects", "kind", kind.value, row.get("kind"), head.file)
        stage, sure = stage_of(kind.value, profile)
        if sure and not stage_of(head.file, profile)[1] and stage.value != row.get("stage"):
            yield _proposal((head, kind), "objects", "stage", stage.value, row.get("stage"), head.file)
    own = next(head.of("document-number"), None)
    if own is not None and (own.value != number or (kind is not None and _DECIDES in kind.value)):
        yield _proposal((head, own), "objects", "doc_number", own.value, row.get("doc_number"), head.file)
    if (bureau := next(head.of("bureau"), None)) is not None:
        yield _proposal((head, bureau), "objects", "responsible", bureau.value, row.get("responsible"), head.file)
    days = [one for what in _DAYS for one in head.of(what)]
    if kind is not None and _CLOSES in kind.value:  # no report on the end of a case is older than that end
        days.sort(key=lambda one: one.value, reverse=True)
    day = next(iter(days), None)
    if day is not None and day.value != row.get("date"):
        yield _proposal((head, day), "objects", "date", day.value, row.get("date"), head.file)


_DAYS: tuple[What, ...] = ("date", "closed", "start")


def _seen(heads: Sequence[Head]) -> Iterator[Proposal]:
    """What has no field and helps whoever describes: telephones, sums, signatures and seals."""
    said: set[tuple[str, str]] = set()
    for head in heads:
        for what in ("telephone", "amount"):
            new = [one for one in head.drafted if one.what == what and (what, one.value) not in said]
            for one in new[:_MOST_SEEN]:
                said.add((what, one.value))
                yield _proposal((head, one), SEEN, what, one.value)
        yield from _signing(head)
        if head.seals is not None and head.drafted:
            box = head.seals[0] if head.seals else ()
            yield _look(head, STAMPED, seen=bool(head.seals), box=box)


def _signing(head: Head) -> Iterable[Proposal]:
    for place, dark in head.signing:
        if place.said or dark is not None:
            seen = bool(place.said) or (dark or 0) >= INKED
            yield _look(head, SIGNED, seen=seen, line=place.line, row=place.who, score=place.score)


def _look(
    head: Head, name: str, *, seen: bool, box: Sequence[float] = (), line: int = -1, row: str = "", score: float = 0.0
) -> Proposal:
    return Proposal(
        sheet=SEEN,
        row=row,
        field=name,
        value="yes" if seen else "no",
        file=head.file,
        page=head.page.page,
        text=head.page.lines[line].text if line >= 0 else "",
        box=tuple(box) if line < 0 else head.page.lines[line].box,
        score=score,
        picture=line in head.pictured,
    )
