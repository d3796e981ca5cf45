"""What a machine proposes: rows that nobody has confirmed, larger than what was found, and what they do not cover."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest

from preserve.access.redaction.drafts import redactions_of
from preserve.access.redaction.plan import FOUND, read_plan, seconds
from preserve.access.redaction.proposing import MOST_OF_A_FILE, Material, propose
from preserve.access.redaction.writing import as_toml
from preserve.errors import Refused
from preserve.machine_reading.records import Engine, Line, PageText, Place, Voice

ENGINE = Engine(tool="t 1")
NUMBER = "11010119900307803X"
A4 = (210.0, 297.0)
BOX = (100.0, 100.0, 400.0, 100.0, 400.0, 120.0, 100.0, 120.0)


def page(number: int, *texts: str) -> PageText:
    lines = tuple(Line(text=text, box=_at(place), score=0.9) for place, text in enumerate(texts))
    return PageText(file="a.pdf", engine=ENGINE, page=number, lines=lines)


def _at(place: int) -> Any:
    top = 100.0 + 40 * place
    return (100.0, top, 400.0, top, 400.0, top + 20, 100.0, top + 20)


def place(what: Any, **more: Any) -> Place:
    return Place(file="a.pdf", engine=ENGINE, what=what, box=BOX, score=0.8, **more)


def material(kind: Literal["pdf", "picture", "recording", "text"], *records: Any, **more: Any) -> Material:
    looked = frozenset(record.kind for record in records)
    return Material("a.pdf", kind, records=records, looked=looked, **more)


def test_rows_of_a_page_wait_for_a_person_and_then_make_a_plan(tmp_path: Path) -> None:
    proposed = propose(
        material("pdf", page(2, f"身份证：{NUMBER}", "电话13800138000"), sizes=[A4, A4]), "个人隐私", "20"
    )
    assert [(row.found, row.pages, row.sure, row.confirmed) for row in proposed.rows] == [
        ("identity-number", "2", True, "no"),
        ("telephone", "2", False, "no"),
    ]
    with pytest.raises(Refused) as refused:
        redactions_of(proposed.rows)
    assert {one.code for one in refused.value.findings} == {"redaction.unconfirmed"}
    assert [one.where for one in refused.value.findings] == ["1:confirmed", "2:confirmed"]
    plan = tmp_path / "plan.toml"
    plan.write_bytes(as_toml([row.planned for row in proposed.rows]))
    with pytest.raises(Refused):
        read_plan(plan)
    plan.write_text(plan.read_text().replace('"no"', '"yes"', 1).replace('"no"', '"changed"'))
    first, second = read_plan(plan)
    assert (first.found, first.changed, second.found, second.changed) == ("identity-number", False, "telephone", True)


def test_a_millimetre_more_than_the_line_of_digits() -> None:
    (row,) = propose(material("pdf", page(1, NUMBER), sizes=[A4]), "x", "20").rows
    box = redactions_of([row.model_copy(update={"confirmed": "yes"})])[0].box
    assert box is not None and box.unit == "mm"
    assert box.left <= 21.0 - 1 and box.left + box.width >= 84.0 + 1
    assert box.top <= 29.7 - 1 and box.top + box.height >= 35.64 + 1
    assert box.width < 66 and box.height < 9


def test_on_a_picture_per_cent_and_a_quarter_of_the_line() -> None:
    (row,) = propose(material("picture", page(1, NUMBER), sizes=[(2000.0, 1000.0)]), "x", "20").rows
    assert (row.unit, row.pages) == ("%", "")
    assert float(row.top) == 9.5 and float(row.height) == 3.0
    assert float(row.left) == 9.75 and float(row.width) == 30.5


def test_boxes_stay_on_the_page() -> None:
    edge = place("face", page=1).model_copy(update={"box": (0.0, 0.0, 1000.0, 0.0, 1000.0, 990.0, 0.0, 990.0)})
    (row,) = propose(material("pdf", edge, sizes=[A4]), "x", "20").rows
    assert (row.left, row.top, row.width, row.height) == ("0", "0", "210", "297")
    assert propose(material("pdf", place("face", page=7), sizes=[A4]), "x", "20").rows == ()


def test_what_two_ways_found_is_one_row() -> None:
    line = place("identity-number", page=1, sure=True)
    assert len(propose(material("pdf", page(1, NUMBER), line, sizes=[A4]), "x", "20").rows) == 1


def test_faces_are_larger_and_last_a_second_longer_on_both_sides() -> None:
    seen = material("recording", place("face", at=0.5, end=4.0), length=4.6, picture=True, sound=True)
    (row,) = propose(seen, "x", "20").rows
    assert (row.what, row.begin, row.end) == ("box", "0:00:00.000", "0:00:04.600")
    assert (float(row.left), float(row.width)) == (5.5, 39.0)
    assert (float(row.top), float(row.height)) == (9.7, 2.6)


def test_voices_are_muted_with_the_pauses_between_and_never_too_many() -> None:
    voice = Voice(file="a.pdf", engine=ENGINE, spans=((1, 2), (3, 4), (9, 10)), until=20)
    rows = propose(material("recording", voice, length=20.0, sound=True), "x", "20").rows
    assert [(row.what, seconds(row.begin), seconds(row.end)) for row in rows] == [
        ("mute", 0.8, 4.2),
        ("mute", 8.8, 10.2),
    ]
    many = Voice(file="a.pdf", engine=ENGINE, spans=tuple((5.0 * at, 5.0 * at + 1) for at in range(1000)), until=5000)
    rows = propose(material("recording", many, length=5000.0, sound=True), "x", "20").rows
    assert len(rows) <= 60 and seconds(rows[-1].end) >= 4996


def test_what_was_not_looked_at_is_said() -> None:
    def codes(known: Material) -> set[str]:
        return {gap.code.removeprefix("redaction.gap-") for gap in propose(known, "x", "20").gaps}

    assert codes(material("pdf", page(1, "x"), sizes=[A4, A4])) == {"pages", "no-places", "text"}
    assert codes(material("pdf", page(1, "x"), place("face", page=1), sizes=[A4])) == {"faces", "text"}
    assert codes(material("recording", length=9.0, picture=True, sound=True)) == {"no-places", "no-voices"}
    voice = Voice(file="a.pdf", engine=ENGINE, spans=(), until=9)
    seen = material("recording", place("face", at=1, end=1), voice, length=9.0, picture=True, sound=True)
    assert codes(seen) == {"frames", "voices", "faces"}
    assert codes(material("text")) == {"text"} and codes(Material("a.exe", "other")) == {"kind"}


def test_lines_of_a_text_are_taken_out_whole() -> None:
    text = ["姓名：王小明", "无关", f"王小明的身份证是{NUMBER}", f"电话{NUMBER[:9]}", f"{NUMBER[9:]}和其他", "无关"]
    rows = propose(material("text", lines=text), "x", "20").rows
    said = [(row.what, row.lines, row.found, row.sure) for row in rows]
    assert said == [
        ("lines", "1", "name", False),
        ("lines", "3", "identity-number", True),
        ("lines", "4", "identity-number", True),
        ("lines", "5", "identity-number", True),
    ]
    assert len(redactions_of([row.model_copy(update={"confirmed": "yes"}) for row in rows])) == 4


def test_so_many_that_a_hand_is_quicker() -> None:
    crowded = [page(number, *[f"电话138001380{at:02d}" for at in range(20)]) for number in range(1, 31)]
    proposed = propose(material("pdf", *crowded, sizes=[A4] * 30), "x", "20")
    assert len(proposed.rows) == MOST_OF_A_FILE
    assert "redaction.gap-too-many" in {gap.code for gap in proposed.gaps}
    assert all(proposed.words)


def test_everything_that_a_record_can_name_can_be_a_row() -> None:
    for what in FOUND:
        if what != "voice":
            assert propose(material("pdf", place(what, page=1), sizes=[A4]), "x", "20").rows[0].found == what
