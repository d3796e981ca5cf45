"""Work beside answers where it is awaited, and raises there."""

from __future__ import annotations

import threading

import pytest

from metadata.beside import Beside


def test_the_answer_is_that_of_another_thread() -> None:
    assert Beside(threading.get_ident, "work").join() != threading.get_ident()


def test_it_can_be_awaited_again_and_be_nothing() -> None:
    beside = Beside(lambda: None, "work")
    assert [beside.join(), beside.join()] == [None, None]


def test_what_it_raises_is_raised_where_it_is_awaited() -> None:
    beside = Beside(lambda: 1 // 0, "work")
    with pytest.raises(ZeroDivisionError):
        beside.join()
