"""What a machine read of a deposit, as a form shows it: the value, where it was read, and what somebody said to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from preserve.description.drafted import SEEN, SEEN_WORDS, Proposal, Rows, label_code
from preserve.description.labels import label_of
from preserve.description.vocabulary import FIELDS, Vocabulary
from preserve.description.written import ENUMS
from preserve.ingest.handing_in.access import Known
from preserve.ingest.handing_in.offers import pictures_of, read_offers
from preserve.messages import say


@dataclass(frozen=True, slots=True)
class OfferShown:
    """One of them. `label` is the code of its field's words; `value` and `before` are in the reader's language.

    `waits`: nobody answered it; `taken` is what was answered, by `by` at `at`, both empty where nobody did. `score` is
    from 0 to 1; `sure`: a check digit says the same. Nothing of it is checked by a person before it is taken.
    """

    number: int
    label: str
    sheet: str
    row: str
    value: str
    before: str
    file: str
    page: int
    text: str
    score: float
    sure: bool
    picture: bool
    waits: bool
    taken: bool
    by: str
    at: str


def offers_shown(place: Known, content: Mapping[str, Any], words: Vocabulary, file: str = "") -> tuple[OfferShown, ...]:
    """Those of the case as a whole with its people, or of one `file`, in their order."""
    shown: list[OfferShown] = []
    rows, pictures = Rows(content), pictures_of(place.room)
    for one in read_offers(place.room):
        proposal, answer = one.proposal, one.settled
        if (proposal.file != file) if file else proposal.sheet in ("objects", SEEN):
            continue
        shown.append(
            OfferShown(
                number=one.number,
                label=label_code(proposal),
                sheet=proposal.sheet,
                row=proposal.row,
                value=_words(proposal, proposal.value, words),
                before=_words(proposal, proposal.before, words),
                file=proposal.file,
                page=proposal.page,
                text=proposal.text,
                score=proposal.score,
                sure=proposal.sure,
                picture=one.number in pictures,
                waits=one.is_open(rows),
                taken=bool(answer and answer.taken),
                by=answer.by if answer else "",
                at=answer.at if answer else "",
            )
        )
    return tuple(shown)


def waiting_by_file(place: Known, content: Mapping[str, Any]) -> dict[str, int]:
    """How many of each file wait for an answer."""
    rows = Rows(content)
    open_ones = (one.proposal for one in read_offers(place.room) if one.is_open(rows))
    return dict(Counter(one.file for one in open_ones if one.sheet == "objects"))


def _words(proposal: Proposal, value: str, words: Vocabulary) -> str:
    """A value in the reader's language."""
    name = proposal.field.rpartition(".")[2]
    if proposal.sheet == SEEN:
        return say(f"reading.seen-{value}") if value in SEEN_WORDS else value
    if not value:
        return ""
    if name in FIELDS:
        return words.label(name, value)
    return label_of(ENUMS[name](value)) if name in ENUMS else value
