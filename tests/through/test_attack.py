"""A small honest set of the campaign of attacks: some edges of each kind, two of everything that matters, wrong clocks."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.campaigns import attack
from tests.campaigns.attack import Attempt, Ground, Operation

pytestmark = pytest.mark.xdist_group("attack")

BROKEN = ("open", "approve", "withdraw", "release", "deliver", "hand-over", "restore-to", "rebuild", "account")


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return attack.prepare(tmp_path_factory.mktemp("attack"))


def named(ground: Ground, name: str) -> Operation:
    (found,) = [one for one in ground.operations if one.name == name]
    return found


@pytest.mark.parametrize("name", BROKEN)
def test_broken_at_an_edge_it_ends_as_if_nothing_had_happened(ground: Ground, name: str) -> None:
    """One edge of each kind, drawn by the operation's name: always the same ones."""
    chance = random.Random(name)
    plan = attack.attempts(ground, [named(ground, name)])
    for act in attack.ACTS:
        drawn: Attempt = chance.choice([one for one in plan if one.act == act])
        assert attack.make(ground, drawn) == "", drawn


@pytest.mark.parametrize("name", ["open", "approve", "deliver", "restore-to", "rebuild", "account"])
def test_twice_at_once(ground: Ground, name: str) -> None:
    assert attack.twice(ground, named(ground, name)) == ""


@pytest.mark.parametrize(("name", "years"), [("open", -30), ("approve", 40), ("hold", 40), ("audit", -30)])
def test_under_a_wrong_clock(ground: Ground, name: str, years: int) -> None:
    assert attack.at_another_time(ground, named(ground, name), years) == ""


def test_what_is_judged_can_go_wrong(ground: Ground, tmp_path: Path) -> None:
    """The judge finds what it is there for: an entry too many, a file left over, a ledger that was changed."""
    ground.put_back()
    operation = named(ground, "hold")
    before = attack.Counter(entry["action"] for entry in ground.log())
    assert "0 times" in attack.judge(ground, operation, before, (0,))
    (ground.home / "work" / "left").mkdir()
    assert "left over" in attack.judge(ground, operation, before, (0,))
