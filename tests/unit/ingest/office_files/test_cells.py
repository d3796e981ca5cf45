"""Names of cells and areas, and which formulas change by themselves."""

from __future__ import annotations

import pytest

from preserve.ingest.office_files.cells import Area, areas, letters_of, number_of, place_of, ranges, what_recalculates


@pytest.mark.parametrize(
    ("formula", "function"),
    [
        ("TODAY()", "TODAY"),
        ('IF(A1>1,TEXT(now(),"yyyy"),"")', "NOW"),
        ("of:=RANDBETWEEN(1;9)", "RANDBETWEEN"),
        ('SUM(INDIRECT("A1:A9"))', "INDIRECT"),
        ("SUM(A1:A9)", ""),
        ("MYTODAY()", ""),
    ],
)
def test_what_changes_by_itself_is_known(formula: str, function: str) -> None:
    assert what_recalculates(formula) == function


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("'甲, 乙'!$A$1:$B$9", [Area(1, 1, 2, 9)]),
        ("表!$A:$C,表!$2:$3", [Area(1, 1, 3, 1 << 24), Area(1, 2, 1 << 20, 3)]),
        ("$表.A1:$表.C3", [Area(1, 1, 3, 3)]),
        ("表.A1:.B2", [Area(1, 1, 2, 2)]),
        ("#REF!", []),
    ],
)
def test_areas_are_read(words: str, found: list[Area]) -> None:
    assert areas(words) == found


def test_columns_have_letters() -> None:
    assert [letters_of(number) for number in (1, 26, 27, 703)] == ["A", "Z", "AA", "AAA"]
    assert [number_of(letters) for letters in ("A", "Z", "AA", "AAA")] == [1, 26, 27, 703]
    assert (place_of("AB12"), place_of("?")) == ((28, 12), (0, 0))


def test_rows_are_named_in_runs() -> None:
    assert ranges([9, 2, 3, 4, 2]) == "2-4, 9"
    assert ranges([2, 3], letters=True) == "B-C"
