"""What a group agrees on: all of them, the same, and nobody objects; of extensions the longest."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from preserve.administration.appraisal.model import ACTIONS, Appraised, Item, Objection, Opinion, Review

DAYS = st.none() | st.dates(date(2027, 1, 1), date(2060, 1, 1))
OPINIONS = st.builds(Opinion, action=st.sampled_from(ACTIONS), until=DAYS)
MEMBERS = st.lists(st.dictionaries(st.integers(1, 3), OPINIONS), max_size=3)


def item(row: int) -> Item:
    words = dict.fromkeys(
        (
            "objid",
            "case_number",
            "archival_number",
            "title",
            "responsible",
            "closed",
            "classification",
            "declared",
            "rule",
            "start",
            "due",
        ),
        "x",
    )
    return Item(row=row, years=10, files=1, size=1, requests=0, copies=(), signals=(), blocks=(), **words)


def review(members: list[dict[int, Opinion]], objected: set[int], group: int = 2) -> Review:
    return Review(
        number="A2026-0001",
        state="drawn",
        step=1,
        until=date(2026, 1, 1),
        drawn="",
        drawn_by="chen",
        rules_sha256="",
        group=group,
        items=tuple(item(row) for row in (1, 2, 3)),
        appraisals=tuple(Appraised(by=f"m{n}", when="", opinions=said) for n, said in enumerate(members)),
        objections=tuple(Objection(by="o", when="", row=row, reason="r") for row in objected),
    )


@given(MEMBERS, st.sets(st.integers(1, 3)), st.integers(1, 3))
def test_what_is_agreed_is_what_all_say(members: list[dict[int, Opinion]], objected: set[int], group: int) -> None:
    agreed = review(members, objected, group).agreed()
    for row in (1, 2, 3):
        said = [member[row] for member in members if row in member]
        alike = len(said) >= group and len({opinion.action for opinion in said}) == 1
        assert (row in agreed) == (alike and row not in objected)
        if row in agreed:
            assert agreed[row] in said
            assert (agreed[row].until or date.min) == max(opinion.until or date.min for opinion in said)


@given(MEMBERS, st.sets(st.integers(1, 3)))
def test_a_record_is_read_as_it_was_written(members: list[dict[int, Opinion]], objected: set[int]) -> None:
    written = review(members, objected)
    assert Review.model_validate_json(written.model_dump_json()) == written


def test_items_are_numbered_from_one() -> None:
    drawn = review([], set())
    assert [drawn.item(row) and drawn.item(row).row for row in (-1, 0, 1, 3, 4)] == [None, None, 1, 3, None]  # type: ignore[union-attr]
