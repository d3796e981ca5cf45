"""What falls due, how it is drawn, how fast it is read: with other days than today."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.archival_storage import schedule
from preserve.archival_storage.pace import Budget, OutOfBudget, Pace, parse_hours, parse_size, parse_span
from preserve.archival_storage.policy import Audit, StorageProfile, read_policy
from preserve.data_management import checkpoints, holdings, ledger
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import CopyRow
from preserve.errors import UsageError
from tests.support.catalogues import new_catalogue

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    made = new_catalogue(tmp_path / "catalogue.sqlite")
    yield made
    made.close()


def shelf(catalogue: Catalogue, discs: int, moment: datetime = START) -> list[str]:
    """Discs in two buildings, one package on each."""
    with catalogue.begin() as connection:
        for number in range(discs):
            identity = f"disc-{number:03d}"
            holdings.add_medium(
                connection,
                identity,
                kind="optical",
                label=identity.upper(),
                location="",
                actor="li",
                moment=moment,
                place=f"{'一' if number % 2 else '二'}号楼/A架",
                checked=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            )
            row = CopyRow(f"aip-{number:026d}_v0001", identity, f"aip-{number:026d}", 1, "verified", None, None)
            holdings.set_copy(connection, row, actor="li", moment=moment)
    return [f"disc-{number:03d}" for number in range(discs)]


def profile(**rules: Audit) -> StorageProfile:
    return read_policy().model_copy(update={"audit": dict(rules)})


OPTICAL = {"optical": Audit(days=1460, share=0.1)}


def test_nothing_is_drawn_before_it_is_due(catalogue: Catalogue) -> None:
    shelf(catalogue, 40)
    with catalogue.begin() as connection:
        assert schedule.draw(connection, profile(**OPTICAL), START + timedelta(days=1459), "s") == []
        assert ledger.size(connection) == 80


def test_a_draw_takes_a_tenth_of_each_building_and_can_be_drawn_again(catalogue: Catalogue) -> None:
    shelf(catalogue, 42)
    later = START + timedelta(days=1460)
    with catalogue.begin() as connection:
        taken = schedule.draw(connection, profile(**OPTICAL), later, "s")
        assert len(taken) == 2 * math.ceil(0.1 * 21)
        entries = [json.loads(entry.text) for entry in ledger.entries(connection)]
        drawn = [entry for entry in entries if entry["action"] == schedule.SAMPLED]
        assert [entry["subject"] for entry in drawn] == ["optical/一号楼", "optical/二号楼"]
        for entry in drawn:
            details = entry["details"]
            # As docs/audits.md says, from the ledger alone.
            leaves = [ledger.leaf_hash(one.text) for one in ledger.entries(connection, 1, details["entries"])]
            root = checkpoints.root_of(leaves)
            seed = hashlib.sha256(b"preserve audit sample\0" + root + entry["subject"].encode()).hexdigest()
            assert seed == details["seed"]
            ranked = sorted(details["population"], key=lambda one: hashlib.sha256(f"{seed}\0{one}".encode()).digest())
            assert sorted(ranked[: len(details["chosen"])]) == details["chosen"]
        hows = Counter(one.how for one in schedule.plan(connection, profile(**OPTICAL), later, {taken[0]}))
        assert hows == {"insert": len(taken) - 1, "read": 1, "passed": 42 - len(taken)}
        assert schedule.draw(connection, profile(**OPTICAL), later + timedelta(days=1), "s") == []
        # Those that were passed over are due again only an interval later.
        again = schedule.draw(connection, profile(**OPTICAL), later + timedelta(days=1460), "s")
        assert again and not set(again) & set(taken)


def test_a_bad_disc_brings_in_all_of_its_draw(catalogue: Catalogue) -> None:
    shelf(catalogue, 20)
    later = START + timedelta(days=1500)
    with catalogue.begin() as connection:
        taken = schedule.draw(connection, profile(**OPTICAL), later, "s")
        bad = holdings.read_medium(connection, taken[0])
        assert bad is not None
        more = schedule.widen(connection, bad, later, "s")
        assert len(more) == 9
        assert all(one not in taken for one in more)
        hows = Counter(one.how for one in schedule.plan(connection, profile(**OPTICAL), later, set()))
        assert hows == {"insert": 1 + 9 + 1, "passed": 9}


@given(st.lists(st.uuids().map(str), min_size=1, max_size=200, unique=True), st.floats(0.01, 1), st.text(max_size=10))
def test_samples(population: list[str], share: float, seed: str) -> None:
    drawn = schedule.chosen(seed, population, share)
    assert len(drawn) == max(1, math.ceil(share * len(population)))
    assert set(drawn) <= set(population)
    assert drawn == schedule.chosen(seed, population[::-1], share)


def test_on_line_copies_by_age(catalogue: Catalogue) -> None:
    with catalogue.begin() as connection:
        holdings.add_medium(connection, "store", kind="directory", label="s", location="", actor="li", moment=START)
        for number in range(10):
            row = CopyRow(f"aip-{number:026d}_v0001", "store", f"aip-{number:026d}", 1, "verified", None, None)
            holdings.set_copy(connection, row, actor="li", moment=START + timedelta(days=9 - number))
        rule = Audit(days=90, share=1.0)
        moment = START + timedelta(days=95)
        (due,) = schedule.plan(connection, profile(directory=rule), moment, {"store"})
        assert (due.how, due.copies, due.total) == ("read", 6, 10)
        rows = schedule.due_copies(connection, due, rule, moment, 100)
        assert len(rows) == 6
        assert [row.verified for row in rows] == sorted(row.verified or "" for row in rows)
        # A check that a wrong clock put into the future is no check.
        holdings.confirm(connection, [(rows[0].name, "store")], START + timedelta(days=4000))
        (due,) = schedule.plan(connection, profile(directory=rule), moment, {"store"})
        assert due.copies == 6
        assert schedule.due_copies(connection, due, rule, moment, 100)[0].name == rows[0].name


class Clock:
    """A clock that only naps and readings move."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.napped = 0.0

    def __call__(self) -> float:
        return self.seconds

    def nap(self, seconds: float) -> None:
        self.seconds += seconds
        self.napped += seconds


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 1.0])
def test_the_disk_is_busy_for_its_share_of_the_time(share: float) -> None:
    clock = Clock()
    pace = Pace(Budget(share=share), lambda moved: None, lambda: START, clock, clock.nap)
    for _ in range(100):
        clock.seconds += 0.3  # reading
        pace(1_000_000)
    assert (clock.seconds - clock.napped) / clock.seconds == pytest.approx(share, rel=0.01)
    assert pace.size == 100_000_000


def test_budgets_end() -> None:
    clock = Clock()
    for budget, reason in ((Budget(seconds=10), "seconds"), (Budget(size=5), "bytes")):
        pace = Pace(budget, lambda moved: None, lambda: START, clock, clock.nap)
        pace.check()
        clock.seconds += 11
        pace(6)
        with pytest.raises(OutOfBudget, match=reason):
            pace.check()


@pytest.mark.parametrize(
    ("hours", "zone", "moment", "is_open"),
    [
        ("22:00-06:00", "Asia/Shanghai", "2026-11-24T14:00:00", True),
        ("22:00-06:00", "Asia/Shanghai", "2026-11-24T13:59:59", False),
        ("22:00-06:00", "Asia/Shanghai", "2026-11-24T21:59:59", True),
        ("22:00-06:00", "Asia/Shanghai", "2026-11-24T22:00:00", False),
        ("01:00-02:00", "UTC", "2026-11-24T01:30:00", True),
        ("01:00-02:00", "UTC", "2026-11-24T02:00:00", False),
        ("", "UTC", "2026-11-24T12:00:00", True),
    ],
)
def test_hours_of_the_day(hours: str, zone: str, moment: str, is_open: bool) -> None:
    budget = Budget(hours=parse_hours(hours), zone=ZoneInfo(zone))
    assert budget.open_at(datetime.fromisoformat(moment + "+00:00")) is is_open


def test_how_budgets_are_written() -> None:
    assert parse_hours("22:00-06:30") == (day_time(22), day_time(6, 30))
    assert [parse_span(text) for text in ("90s", "30m", "1.5h")] == [90, 1800, 5400]
    assert [parse_size(text) for text in ("12", "500MB", "20 GB", "1TB", "2k")] == [
        12,
        500_000_000,
        20_000_000_000,
        10**12,
        2000,
    ]
    for parse, text in ((parse_hours, "night"), (parse_span, "6 hours"), (parse_size, "GB"), (parse_hours, "25:00-1")):
        with pytest.raises(UsageError):
            parse(text)
