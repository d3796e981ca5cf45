"""The wish to stop: it reaches the work that was meant and its threads, and no other; signals are as before afterwards."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from contextvars import copy_context

import pytest

from preserve.errors import Stopped
from preserve.progress import Silent, ask_to_stop, check_stop, stoppable


def test_the_wish_is_met_at_every_checkpoint_and_gone_with_the_work() -> None:
    with stoppable():
        progress = Silent()
        progress.begin("ingest.scan", 10)
        progress(5)
        ask_to_stop()
        for checkpoint in (lambda: progress(1), lambda: progress.begin("ingest.scan"), progress.check, check_stop):
            with pytest.raises(Stopped) as caught:
                checkpoint()
            assert caught.value.code == "work.stopped"
    check_stop()
    Silent()(1)


def test_a_wish_outside_of_any_work_stops_nothing() -> None:
    ask_to_stop()
    check_stop()
    with stoppable():
        check_stop()


def test_work_that_is_stopped_stops_no_other() -> None:
    with stoppable() as outer:
        with stoppable() as inner:
            inner.set()
            with pytest.raises(Stopped):
                check_stop()
        check_stop()
        assert not outer.is_set()


def test_a_progress_takes_the_wish_into_threads_that_do_not_know_of_it() -> None:
    stopped: list[str] = []

    def look(name: str, checkpoint: object) -> None:
        try:
            checkpoint()  # type: ignore[operator]
        except Stopped:
            stopped.append(name)

    with stoppable() as stop:
        progress = Silent()
        stop.set()
        context = copy_context()
        threads = [
            threading.Thread(target=look, args=("progress", progress.check)),
            threading.Thread(target=look, args=("bare", check_stop)),
            threading.Thread(target=context.run, args=(look, "context", check_stop)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(stopped) == ["context", "progress"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_the_second_acts_as_before(number: signal.Signals) -> None:
    heard: list[int] = []
    before = signal.signal(number, lambda got, frame: heard.append(got))
    try:
        with stoppable() as stop:
            signal.raise_signal(number)
            assert stop.is_set()
            assert not heard
            signal.raise_signal(number)
            assert heard == [number]
        signal.raise_signal(number)
        assert heard == [number, number]
    finally:
        signal.signal(number, before)


def test_two_signals_at_once_do_not_wait_for_each_other() -> None:
    """The end of a service tells its worker twice; whoever handles the first of them is not held up by the second."""
    script = (
        "import os, signal, sys\n"
        "from preserve.progress import stoppable\n"
        "with stoppable() as wish:\n"
        "    plain = type(wish).set\n"
        "    def twice(one):\n"
        "        type(wish).set = plain\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        plain(one)\n"
        "    type(wish).set = twice\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    print(wish.is_set())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
