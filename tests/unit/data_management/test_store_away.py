"""The ledger's files and a store that is away: what either lacks the other gives, and joined segments go there too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from preserve import kept_records
from preserve.administration.founding import found
from preserve.clock import now
from preserve.data_management import ledger, sealing
from preserve.data_management.database import open_catalogue
from preserve.data_management.segment_joining import FAN
from preserve.home import Home, ObjectStore
from storage_adapters.reading import walk_files
from tests.support.buckets import bucket, server
from tests.support.delivered import until
from tests.support.object_store import ObjectStore as Server

__all__ = ["server"]
pytestmark = pytest.mark.xdist_group("s3")
HEAD = "ledger/checkpoint.txt"


@pytest.fixture
def home(server: Server, tmp_path: Path) -> Home:
    made = bucket(server)
    store = ObjectStore(kind="s3", bucket=made.bucket, endpoint=server.endpoint)
    options = {"institution": "局", "policy": "compact", "store": store, "digests": ("sha256",), "language": "zh"}
    return found(tmp_path / "home", **options).home  # type: ignore[arg-type]


def enter(home: Home) -> None:
    catalogue = open_catalogue(home)
    with catalogue.begin() as connection:
        ledger.append(connection, action="audit.drawn", subject="x", actor="li", details={}, moment=now())
    catalogue.close()
    sealing.seal(home)


def records(home: Home) -> set[str]:
    found = kept_records.records_of(home)
    assert found is not None
    return {name for name, _ in found.names()}


def test_each_sealing_is_told(home: Home) -> None:
    before = kept_records.read(home, HEAD)
    enter(home)
    assert before != kept_records.read(home, HEAD) == (home.store / HEAD).read_bytes()


def test_a_store_that_missed_a_sealing_is_told_by_the_next_write(home: Home, tmp_path: Path) -> None:
    earlier = kept_records.read(home, HEAD)
    assert earlier is not None
    enter(home)
    (home.store / "ledger" / "old").write_bytes(earlier)
    kept = kept_records.records_of(home)
    assert kept is not None
    kept.replace(HEAD, home.store / "ledger" / "old")
    catalogue = open_catalogue(home)
    with catalogue.begin():
        assert kept_records.read(home, HEAD) == (home.store / HEAD).read_bytes() != earlier
    catalogue.close()


_WRITES = """
import sys
from pathlib import Path
from preserve.data_management.database import open_catalogue
from preserve.home import open_home

catalogue = open_catalogue(open_home(Path(sys.argv[1])))
print("begins", flush=True)
with catalogue.begin():
    print("has begun", flush=True)
"""


def is_connected(pid: int, port: int) -> bool:
    """Whether a process has a connection to a port of loopback."""
    mine = {os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir()}
    lines = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return any(line[2] == f"0100007F:{port:04X}" and f"socket:[{line[9]}]" in mine for line in lines)


def test_nobody_waits_for_who_asks_a_store_that_hangs(home: Home, server: Server) -> None:
    catalogue = open_catalogue(home)
    with catalogue.begin():
        pass  # this process has held the ledger to its witnesses
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    try:
        asked = [sys.executable, "-c", _WRITES, str(home.path)]
        with subprocess.Popen(asked, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None and other.stdout.readline() == "begins\n"
            until(lambda: is_connected(other.pid, server.ports[3]))
            with catalogue.begin():
                pass
            server.process.send_signal(signal.SIGCONT)
            assert other.stdout.readline() == "has begun\n"
    finally:
        server.process.send_signal(signal.SIGCONT)
        catalogue.close()


def test_joined_segments_take_the_place_of_their_parts_there_too(home: Home) -> None:
    catalogue = open_catalogue(home)
    for _ in range(FAN + 2):
        enter(home)
        sealing.close_segment(home, catalogue)
    catalogue.close()
    here = {name for name in walk_files(home.store) if name.startswith(("ledger/", "looks/"))}
    assert records(home) == here and len([name for name in here if name.endswith(".jsonl")]) < FAN


def test_files_that_this_machine_lost_come_back(home: Home) -> None:
    catalogue = open_catalogue(home)
    enter(home)
    sealing.close_segment(home, catalogue)
    catalogue.close()
    before = {name: (home.store / name).read_bytes() for name in walk_files(home.store) if name.startswith("ledger/")}
    for name in before:
        (home.store / name).unlink()
    catalogue = open_catalogue(home)
    with catalogue.begin():
        after = {name: (home.store / name).read_bytes() for name in before}
    catalogue.close()
    assert after == before
