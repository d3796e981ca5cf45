"""The simulated probabilities of loss against the analytical bound, and against what can be computed exactly."""

from __future__ import annotations

import math
import re

import pytest

from tools.simulate_loss import DISASTER, DOCS, POLICIES, YEARS, Copy, bound, simulate


@pytest.mark.parametrize("name", POLICIES)
def test_simulation_and_bound(name: str) -> None:
    copies = POLICIES[name]
    share, error = simulate(copies, 30_000, 11)
    assert share <= bound(copies) + 4 * error
    if "never" not in name:
        assert bound(copies) <= 6 * (share + 4 * error), "the bound says nothing"


def test_one_copy_is_exact() -> None:
    copy = Copy("x", 0.05, 365, 10, "A")
    share, error = simulate((copy,), 40_000, 12)
    assert share == pytest.approx(1 - math.exp(-(0.05 + DISASTER) * YEARS), abs=4 * error)


def test_more_copies_more_buildings_and_more_audits_are_safer() -> None:
    shares = {name: simulate(copies, 60_000, 13)[0] for name, copies in POLICIES.items()}
    assert shares["1 copy: server"] > 5 * shares["2 copies: server + drive, two buildings"]
    assert shares["2 copies: server + drive, one building"] > shares["2 copies: server + drive, two buildings"]
    assert shares["2 copies: server + drive, two buildings"] > shares["3 copies: server + drive + disc, two buildings"]
    assert shares["3 copies, never audited, two buildings"] > shares["2 copies: server + drive, two buildings"]


def test_the_page_shows_this_tool() -> None:
    text = (DOCS / "loss.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\d cop[^|]+?) \| [^|]+ \| ([\d.e-]+) \|$", text, re.MULTILINE))
    assert rows == {name: f"{bound(copies):.2g}" for name, copies in POLICIES.items()}
