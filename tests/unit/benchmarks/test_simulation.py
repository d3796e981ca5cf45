"""The simulation does what can be reckoned without it, gives the same for the same seed, and keeps what was measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.simulation import measuring, plots, report, scenarios
from benchmarks.simulation.checking import Trial
from benchmarks.simulation.measuring import Run, reckon
from benchmarks.simulation.model import Case, Costs, Site, keep_busy, take_in

COSTS = Costs(start=0.5, case=1.2, file=0.01, byte=1e-9, turns=4, held=0.2, held_file=0.001, held_working=1.0)
CASE = Case(20, 0)
"""Of one second outside the lock and a fifth under it."""


def test_one_worker_takes_as_long_as_its_parts() -> None:
    site = Site(1, processors=1, processes=3)
    assert take_in(site, COSTS, CASE, each=3).seconds == pytest.approx(0.5 + 3 * 1.2)
    assert take_in(replace(site, processes=1), COSTS, CASE, each=3).seconds == pytest.approx(3 * (0.5 + 1.2))
    more = Case(120, 10**9)
    assert take_in(site, COSTS, more, each=3).seconds == pytest.approx(0.5 + 3 * (1.2 + 100 * 0.01 + 1))


def test_workers_that_share_a_processor_divide_it() -> None:
    own = Site(4, processors=2, processes=5, shared_home=False)
    assert take_in(own, COSTS, CASE, each=5).seconds == pytest.approx(2 * (0.5 + 5 * 1.2))
    assert take_in(replace(own, speed=0.5), COSTS, CASE, each=5).seconds == pytest.approx(4 * (0.5 + 5 * 1.2))


def test_processors_that_work_beside_each_other_are_slower_while_they_do() -> None:
    slowed = replace(COSTS, beside=1.1, start_disc=0.4)
    site = Site(2, processors=2, processes=5, shared_home=False)
    assert take_in(site, slowed, CASE, each=5).seconds == pytest.approx(1.1 * (0.5 + 5 * 1.2) + 0.4)
    assert take_in(replace(site, workers=1), slowed, CASE, each=5).seconds == pytest.approx(0.5 + 5 * 1.2 + 0.4)
    three = replace(site, workers=3)  # two share a processor: when the third is done, these go on alone
    assert take_in(three, replace(slowed, start_disc=0.0), CASE, each=5).seconds == pytest.approx(
        2 * 6.5 + 0.65, rel=0.03
    )


def test_who_waits_for_sqlite_looks_again_after_a_while_and_loses_time() -> None:
    handed = take_in(Site(4, processors=4, processes=20), COSTS, CASE, each=20)
    polled = take_in(Site(4, processors=4, processes=20, polled=True), COSTS, CASE, each=20)
    assert handed.seconds < polled.seconds < 1.15 * handed.seconds and polled.waited > handed.waited
    alone = [take_in(Site(1, processors=1, polled=polls), COSTS, CASE, each=3).seconds for polls in (True, False)]
    assert alone[0] == alone[1]


def test_a_disc_is_waited_for_without_the_processor() -> None:
    waits = replace(COSTS, held_working=0.5, disc=0.3)
    site = Site(1, processors=1, processes=2, speed=0.5)
    # Twice as long on the processor; the waits as they are: a tenth of a second under the lock, and three beside it.
    assert take_in(site, waits, CASE, each=2).seconds == pytest.approx(2 * (0.5 + 2 * 1.2) + 2 * (0.1 + 0.3))


@pytest.mark.parametrize("workers", [1, 3, 6, 12, 60])
def test_throughput_lies_under_both_bounds_and_reaches_one_where_it_is_far_from_the_other(workers: int) -> None:
    """Asymptotic bounds of a closed queue (Denning and Buzen 1978): n/(Z+D) and 1/D."""
    costs = replace(COSTS, start=0.0)
    done = keep_busy(Site(workers, processes=0), costs, CASE, seconds=400)
    pace = done.cases / done.seconds
    bound = min(workers / 1.2, 1 / 0.2)
    assert pace <= bound * 1.03
    if workers in (1, 60):
        assert pace == pytest.approx(bound, rel=0.03)
    if workers == 60:
        assert done.first == "lock" and done.full["lock"] == pytest.approx(1, abs=0.01)


def test_ten_ledgers_are_ten_locks_and_a_shorter_turn_moves_the_bound() -> None:
    costs = replace(COSTS, start=0.0)
    one = keep_busy(Site(60), costs, CASE, seconds=200)
    ten = keep_busy(Site(60, ledgers=10), costs, CASE, seconds=200)
    short = keep_busy(Site(60, held_share=0.1), costs, CASE, seconds=200)
    assert ten.a_day > 4 * one.a_day and short.a_day > 4 * one.a_day
    assert one.longest_wait > 2 > ten.longest_wait


def test_a_store_that_is_full_holds_up_workers_and_audits() -> None:
    case = Case(20, 1_000_000_000)
    free = Site(2, nodes=10, node_speed=1e9, link=1e10, audited=1e9)
    full = replace(free, nodes=1, node_speed=5e8)
    kept, late = (keep_busy(one, COSTS, case, seconds=300) for one in (free, full))
    assert kept.audited == pytest.approx(1, abs=0.02) and kept.full["store"] < 0.9
    assert late.audited < 0.7 and late.first == "store" and late.full["store"] == pytest.approx(1, abs=0.02)
    assert late.a_day < kept.a_day


def test_the_same_seed_gives_the_same_run_and_another_hardly_another_pace() -> None:
    site, case = Site(20, nodes=3, copies=2), Case(40, 50_000_000)
    first, again, other = (keep_busy(site, COSTS, case, seconds=200, seed=seed) for seed in (7, 7, 8))
    assert first == again
    assert other != first and other.a_day == pytest.approx(first.a_day, rel=0.05)


def test_costs_are_the_differences_between_runs() -> None:
    def run(cases: int, processor: float, held: float, worked: float) -> Run:
        turns = [9.0, *[held] * 4 * cases], [0.1, *[worked] * 4 * cases]
        return Run(cases, 9.0, processor, 0.0, *turns, [0.001] * cases, processor + 0.05 + 0.1 * cases)

    found = reckon(
        [run(1, 1.5, 0.03, 0.01)],
        [run(measuring.MANY, 1.5 + 0.2 * (measuring.MANY - 1), 0.03, 0.01)],
        [run(1, 1.5 + 0.001 * (measuring.MORE - measuring.FILES), 0.04, 0.02)],
        [run(1, 1.5 + 1e-9 * measuring.LARGE, 0.03, 0.01)],
    )
    assert (found.start, found.case, found.turns) == (pytest.approx(1.3), pytest.approx(0.2), 4)
    assert (found.held, found.held_working) == (pytest.approx(0.12), pytest.approx(1 / 3))
    assert found.held_file == pytest.approx(0.04 / (measuring.MORE - measuring.FILES))
    assert found.file == pytest.approx(0.001) and found.byte == pytest.approx(1e-9, rel=0.1)
    assert found.disc == pytest.approx(0.1 - 0.08), "what it waits less what it waits under the lock"
    assert found.start_disc == pytest.approx(0.05) and found.beside == 1.0
    alone = [run(measuring.MANY, 5.3, 0.03, 0.01)]
    beside = [replace(alone[0], whole=1.1 * alone[0].whole)] * 2
    assert reckon(alone, alone, alone, alone, beside).beside == pytest.approx(1.1)


def test_what_was_measured_is_kept_with_the_load_of_the_machine() -> None:
    kept = measuring.read()
    costs = measuring.costs()
    assert kept["when"] and kept["load"] and costs.turns > 1 and 0 < costs.held_working < 1
    trials = [Trial(**one) for one in kept["check"]["trials"]]
    assert {(one.workers, one.shared) for one in trials} == {(1, True), (2, True), (2, False), (4, True), (4, False)}


def test_the_page_and_the_picture_are_those_of_the_scenarios() -> None:
    page = report.PAGE.read_text(encoding="utf-8")
    assert report.put(page, "costs", report.costs_of(measuring.read())) == page, "python -m benchmarks.simulation run"
    assert report.put(page, "check", report.checked(measuring.read())) == page
    with pytest.raises(ValueError, match="no place"):
        report.put(page, "nothing", "")
    assert report.PICTURE.read_text(encoding="utf-8").startswith("<svg")


def test_a_site_of_ten_is_told_in_the_table() -> None:
    costs = measuring.costs()
    way = scenarios.ways(costs, scenarios.PAPERS)[1]
    one = scenarios.grow(costs, scenarios.PAPERS, way, 10)
    row = report.growth({("papers", way.name, 10): one}).splitlines()[-1]
    assert row.startswith("| papers | append only | 10 |") and "store" in row
    svg = plots.draw({("papers", "today"): {10: 1.0, 100: 9.0}, ("video", "append only"): {10: 2.0, 100: 20.0}})
    assert svg.count("<polyline") == 4 and "papers; today" in svg


def test_the_driver_tells_of_each_turn(tmp_path: Path) -> None:
    from benchmarks.measure import keeping_home
    from benchmarks.simulation.measuring import Deposits, drive

    run = drive(keeping_home(tmp_path / "home"), Deposits(tmp_path / "cases").small(1, 3))
    assert run.cases == 1 and run.processor > 0.1
    assert len(run.held) == len(run.worked) > 5 and all(held > 0 for held in run.held)
    assert all(worked <= held + 0.05 for held, worked in zip(run.held, run.worked, strict=True))
    assert run.synced and json.dumps(run.held)
