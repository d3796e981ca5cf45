"""The description as packages and the catalogue keep it: the same bytes as always, and read again the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from preserve.description import stored
from preserve.description.object_table import FEW, ObjectTable
from preserve.description.schema import CaseDescription
from preserve.description.stored import case_json, case_of, catalogue_text, divided, plain_data, read_case, whole


def _case(count: int, **more: object) -> CaseDescription:
    files = [
        {
            "file": f'{n}\n[] "笔录".txt',
            "kind": "现场检查笔录",
            "stage": "investigation",
            "pages": n % 3 or None,
            **more,
        }
        for n in range(count)
    ]
    return CaseDescription.model_validate(
        {
            "case_number": "1[]",
            "case_type": "penalty",
            "title": "a\nb",
            "cause": "b",
            "producer": {"name": "c"},
            "start": "2026-03-01",
            "closed": "2026-03-02",
            "note": "[]",
            "objects": files,
        }
    )


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_the_pieces_are_what_was_always_written(count: int, tmp_path: Path) -> None:
    case = _case(count, shows=["officers"], stored="2026-03-01T10:00:00+08:00")
    written = b"".join(case_json(case))
    assert written == (case.model_dump_json(indent=1) + "\n").encode()
    (tmp_path / "case.json").write_bytes(written)
    assert read_case(tmp_path / "case.json") == case


def test_many_files_are_read_into_a_table(tmp_path: Path) -> None:
    case = _case(FEW + 5)
    (tmp_path / "case.json").write_bytes(b"".join(case_json(case)))
    again = read_case(tmp_path / "case.json")
    assert isinstance(again.objects, ObjectTable)
    assert again == case and b"".join(case_json(again)) == (tmp_path / "case.json").read_bytes()
    text = catalogue_text(again)
    assert len(text) < len(case.model_dump_json()) / 40
    assert case_of(text) == case
    assert isinstance(case_of(text).objects, ObjectTable)
    assert plain_data(text) == case.model_dump(mode="json")
    # What rows of earlier releases hold is what is meant by it, and is read as well.
    before = "".join(whole(text))
    assert CaseDescription.model_validate_json(before) == case == case_of(before)
    assert "".join(whole(before)) == before and plain_data(before) == plain_data(text)
    for one in (text, before):
        head, files = divided(one)
        assert head == {**case.model_dump(mode="json"), "objects": []}
        assert [row["file"] for row in files] == [item.file for item in case.objects]


@pytest.mark.parametrize("spoiled", [("=", "?"), ('","', '",'), ('"]}', '"],"note2":"x"}'), ('["', '["AAAA","')])
def test_a_packed_text_that_was_changed_is_not_read(spoiled: tuple[str, str]) -> None:
    text = catalogue_text(_case(FEW + 5))
    place = text.index('"packed"')
    changed = text[:place] + text[place:].replace(*spoiled)
    assert changed != text
    with pytest.raises(ValueError):
        case_of(changed)


def test_a_small_case_stands_in_the_catalogue_as_it_always_did() -> None:
    case = _case(3)
    assert catalogue_text(case) == case.model_dump_json()
    assert plain_data(catalogue_text(case)) == json.loads(case.model_dump_json())


@pytest.mark.parametrize("spoiled", ["", "{", '{"objects": []}', '{"objects": [{"file": ""}]}'], ids=range(4))
def test_what_cannot_be_read_says_so(spoiled: str, tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(spoiled)
    with pytest.raises(ValueError):
        stored.read_case(tmp_path / "case.json")
