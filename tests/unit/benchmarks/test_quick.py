"""The guard over what does not depend on the machine: it lets small changes pass, and says what rose from what to what."""

import json
from pathlib import Path

import pytest

from benchmarks import quick
from benchmarks.growth import COMMANDS

KEPT = {"list": {"queries": 100, "steps": 50_000, "memory": 200_000_000}}


def test_a_tenth_more_passes_and_a_fall_too() -> None:
    assert quick.risen(KEPT, {"list": {"queries": 110, "steps": 55_000, "memory": 249_000_000}}) == []
    assert quick.risen(KEPT, {"list": {"queries": 1, "steps": 1, "memory": 1}}) == []


@pytest.mark.parametrize(
    ("name", "number", "sentence"),
    [
        ("queries", 111, "list: queries rose from 100 to 111 (+11%)"),
        ("steps", 500_000, "list: steps of the database rose from 50,000 to 500,000 (+900%)"),
        ("memory", 260_000_000, "list: bytes of memory rose from 200,000,000 to 260,000,000 (+30%)"),
    ],
)
def test_more_is_said_with_both_numbers(name: str, number: int, sentence: str) -> None:
    assert quick.risen(KEPT, {"list": {**KEPT["list"], name: number}}) == [sentence]


def test_what_was_none_and_is_some_is_said() -> None:
    assert quick.risen({"list": {"programs": 0}}, {"list": {"programs": 1}}) == ["list: programs rose from 0 to 1"]


def test_little_more_of_little_passes() -> None:
    assert quick.risen({"list": {"queries": 5}}, {"list": {"queries": 8}}) == []
    assert quick.risen({"list": {"queries": 5}}, {"list": {"queries": 9}}) != []


def test_a_command_of_which_nothing_is_kept_is_said() -> None:
    assert quick.risen({}, {"show": {"queries": 5}}) == ["show: queries: nothing is kept of it; it is 5"]


def test_who_accepts_says_why_and_earlier_reasons_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "kept.json"
    now = {"list": {"queries": 200}}
    assert quick.report(file, now) == 1
    quick.accept(file, {"list": {"queries": 100}}, "first numbers")
    assert quick.report(file, now) == 1
    assert "list: queries rose from 100 to 200 (+100%)" in capsys.readouterr().out
    quick.accept(file, now, "each page is proven")
    assert quick.report(file, now) == 0
    assert json.loads(file.read_text(encoding="utf-8"))["reasons"] == ["first numbers", "each page is proven"]


def test_without_a_reason_nothing_is_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        quick.main(["--accept", " "])
    assert "a reason" in capsys.readouterr().err


def test_every_command_of_the_table_of_growth_is_kept() -> None:
    kept = json.loads(quick.KEPT.read_text(encoding="utf-8"))
    assert kept["counts"].keys() == {*COMMANDS, quick.ONE_MORE, quick.MANY_FILES}
    assert all(reason.strip() for reason in kept["reasons"])
