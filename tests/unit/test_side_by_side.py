"""Pieces of work side by side in one process: each is stopped alone, speaks its own language, and takes no priority."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from preserve import work
from preserve.administration.proceedings.records import keep_paper
from preserve.archival_storage.pace import stepped_back
from preserve.errors import Stopped
from preserve.messages import language, speaking
from preserve.programs import run
from preserve.progress import ask_to_stop, check_stop, stoppable
from preserve.work import threads
from storage_adapters.contract import ExpectedFile
from storage_adapters.reading import check_files


def test_threads_of_a_pool_speak_the_language_of_who_submits() -> None:
    with speaking("en"), threads(2) as pool:
        submitted, mapped = pool.submit(language).result(), list(pool.map(lambda _: language(), range(3)))
    assert submitted == "en" and mapped == ["en"] * 3


def test_threads_of_a_pool_hear_the_wish_to_stop() -> None:
    with stoppable() as stop, threads(1) as pool:
        pool.submit(check_stop).result()
        stop.set()
        with pytest.raises(Stopped):
            pool.submit(check_stop).result()


def test_one_piece_of_work_that_is_stopped_stops_no_other() -> None:
    stopped: list[str] = []
    both = threading.Barrier(2, timeout=20)

    def work(name: str, asked: bool) -> None:
        with stoppable(), threads(1) as pool:
            if asked:
                ask_to_stop()
            both.wait()
            try:
                pool.submit(check_stop).result()
            except Stopped:
                stopped.append(name)

    pieces = [threading.Thread(target=work, args=("this one", True)), threading.Thread(target=work, args=("it", False))]
    for piece in pieces:
        piece.start()
    for piece in pieces:
        piece.join(20)
    assert stopped == ["this one"]


def test_a_program_is_killed_by_the_wish_to_stop_of_its_own_work() -> None:
    def work() -> float:
        with stoppable() as stop:
            threading.Timer(0.3, stop.set).start()
            began = time.monotonic()
            with pytest.raises(Stopped):
                run(["sleep", "60"], lambda seconds: check_stop())
            return time.monotonic() - began

    with threads(1) as pool:
        assert pool.submit(work).result() < 20


def test_reading_threads_of_a_store_ask_the_work_that_reads(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"bytes")
    with stoppable() as stop:
        stop.set()
        with pytest.raises(Stopped):
            list(
                check_files(
                    tmp_path, [ExpectedFile("file", None, {})], from_medium=False, progress=lambda moved: check_stop()
                )
            )


def test_stepping_back_ends_with_the_work() -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = priority()
    with speaking("en"):
        within, spoken = stepped_back(lambda: (priority(), language()))
    assert within == min(19, before + 10) and spoken == "en"
    assert priority() == before


def test_an_error_of_stepped_back_work_goes_on() -> None:
    with pytest.raises(ZeroDivisionError):
        stepped_back(lambda: 1 / 0)


def test_two_papers_kept_at_once_do_not_meet(tmp_path: Path) -> None:
    """Both in one process and with one name, as two uploads to one request are."""
    sources = []
    for number in range(8):
        source = tmp_path / f"{number}" / "申请.pdf"
        source.parent.mkdir()
        source.write_bytes(f"{number}".encode() * 300_000)
        sources.append(source)
    folder = tmp_path / "request"
    with threads(8) as pool:
        kept = list(pool.map(lambda source: keep_paper(folder, "application", source), sources))
    assert len({paper.sha256 for paper in kept}) == 8
    assert {(folder / paper.file).read_bytes()[:1] for paper in kept} == {f"{number}".encode() for number in range(8)}
    assert not list((folder / "papers").glob(".*"))


@pytest.mark.parametrize("locale", ["C", "xx_XX.UTF-8", "C.UTF-8"])
def test_a_recording_with_a_chinese_name_is_read_in_any_locale(locale: str, tmp_path: Path) -> None:
    """And the locale of the process stays as it was: other threads rely on it."""
    recording = tmp_path / "现场.wav"
    run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "sine=d=1", str(recording)])
    code = (
        "import locale, sys; from datetime import UTC; from pathlib import Path\n"
        "from preserve.ingest.readers import av; from preserve.ingest.readers.report import Report\n"
        "before = locale.setlocale(locale.LC_CTYPE); report = Report('x')\n"
        "av.read(Path(sys.argv[1]), report, UTC)\n"
        "assert locale.setlocale(locale.LC_CTYPE) == before\n"
        "assert report.duration == 1.0 and not report.findings, report\n"
    )
    environment = {"PATH": os.environ["PATH"], "LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "1"}
    _run_python(code, recording, environment)


def _run_python(code: str, path: Path, environment: dict[str, str]) -> None:
    ended = subprocess.run([sys.executable, "-c", code, str(path)], env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def test_threads_are_started_where_they_get_their_context() -> None:
    """And no name is made of the process's number, which everything in one process shares."""
    source = Path(work.__file__).parent
    bare = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r"ThreadPoolExecutor\(\w|os\.getpid\(\)", path.read_text(encoding="utf-8"))
    }
    # Where the pool is and a worker asks who its parent is, where a fork leaves its parent's children and files alone,
    # where a job or a machine says which process it is, where nothing of a request is asked in the thread (parts that are
    # sent, children that are waited for), and where another program is given a file that has no name.
    pools = {"work.py", "pictures/helper.py", "typesetting/fonts.py"}
    told = {
        "archival_storage/object_store.py",
        "services/delivered_work.py",
        "services/deposit_files.py",
        "services/job_child.py",
        "services/job_children.py",
        "services/joining.py",
        "services/machine_reading_copies.py",
    }
    assert bare == pools | told
