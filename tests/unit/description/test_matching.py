"""A row of the description means its file however either is spelled; two files of one name stay two."""

from __future__ import annotations

import os
import unicodedata
from typing import Any

import pytest

from preserve.description.matching import described, match, name_in
from preserve.description.reading import check_content
from preserve.description.schema import CaseDescription

NFC = "照片/Café.jpg"
NFD = unicodedata.normalize("NFD", NFC)
GBK = os.fsdecode(NFC.encode("gbk"))


def _case(*files: str | dict[str, Any], **changes: Any) -> CaseDescription:
    content = {
        "case_number": "一号",
        "case_type": "处罚",
        "title": "题",
        "cause": "由",
        "producer": {"name": "局"},
        "start": "2026-01-05",
        "closed": "2026-03-12",
        "objects": [
            {"kind": "现场照片", "stage": "调查", **(file if isinstance(file, dict) else {"file": file})}
            for file in files
        ],
        **changes,
    }
    case, mistakes = check_content(content, {}, "case.json")
    assert case is not None, mistakes
    return case


def _codes(case: CaseDescription, *paths: str) -> list[tuple[str, str]]:
    return [(found.code, found.where) for found in match(case, [*paths, "case.json"], "case.json").findings]


WRITTEN = (NFC, NFD, "./照片//Café.jpg", "照片\\Café.jpg", "照片/Café.jpg ", "照片/Caf%C3%A9.jpg")
PATHS = (NFC, NFD, GBK, "照片\\Café.jpg", "照片 /Café.jpg", "照片/Café.jpg.", NFC.encode("gbk").decode("latin-1"))


@pytest.mark.parametrize(
    ("written", "path"), [(written, path) for written in WRITTEN for path in PATHS if not written == path != NFC]
)
def test_row_and_file_get_one_name_everywhere(written: str, path: str) -> None:
    other = {"file": "说明.txt", "explains": NFD, "transcript": "./照片/Café.jpg"}
    accepted = {"finding": "empty", "where": written, "person": "周", "reason": "试", "document": ".\\说明.txt"}
    case = _case(written, other, acceptances=[accepted])
    matched = match(case, [path, "说明.txt", "case.json"], "case.json")
    assert matched.findings == ()
    first, second = matched.case.objects
    assert first.file == second.explains == second.transcript == matched.names[path] == NFC
    assert (matched.case.acceptances[0].where, matched.case.acceptances[0].document) == (NFC, "说明.txt")
    again = CaseDescription.model_validate_json(matched.case.model_dump_json())
    assert name_in(described(again), path) == NFC, "found again from the package, which has only path and description"


def test_names_are_kept_as_they_are_where_both_agree() -> None:
    files = ("点.点.点.", "a\\b.txt", "a b.txt", "①.txt", "1.txt", "100%.txt")
    case = _case(*files)
    matched = match(case, files, "case.json")
    assert (matched.case, matched.findings) == (case, ())
    assert [matched.names.get(file, file) for file in files] == list(files)


def test_two_files_of_one_name_are_each_meant_by_the_row_that_is_spelled_like_them() -> None:
    matched = match(_case({"file": NFC, "title": "合"}, {"file": NFD, "title": "拆"}), [NFD, NFC], "case.json")
    assert matched.findings == ()
    assert matched.names == {NFC: NFC, NFD: "照片/Cafe[U+0301].jpg"}
    objects = described(CaseDescription.model_validate_json(matched.case.model_dump_json()))
    assert [getattr(objects.find(path), "title", "") for path in (NFC, NFD)] == ["合", "拆"]
    written_out = match(_case(NFC, "照片/Cafe[U+0301].jpg"), [NFD, NFC], "case.json")
    assert written_out.findings == () and written_out.names == matched.names


def test_a_row_never_stands_for_two_files() -> None:
    assert _codes(_case(NFC), NFC, NFD) == [("case.file-unlisted", "照片/Cafe[U+0301].jpg")]
    assert _codes(_case("a.txt"), "a.txt ", "a.txt") == [("case.file-unlisted", "a.txt[U+0020]")]
    ambiguous = _codes(_case(NFC), NFD, GBK)
    assert [code for code, _ in ambiguous] == ["case.file-missing", "case.file-unlisted", "case.file-unlisted"]


def test_two_rows_for_one_file_are_told() -> None:
    assert _codes(_case(NFC, NFD), NFC) == [("case.file-twice", NFD)]
    assert _codes(_case("a/b.txt", "a\\b.txt"), "a/b.txt") == [("case.file-twice", "a\\b.txt")]


def test_what_is_missing_and_what_is_not_listed() -> None:
    found = _codes(_case("有.txt", "无.txt"), "有.txt", "多.txt", GBK)
    assert found == [("case.file-missing", "无.txt"), ("case.file-unlisted", "多.txt"), ("case.file-unlisted", NFC)]
