"""So many passwords are verified at once, so many tries wait, and whoever comes then is told to come again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from preserve.administration.gate import Gate
from preserve.administration.proving import Claim
from preserve.errors import Throttled


def test_a_gate_lets_few_in_and_few_wait() -> None:
    gate, inside, out = Gate(2, 3), [Event() for _ in range(5)], Event()

    def enter(number: int) -> int:
        with gate.entered():
            inside[number].set()
            assert out.wait(30)
        return number

    with ThreadPoolExecutor(5) as pool:
        working = [pool.submit(enter, number) for number in (0, 1)]
        assert all(event.wait(30) for event in inside[:2])
        waiting = [pool.submit(enter, number) for number in (2, 3, 4)]
        while gate.places:
            assert not any(event.is_set() for event in inside[2:])
        with pytest.raises(Throttled, match=r"people\.too-many-at-once"), gate.entered():
            pass
        out.set()
        assert [one.result(30) for one in (*working, *waiting)] == [0, 1, 2, 3, 4]
    assert gate.places == 5


def test_what_is_claimed_shows_no_secret() -> None:
    assert "secret" not in repr(Claim("li", "secret", "secret-code"))
