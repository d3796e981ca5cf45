"""However old a ledger is, a few files tell it; killed at any step, joining leaves one that verifies and goes on."""

from __future__ import annotations

import fcntl
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from preserve.data_management import checkpoints, ledger, sealing, segment_cover
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.data_management.proof import verify_ledger
from preserve.data_management.rebuild import rebuild
from preserve.data_management.segment_joining import FAN, Span, due, join
from preserve.home import Home
from tests.support.ledgers import add_entries, export_segments, founded_home


def bound(entries: int) -> int:
    return (FAN - 1) * (int(math.log(entries, FAN) + 1e-9) + 1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return founded_home(tmp_path)


@pytest.fixture
def catalogue(home: Home) -> Iterator[Catalogue]:
    opened = open_catalogue(home)
    yield opened
    opened.close()


def many(home: Home, catalogue: Catalogue, count: int) -> None:
    """As an earlier release left it: a segment for each transaction."""
    for _ in range(count):
        add_entries(catalogue)
        with catalogue.begin() as connection:
            export_segments(connection, home.store / "ledger")


def told(home: Home) -> list[str]:
    return list(segment_cover.read_lines(home.store / "ledger", pytest.fail))


def findings(home: Home) -> list[str]:
    opened = open_catalogue(home)
    report = verify_ledger.verify_ledger(opened, home.store / "ledger", home.keys / "ledger.pub")
    opened.close()
    return [finding.code for finding in report.findings]


def joined(spans: list[Span]) -> list[Span]:
    """The spans when nothing is due any more."""
    while run := due(spans):
        start = spans.index(run[0])
        assert spans[start : start + len(run)] == run and 2 <= len(run) <= 64
        spans = [*spans[:start], (run[0][0], run[-1][1]), *spans[start + len(run) :]]
    return spans


@given(st.lists(st.one_of(st.integers(1, 3), st.integers(1, 600)), min_size=1, max_size=150))
def test_any_closings_leave_a_few_files_that_follow_each_other(lengths: list[int]) -> None:
    spans: list[Span] = []
    for length in lengths:
        last = spans[-1][1] if spans else 0
        spans = joined([*spans, (last + 1, last + length)])
        assert len(spans) <= bound(last + length)
        assert [first for first, _ in spans] == [1, *(stop + 1 for _, stop in spans[:-1])]
    old = joined([(sum(lengths[:place]) + 1, sum(lengths[: place + 1])) for place in range(len(lengths))])
    assert len(old) <= bound(sum(lengths)) and old[-1][1] == sum(lengths)


def test_an_entry_is_written_again_as_often_as_there_are_classes() -> None:
    written, spans = 0, []
    for number in range(1, 4097):
        spans.append((number, number))
        while run := due(spans):
            written += run[-1][1] - run[0][0] + 1
            spans = [*spans[: -len(run)], (run[0][0], run[-1][1])]
    assert spans == [(1, 4096)] and written <= 4 * 4096


@pytest.mark.sqlite
def test_what_is_closed_is_joined_and_says_the_same(home: Home, catalogue: Catalogue) -> None:
    folder = home.store / "ledger"
    for _ in range(30):
        add_entries(catalogue)
        sealing.close_segment(home, catalogue)
    with catalogue.read() as connection:
        assert told(home) == [entry.text for entry in ledger.entries(connection)]
        size = ledger.size(connection)
        rows = connection.execute(text("SELECT first_entry, size FROM checkpoints WHERE first_entry NOT NULL")).all()
    kept = checkpoints.segments(folder)
    assert len(kept) <= bound(size) < 30
    assert [tuple(row) for row in rows] == [(first, last) for first, last, _ in kept]
    assert len(list(folder.iterdir())) == 2 * len(kept) + 2  # the head and the key
    assert findings(home) == []


def test_what_an_earlier_release_left_is_joined_over_a_few_calls(home: Home, catalogue: Catalogue) -> None:
    many(home, catalogue, 120)
    before = told(home)
    folder = home.store / "ledger"
    assert len(checkpoints.segments(folder)) > 120
    while join(folder):
        assert told(home) == before
    assert len(checkpoints.segments(folder)) <= bound(len(before))
    sealing.close_segment(home, catalogue)
    assert findings(home) == []


@pytest.mark.sqlite
def test_a_catalogue_is_made_again_from_what_was_joined(home: Home, catalogue: Catalogue) -> None:
    many(home, catalogue, 20)
    sealing.close_segment(home, catalogue)
    sealing.seal(home)
    before = told(home)
    catalogue.close()
    home.catalogue.unlink()
    assert rebuild(home, []).entries >= len(before)
    assert findings(home) == [] and told(home) == before


_KILLED = """
import os, sys
from pathlib import Path
from preserve.data_management import sealing
from preserve.data_management.database import open_catalogue
from preserve.home import open_home

left = int(sys.argv[2])
home = open_home(Path(sys.argv[1]))
folder = str(home.store / "ledger")

def die(event, arguments):
    global left
    if event in ("os.rename", "os.remove") and str(arguments[0]).startswith(folder):
        left -= 1
        if not left:
            os._exit(9)

sys.addaudithook(die)
catalogue = open_catalogue(home)
sealing.close_segment(home, catalogue)
"""


def test_killed_before_each_step_the_ledger_verifies_and_goes_on(home: Home, catalogue: Catalogue) -> None:
    many(home, catalogue, 8)
    sealing.seal(home)
    before = told(home)
    for step in range(1, 12):
        done = subprocess.run([sys.executable, "-c", _KILLED, str(home.path), str(step)], check=False)
        assert done.returncode in (0, 9)
        assert told(home) == before and findings(home) == [], step
        if done.returncode == 0:
            break
        # The same step of the next call would be another one: begin again from what was killed half the time.
        if step % 2:
            many(home, catalogue, 1)
            sealing.seal(home)
            before = told(home)
    sealing.close_segment(home, catalogue)
    assert told(home) == before and findings(home) == []
    assert len(checkpoints.segments(home.store / "ledger")) <= bound(len(before))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _without_checkpoint(path: Path) -> None:
    path.with_suffix(".checkpoint").unlink()


@pytest.mark.parametrize("harm", [_cut, Path.unlink, _without_checkpoint])
def test_what_is_not_whole_stays_as_it_is(home: Home, catalogue: Catalogue, harm: Callable[[Path], object]) -> None:
    many(home, catalogue, 7)
    folder = home.store / "ledger"
    harm(checkpoints.segments(folder)[-1][2] if harm is _without_checkpoint else checkpoints.segments(folder)[3][2])
    left = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert join(folder) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == left


def test_a_part_that_says_otherwise_stays_beside_the_joined_one(home: Home, catalogue: Catalogue) -> None:
    many(home, catalogue, 7)
    folder = home.store / "ledger"
    part = checkpoints.segments(folder)[3][2]
    kept = {path: path.read_bytes() for path in (part, part.with_suffix(".checkpoint"))}
    sealing.close_segment(home, catalogue)
    assert not part.exists()
    for path, data in kept.items():
        path.write_bytes(data.replace(b'"actor":"', b'"actor":"x'))
    join(folder)
    assert part.exists() and "ledger.entry-contradicts-segment" in findings(home)
    for path, data in kept.items():
        path.write_bytes(data)
    join(folder)
    assert not part.exists() and findings(home) == []


@pytest.mark.sqlite
def test_a_checkpoint_that_others_stamped_stays(home: Home, catalogue: Catalogue) -> None:
    many(home, catalogue, 10)
    folder = home.store / "ledger"
    _, last, path = checkpoints.segments(folder)[4]
    (folder / f"{last:010d}.tsr").write_bytes(b"token")
    sealing.close_segment(home, catalogue)
    assert not path.exists() and path.with_suffix(".checkpoint").exists()
    assert findings(home) == []
    sealing.seal(home)
    catalogue.close()
    home.catalogue.unlink()
    rebuild(home, [])
    again = open_catalogue(home)
    with again.read() as connection:
        assert checkpoints.checkpoint_over(connection, last) is not None
    again.close()


@pytest.mark.sqlite
def test_nobody_waits_for_whoever_joins(home: Home, catalogue: Catalogue) -> None:
    many(home, catalogue, 8)
    before = len(checkpoints.segments(home.store / "ledger"))
    holder = os.open(home.work / "joining.lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        add_entries(catalogue)
        assert len(sealing.close_segment(home, catalogue).segments) == 1
        assert len(checkpoints.segments(home.store / "ledger")) == before + 1
    finally:
        os.close(holder)
    sealing.close_segment(home, catalogue)
    assert len(checkpoints.segments(home.store / "ledger")) < before
