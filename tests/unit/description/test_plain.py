"""A description as plain data: what the case says at once, its files when they are asked for."""

from __future__ import annotations

import pytest

from preserve.description.object_table import FEW
from preserve.description.plain import PlainDescription
from preserve.description.schema import CaseDescription
from preserve.description.stored import catalogue_text, plain_data, whole


@pytest.mark.parametrize("count", [3, FEW + 1])
@pytest.mark.parametrize("earlier", [False, True])
def test_it_says_what_the_text_says(count: int, earlier: bool) -> None:
    rows = [
        {"file": f"{n}.txt", "kind": "笔录", "stage": "investigation", **({"volume": "inner"} if n % 3 == 0 else {})}
        for n in range(count)
    ]
    case = CaseDescription.model_validate(
        {
            "case_number": "1",
            "case_type": "penalty",
            "title": "a",
            "cause": "b",
            "producer": {"name": "c"},
            "start": "2026-03-01",
            "closed": "2026-03-02",
            "objects": rows,
        }
    )
    text = catalogue_text(case)
    said = PlainDescription("".join(whole(text)) if earlier else text)
    assert dict(said) == plain_data(text) == case.model_dump(mode="json")
    assert list(said) == list(case.model_dump(mode="json")) and said.get("nothing") is None
    main = said.without("inner")
    assert [row["file"] for row in main["objects"]] == [f"{n}.txt" for n in range(count) if n % 3]
    assert {**main, "objects": []} == {**said, "objects": []}
