"""Places for signatures by their labels."""

from __future__ import annotations

from preserve.machine_reading.signed import signing_places
from tests.unit.machine_reading.test_fields import page


def test_each_place_is_named_with_what_was_read_behind_it_and_where_a_hand_would_write() -> None:
    made = page(
        ("当事人（签名）：李某　　执法人员（签名）：", (100.0, 800.0, 700.0, 820.0)),
        ("被询问人（签字或盖章）", (100.0, 850.0, 300.0, 870.0)),
        ("签名很重要", (100.0, 900.0, 300.0, 920.0)),
    )
    places = signing_places(made)
    assert [(one.who, one.line, one.said) for one in places] == [
        ("当事人", 0, "李某"),
        ("执法人员", 0, ""),
        ("被询问人", 1, ""),
    ]
    assert places[2].box == (300.0, 845.0, 520.0, 845.0, 520.0, 875.0, 300.0, 875.0)
    assert signing_places(made.model_copy(update={"upright": 90})) == ()


def test_a_line_that_holds_the_strokes_too_is_looked_at_behind_its_label() -> None:
    made = page(
        *(("正文", (100.0, 100.0 * at, 200.0, 100.0 * at + 18)) for at in range(1, 6)),
        ("负责人（签名）：", (100.0, 800.0, 600.0, 830.0)),
    )
    (place,) = signing_places(made)
    assert 240 < place.box[0] < 280 and place.box[2] == 600.0
