"""The page of a medium: names are text and never markup, links lead where the files lie, sizes as people read them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.archival_storage.guide import GuideCase, GuideFile
from preserve.archival_storage.guide.page import (
    EMBEDDED_FILES,
    case_rows,
    embedded,
    fill,
    folder_of,
    key_places,
    readable,
)

NAME = "aip-x_v0001"
HOSTILE = "</script><img src=x onerror=alert(1)>&\"'"


def case(title: str = "案", part: str = "") -> GuideCase:
    return GuideCase(NAME, "临〔2026〕1号", "J075-1", title, "2026-03-01", 3, 1_500_000, "a" * 64, part)


def files(*paths: str) -> list[GuideFile]:
    return [GuideFile(path, 1, "b" * 64) for path in paths]


@given(st.text())
def test_what_the_script_reads_is_json_that_cannot_end_its_element(name: str) -> None:
    text = embedded([name], files(name))
    assert not set(text) & set("<>&")
    assert json.loads(text) == {"guide": [name], "files": [[name, 1, "b" * 64]]}


def test_too_many_digests_are_left_out() -> None:
    listed = files("a") * EMBEDDED_FILES
    assert json.loads(embedded([], listed))["files"] is not None
    assert json.loads(embedded([], [*listed, *files("b")]))["files"] is None


@given(st.dictionaries(st.sampled_from(["A", "B_C"]), st.text(), min_size=2))
def test_a_value_is_never_a_place_for_another(values: dict[str, str]) -> None:
    assert fill("<@@A@@|@@B_C@@>", values) == f"<{values['A']}|{values['B_C']}>"
    assert fill("@@A@@", {"A": "@@B_C@@", "B_C": "x"}) == "@@B_C@@"


def test_titles_and_names_are_text() -> None:
    places = key_places(files(f"packages/{NAME}/data/{HOSTILE}/METS.xml"))
    rows = case_rows([case(HOSTILE)], places)
    assert "<img" not in rows and "</script" not in rows and "&lt;img" in rows
    assert 'href="packages/' in rows


def test_what_a_reader_wants_first_is_found_below_packages_and_parts() -> None:
    base = f"data/{NAME[:-6]}"
    places = key_places(
        files(
            f"packages/{NAME}/{base}/METS.xml",
            f"packages/{NAME}/{base}/representations/original/data/a.txt",
            f"packages/{NAME}/{base}/representations/original/data/b.txt",
            f"packages/{NAME}/{base}/representations/original/METS.xml",
            f"parts/{NAME}/data/files/{base}/documentation/findings.html",
            "guide.html",
        )
    )
    assert places[f"packages/{NAME}/"] == {
        "contents": f"{base}/METS.xml",
        "originals": f"{base}/representations/original/data/",
    }
    assert places[f"parts/{NAME}/"] == {"findings": f"data/files/{base}/documentation/findings.html"}
    assert folder_of(case(part="files"), places) == f"parts/{NAME}/" and folder_of(case(), {}) == f"packages/{NAME}/"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (1_234_567, "1.23 MB"),
        (999_600, "1 MB"),
        (25 * 10**9, "25 GB"),
        (5 * 10**15, "5000 TB"),
    ],
)
def test_sizes_as_media_are_sold(size: int, text: str) -> None:
    assert readable(size) == text
