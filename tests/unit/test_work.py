"""Processes die with their parent, work stops at a checkpoint, progress says the truth."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from preserve.cli.progress import Watcher, how_to_show
from preserve.errors import MediumProblem, PreserveError, Stopped
from preserve.messages import speaking
from preserve.progress import Unit, stoppable
from preserve.work import executor, free_space, map_batches, require_space

PARENT = """
import os, sys
from preserve.work import executor
if __name__ == "__main__":
    pool = executor(1)
    print(pool.submit(os.getpid).result(), flush=True)
    sys.stdin.read()
"""


def test_workers_die_with_a_killed_parent(tmp_path: Path) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "parent.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        gone, alive = psutil.wait_procs([worker], timeout=20)
    assert gone and not alive


def test_order_is_kept_and_little_is_drawn_ahead() -> None:
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            drawn.append(number)
            yield number

    with ThreadPoolExecutor(2) as pool:
        results = map_batches(pool, lambda number: number * 2, items(), ahead=4)
        assert next(results) == 0
        assert len(drawn) == 4
        assert list(results) == [number * 2 for number in range(1, 100)]


def test_a_dead_worker_is_said_and_work_errors_pass_through() -> None:
    with executor(1) as pool:
        with pytest.raises(ValueError, match="invalid literal"):
            list(map_batches(pool, int, ["x"]))
        with pytest.raises(PreserveError) as error:
            list(map_batches(pool, os._exit, [3]))
    assert error.value.code == "work.worker-died"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_at_the_next_checkpoint(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    watcher = Watcher()
    with pytest.raises(Stopped) as stopped, stoppable():
        watcher(1)
        signal.raise_signal(number)
        watcher(1)
    assert stopped.value.status == 8 and watcher.done == 1
    assert signal.getsignal(number) is before
    watcher(1)  # and afterwards nothing is asked to stop any more


def test_lines_on_a_pipe_and_nothing_for_programs() -> None:
    stream = io.StringIO()
    assert (how_to_show(stream, as_json=False), how_to_show(stream, as_json=True)) == ("lines", "nothing")
    with speaking("zh"), Watcher("lines", stream) as watcher:
        watcher.begin("复制", 200, 4)
        watcher(50, 1)
    assert stream.getvalue() == "复制\n"  # the next line only after ten seconds
    assert (watcher.done, watcher.files_done) == (50, 1)


@pytest.mark.parametrize(("unit", "amount"), [("seconds", "1 min 30 s / 3 min"), ("bytes", "90 B / 180 B")])
def test_what_is_counted_is_said_in_its_own_unit(unit: Unit, amount: str) -> None:
    stream = io.StringIO()
    with speaking("en"), Watcher("bars", stream) as watcher:
        watcher.begin("x", 180, 2, unit=unit)
        watcher(90, 1)
        assert watcher._amount() == amount


def test_bars_draw_without_reading_markup_in_names() -> None:
    stream = io.StringIO()
    with Watcher("bars", stream) as watcher:
        watcher.begin("[red]案", 10, 1)
        watcher(10, 1)
    assert watcher.done == 10


def test_space_is_reckoned_where_the_path_would_lie(tmp_path: Path) -> None:
    free = free_space(tmp_path / "not" / "yet")
    assert free > 0
    require_space(tmp_path, 1)
    with pytest.raises(MediumProblem) as error:
        require_space(tmp_path, 1, reserve=1 << 62)
    assert error.value.code == "work.no-space"


_HOLES = """
from pathlib import Path
from preserve.work import give_back

def resident() -> int:
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0])

rows = [bytearray(1500) for _ in range(40_000)]
last = rows[-1]  # keeps what lies below it from going back by itself
del rows[:]
before = resident()
give_back()
print(before - resident())
"""


def test_free_memory_goes_back_to_the_system() -> None:
    said = subprocess.run([sys.executable, "-c", _HOLES], capture_output=True, text=True, check=True).stdout
    assert int(said) > 30_000  # of some 60,000 KiB
