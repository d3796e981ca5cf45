"""The table of growth: a row a command, and which of them grew too much."""

from benchmarks import growth
from benchmarks.growth import COMMANDS, LONGER


def test_a_command_that_grows_is_missed_and_one_whose_answer_is_longer_is_not_judged() -> None:
    measured = {
        "list": [(1.0, 0.5), (1.0, 0.5), (1.1, 0.6)],
        "show": [(1.0, 0.5), (1.0, 0.6), (1.1, 0.8)],
        "ledger verify": [(1.0, 0.5), (1.0, 3.0), (30.0, 30.0)],
    }
    kept, missed, longer = growth.rows_of(measured, 0.2)
    assert kept.endswith("| 1.20 | ≤ 1.5 | met |")
    assert missed.endswith("| 1.60 | ≤ 1.5 | **missed** |")
    assert longer.endswith("| 60.00 | every entry is its answer | — |")


def test_a_command_names_a_case_in_the_middle() -> None:
    assert growth.words_of("show", 1_000) == ["show", "案〔2026〕0000500号"]
    assert not set(COMMANDS) & set(LONGER)


def test_a_first_page_is_held_against_help() -> None:
    measured = {name: [(0.2, 0.2), (0.3, 0.2)] for name in growth.FIRST_PAGES} | {"copies": [(0.2, 0.2), (0.5, 0.2)]}
    rows = dict(zip(growth.FIRST_PAGES, growth.waits(measured, 0.25), strict=True))
    assert rows["list"].endswith("| +0.05 s | ≤ +0.1 s | met |")
    assert rows["copies"].endswith("| +0.25 s | ≤ +0.1 s | **missed** |")
