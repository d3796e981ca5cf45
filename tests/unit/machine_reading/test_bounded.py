"""What breaks, hangs or swells does so in a process of its own, and costs what it was at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from preserve.machine_reading.bounded import CRASHED, TOO_LARGE, TOO_LONG, Broken, Limits, run_bounded
from preserve.machine_reading.ocr import OcrSettings, _request
from tests.support.scans import jpeg, printed

CHILD = "preserve.machine_reading.ocr_child"


def served(work: str, limits: Limits | None = None) -> subprocess.CompletedProcess[bytes]:
    """`serve` with the body of a generator, as a process that the test looks at."""
    bounds = limits or Limits()
    fields = {name: getattr(bounds, name) for name in Limits.__slots__}  # type: ignore[attr-defined]
    code = f"from preserve.machine_reading.bounded import serve\ndef work(request):\n    {work}\nserve(work)\n"
    line = json.dumps({"limits": fields, "request": {}}).encode() + b"\n"
    return subprocess.run([sys.executable, "-I", "-c", code], input=line, capture_output=True, timeout=60)


def children() -> set[int]:
    """Processes that this one has started and that live."""
    return {one.pid for one in psutil.Process().children(recursive=True)}


def test_lines_come_and_the_process_is_gone_when_nobody_listens(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(printed()))
    before = children()
    said = run_bounded(CHILD, _request(tmp_path / "a.jpg", 1, OcrSettings()))
    assert next(said) == {"begin": 1}
    assert children() - before
    said.close()  # type: ignore[attr-defined]
    assert not children() - before


def test_one_that_is_silent_is_killed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")  # opening it waits for ever
    before = children()
    with pytest.raises(Broken) as broken:
        list(run_bounded(CHILD, _request(tmp_path / "a.jpg", 1, OcrSettings()), Limits(seconds=1.0)))
    assert broken.value.code == TOO_LONG and not children() - before


def test_whoever_asks_may_stop_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")

    def stop() -> None:
        raise KeyboardInterrupt

    before = children()
    with pytest.raises(KeyboardInterrupt):
        list(run_bounded(CHILD, _request(tmp_path / "a.jpg", 1, OcrSettings()), pulse=stop))
    assert not children() - before


@pytest.mark.parametrize("module", ["no.such.module", "platform", "json.tool"])
def test_one_that_ends_or_talks_nonsense_is_broken(module: str) -> None:
    with pytest.raises(Broken) as broken:
        list(run_bounded(module, {}))
    assert broken.value.code == CRASHED


@pytest.mark.parametrize(
    ("work", "code"),
    [
        ("yield {}; import os; os.abort()", None),
        ("yield {}; raise ValueError('bad')", CRASHED),
        ("yield {}; yield bytearray(6 << 30)", TOO_LARGE),
        ("yield {}; import pathlib; pathlib.Path('WRITTEN').write_bytes(b'x' * 9)", CRASHED),
        ("yield {}; import socket; socket.create_connection(('127.0.0.1', 9))", CRASHED),
        ("yield {}; import urllib.request; urllib.request.urlopen('http://localhost')", CRASHED),
        ("print('noise'); import sys; print('noise', file=sys.stderr); yield {}", "end"),
    ],
)
def test_bounds_hold_within_the_process(tmp_path: Path, work: str, code: str | None) -> None:
    done = served(work.replace("WRITTEN", str(tmp_path / "written")))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0] == {} and not done.stderr
    if code is None:
        assert done.returncode and len(lines) == 1
    elif code == "end":
        assert lines[1:] == [{"end": True}] and not done.returncode
    else:
        assert lines[1]["broken"] == code
        if "url" in work or "socket" in work:
            assert "off-line" in lines[1]["words"]


def test_processor_time_is_bounded_where_nobody_is_left_to_kill_it() -> None:
    done = served("yield {}\n    while True: pass", Limits(seconds=0.2))
    assert done.returncode == -24  # SIGXCPU


def test_it_gives_way_to_everything_else() -> None:
    done = served("import os; yield {'nice': os.nice(0)}")
    assert json.loads(done.stdout.splitlines()[0])["nice"] >= 10


def test_it_has_no_network_where_the_system_lets_it_leave_ours() -> None:
    possible = subprocess.run(["unshare", "--map-root-user", "--net", "true"], capture_output=True).returncode == 0
    done = served("import os; yield {'network': os.readlink('/proc/self/ns/net')}")
    assert (json.loads(done.stdout.splitlines()[0])["network"] != os.readlink("/proc/self/ns/net")) >= possible
