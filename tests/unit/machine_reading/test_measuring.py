"""What is wrong is counted in the nearest stretch, as the edit distance says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from preserve.machine_reading.measuring import Measured, measure, plain, wrong_signs

READ = "前文。云市监罚字〔2026〕第17号，后文"


def test_signs_and_lines_are_counted() -> None:
    assert measure(["云市监罚字〔2026〕第17号"], READ) == Measured(15, 0, 1, 1)
    assert measure(["云市监罚字【2026】第71号", ""], READ) == Measured(15, 2, 1, 0)
    assert measure(["云监罚字〔2026〕第17号", "前文。"], READ) == Measured(17, 1, 2, 1)
    assert measure(["无"], "") == Measured(1, 1, 1, 0)
    assert measure([], READ) == Measured() + Measured()


@given(st.text("甲乙丙", max_size=8), st.text("甲乙丙", max_size=12))
def test_it_is_the_least_over_all_stretches(line: str, text: str) -> None:
    def distance(one: str, other: str) -> int:
        rows = list(range(len(other) + 1))
        for number, sign in enumerate(one, 1):
            rows, before = [number], rows
            for at, against in enumerate(other, 1):
                rows.append(min(before[at] + 1, rows[-1] + 1, before[at - 1] + (sign != against)))
        return rows[-1]

    stretches = {text[start:end] for start in range(len(text) + 1) for end in range(start, len(text) + 1)}
    assert wrong_signs(line, text) == min(distance(line, stretch) for stretch in stretches)


def test_two_ways_of_writing_are_one() -> None:
    assert plain("当事人： 李敏（男）") == plain("当事人:李敏(男)")
