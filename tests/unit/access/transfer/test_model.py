"""What a transfer consists of: it reads back as it was written, and nothing unknown is read past."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from preserve.access.transfer.model import Item, Transfer
from preserve.access.transfer.model import Tested as PropertyTested
from preserve.administration.proceedings.deciding import Decision

ITEM = Item(
    objid="aip-1",
    package="aip-1_v0001",
    case_number="临文综罚〔2026〕1号",
    archival_number="",
    title="测试案",
    producer="总队",
    started="2026-01-05",
    closed="2026-05-20",
    retention="10-years",
    classification="internal",
    files=2,
    size=30,
    manifest_sha256="1" * 64,
)
TRANSFER = Transfer(
    number="2026-0001",
    state="approved",
    step=2,
    prepared="2026-03-01T00:00:00Z",
    prepared_by="chen",
    archive="临江市档案馆",
    basis="计划",
    form="eark",
    items=(ITEM, ITEM.model_copy(update={"objid": "aip-2"})),
    decision=Decision(by="head", when="2026-03-02T00:00:00Z"),
)


def test_it_reads_back_as_it_was_written() -> None:
    assert Transfer.model_validate_json(TRANSFER.model_dump_json()) == TRANSFER
    assert TRANSFER.cases == ("aip-1", "aip-2")


@pytest.mark.parametrize("place", [(), ("items", 0), ("decision",)])
def test_a_record_with_something_unknown_in_it_is_none(place: tuple[str | int, ...]) -> None:
    document = json.loads(TRANSFER.model_dump_json())
    node = document
    for name in place:
        node = node[name]
    node["condition"] = "x"
    with pytest.raises(ValidationError):
        Transfer.model_validate(document)


def test_states_forms_and_results_are_those_that_there_are() -> None:
    document = json.loads(TRANSFER.model_dump_json())
    for field in ("state", "form"):
        with pytest.raises(ValidationError):
            Transfer.model_validate({**document, field: "other"})
    with pytest.raises(ValidationError):
        PropertyTested(kind="integrity", item="count", result="perhaps", basis="")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        TRANSFER.state = "received"
