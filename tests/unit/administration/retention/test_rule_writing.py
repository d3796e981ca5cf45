"""Other numbers in the retention profile: each where it stands, comments kept, nothing below the floor."""

from __future__ import annotations

import tomllib

import pytest

from preserve.administration.retention.rule_writing import Numbers, rewritten
from preserve.errors import NotFound, Refused
from preserve.profiles import SHIPPED

TEXT = (SHIPPED / "retention.toml").read_text(encoding="utf-8")


def test_a_number_is_changed_where_it_stands_and_nothing_else() -> None:
    made = rewritten(TEXT, Numbers({"case-10": 15}, notice_months=9, group=3, cooling_days=60))
    changed = [(old, new) for old, new in zip(TEXT.splitlines(), made.splitlines(), strict=True) if old != new]
    assert [new.split("#")[0].strip() for _, new in changed] == [
        "months = 9",
        "group = 3",
        "cooling_days = 60",
        "years = 15",
    ]
    assert changed[1][1].endswith("# 鉴定小组至少几人（不少于2）"), "the comment stays"
    years = {rule["name"]: rule.get("years") for rule in tomllib.loads(made)["class"]}
    assert years["case-10"] == 15 and years["case-30"] == 30
    assert rewritten(TEXT, Numbers({})) == TEXT


@pytest.mark.parametrize(
    "numbers",
    [
        Numbers({"case-10": 9}),
        Numbers({"recording-not-filed": 4}),
        Numbers({"case-long-term": 15}),
        Numbers({"case-10": 201}),
        Numbers({}, group=1),
        Numbers({}, cooling_days=99999),
    ],
)
def test_what_is_below_the_floor_or_beyond_measure_is_refused(numbers: Numbers) -> None:
    with pytest.raises(Refused, match=r"retention\.rules-below-floor"):
        rewritten(TEXT, numbers)


def test_a_class_that_is_none_or_has_no_years_is_not_found() -> None:
    for name in ("none", "case-permanent"):
        with pytest.raises(NotFound, match=r"retention\.rule-unknown"):
            rewritten(TEXT, Numbers({name: 20}))


def test_a_profile_written_in_another_way_is_left_as_it_is() -> None:
    inline = TEXT.replace("years = 10\n", "years = 0xA\n", 1)
    with pytest.raises(Refused, match=r"retention\.rules-not-editable"):
        rewritten(inline, Numbers({"case-10": 15}))
