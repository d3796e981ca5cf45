"""A machine whose line to PostgreSQL is cut, between network namespaces: another does its work, and it does nothing twice."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.delivered import all_there_once, ask, at_work, row_of, until
from tests.support.machines import is_child, parted_machines
from tests.support.network import Network, Server, Way

_ASKS = """
import socket, sys
with socket.socket(type=socket.SOCK_DGRAM) as asking:
    asking.settimeout(1)
    asking.sendto(b"question", (sys.argv[1], int(sys.argv[2])))
    try:
        asking.recv(64)
    except TimeoutError:
        sys.exit(1)
"""


@pytest.mark.parametrize("way", ["there", "back"])
def test_work_behind_a_line_that_was_cut_is_done_once(tmp_path: Path, way: Way) -> None:
    held = parted_machines(tmp_path, "a", "b", bucket=False)
    assert held.network is not None
    try:
        held.see_to("sealer", "a")
        asked = ask(held.archive, 2)
        row = at_work(held.archive, asked)
        held.network.cut("a", "catalogue", way)
        held.see_to("b")
        until(lambda: row_of(held.archive, row.id).attempt > row.attempt)
        held.network.mend("a")
        until(lambda: not is_child(row))
        all_there_once(held.archive, asked)
    finally:
        held.stop()


def test_a_line_is_cut_one_way_or_both_and_no_other_with_it() -> None:
    network = Network()
    network.add("a")
    network.add("b")
    try:
        assert _reached(network, "a", "catalogue") == (True, True)
        for way, wanted in {"there": (False, False), "back": (True, False), "both": (False, False)}.items():
            network.cut("a", "catalogue", way)  # type: ignore[arg-type]
            assert _reached(network, "a", "catalogue") == wanted, way
            assert _reached(network, "a", "store") == _reached(network, "b", "catalogue") == (True, True)
        network.mend("a")
        assert _reached(network, "a", "catalogue") == (True, True)
    finally:
        network.close()


def _reached(network: Network, name: str, server: Server) -> tuple[bool, bool]:
    """Whether a question of that machine comes to the server, and whether the answer comes back."""
    with socket.socket(type=socket.SOCK_DGRAM) as listening:
        listening.bind((network.address(server), 0))
        listening.settimeout(0.5)
        asking = [sys.executable, "-c", _ASKS, *map(str, listening.getsockname())]
        with subprocess.Popen([*network.command(name), *asking]) as machine:
            try:
                while machine.poll() is None:
                    with suppress(TimeoutError):
                        listening.sendto(b"answer", listening.recvfrom(64)[1])
                        return True, machine.wait() == 0
            finally:
                machine.kill()
    return False, machine.returncode == 0
