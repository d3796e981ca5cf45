"""What happens to machines of one archive while they work: each fault at what has just work to do, until that goes on."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import get_args

from preserve.data_management import jobs as rows
from tests.campaigns.cluster_work import Campaign, insist, until
from tests.support.machines import is_child
from tests.support.network import Server, Way

_PAUSE = 15.0  # seconds for which a part hangs: longer than any lease, shorter than what stops all work
_AWAY = 18.0  # seconds for which a line is cut at least: longer than it takes until another does the work
_FULL = 20.0  # seconds for which a disk is full


@dataclass
class Faults:
    """Hurts what a campaign has; `struck` counts by kind, `during` by what was at work."""

    campaign: Campaign
    struck: Counter[str] = field(default_factory=Counter)
    during: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0  # until the work of a killed machine went on
    returned: int = 0  # attempts that came back from behind a cut line when another had their work

    def kinds(self) -> dict[str, Callable[[rows.JobRow], None]]:
        """What can be done to what there is."""
        held = self.campaign.held
        found: dict[str, Callable[[rows.JobRow], None]] = {
            "child killed": lambda row: os.kill(row.pid or 0, signal.SIGKILL),
            "child stopped": lambda row: os.kill(row.pid or 0, signal.SIGSTOP),  # for good: its worker has to see it
            "worker killed": self._kill_worker,
            "worker stopped": self._stop_worker,
            "PostgreSQL killed": self._kill_server,
            "sealer killed": lambda row: held.kill("sealer"),
            "sealer stopped": lambda row: self._pause([held.processes["sealer"].pid]),
            "PostgreSQL stopped": lambda row: self._pause(held.server.pids()),
        }
        if held.store is not None:
            found["volume server killed"] = self._kill_volume
            found["volume server stopped"] = self._stop_volume
            found["line to the store cut"] = lambda row: self._cut(row, "store")
        if held.network is not None:
            found["line to PostgreSQL cut"] = lambda row: self._cut(row, "catalogue")
        for name in held.disks:
            found[f"{name} full"] = lambda row, name=name: self._fill(name)  # type: ignore[misc]
        return found

    def strike(self, kind: str = "") -> None:
        """Hurt one of them while it works, by chance or as said, and wait until that work goes on."""
        campaign, kinds = self.campaign, self.kinds()
        insist(campaign.ask, campaign.see_to)
        row = self._at_work()
        kind = kind or campaign.chance.choice(sorted(kinds))
        began = time.monotonic()
        with suppress(ProcessLookupError):  # it has just ended
            kinds[kind](row)
        self.struck[kind] += 1
        self.during[row.operation] += 1
        campaign.see_to()
        made = len(campaign.versions())  # one job makes those of 200 cases: it may go on for an hour
        until(lambda: self._went_on(row) or len(campaign.versions()) > made + 1, campaign.see_to)
        took = time.monotonic() - began
        if kind == "worker killed":
            self.longest = max(self.longest, took)
        print(f"{self.struck.total()}: {kind} at {row.operation}, on again after {took:.1f} s", flush=True)

    def _at_work(self) -> rows.JobRow:
        found: list[rows.JobRow] = []

        def some() -> bool:
            self.campaign.go_on()
            self.campaign.ask()
            found[:] = self.campaign.held.children()
            return bool(found)

        until(some, self.campaign.see_to)
        return self.campaign.chance.choice(found)

    def _went_on(self, row: rows.JobRow) -> bool:
        self.campaign.go_on()
        return self._is_past(row)

    def _is_past(self, row: rows.JobRow) -> bool:
        """Whether that attempt is over: the job is done, or another attempt is at it."""
        with self.campaign.held.archive.catalogue.read() as connection:
            now = rows.read(connection, row.id)
        return now.state == "done" or (now.attempt > row.attempt and now.state == "running")

    def _kill_server(self, row: rows.JobRow) -> None:
        self.campaign.held.kill_server()
        self.campaign.held.start_server()

    def _kill_worker(self, row: rows.JobRow) -> None:
        with suppress(KeyError):
            self.campaign.held.kill(row.node or "")

    def _stop_worker(self, row: rows.JobRow) -> None:
        """Stop a machine whole until another has its work, then let it come back."""
        processes = self.campaign.held.processes
        pids = [row.pid or 0, *([processes[row.node or ""].pid] if row.node in processes else [])]
        _signal(pids, signal.SIGSTOP)
        try:
            until(lambda: self._went_on(row), lambda: None)
        finally:
            _signal(pids, signal.SIGCONT)

    def _pause(self, pids: list[int]) -> None:
        _signal(pids, signal.SIGSTOP)
        try:
            _wait(_PAUSE)
        finally:
            _signal(pids, signal.SIGCONT)

    def _stop_volume(self, row: rows.JobRow) -> None:
        assert self.campaign.held.store is not None
        self._pause([self.campaign.held.store.processes[f"volume-{self.campaign.chance.randrange(3)}"].pid])

    def _kill_volume(self, row: rows.JobRow) -> None:
        assert self.campaign.held.store is not None
        self.campaign.held.store.kill(f"volume-{self.campaign.chance.randrange(3)}")

    def _cut(self, row: rows.JobRow, server: Server) -> None:
        """Cut one line of the machine that is at it, one way or both.

        Without PostgreSQL it is as good as dead to the others: the line comes back when its work is another's, and its
        attempt, where it still lives, ends and writes nothing. Without the store it has its work, and waits.
        """
        campaign, name = self.campaign, row.node or ""
        network = campaign.held.network
        assert network is not None
        way = self.campaign.chance.choice(get_args(Way))
        print(f"   {name} cut off from {server}: {way}", flush=True)
        network.cut(name, server, way)
        try:
            _wait(_AWAY)
            if server == "catalogue":
                until(lambda: self._went_on(row), lambda: campaign.see_to(but=name))
        finally:
            came_back = is_child(row)
            network.mend(name)
        if server == "catalogue" and came_back:
            self.returned += 1
            until(lambda: not is_child(row), lambda: None)

    def _fill(self, name: str) -> None:
        """Nobody finds room on a disk for a while; whoever keeps the server starts it again then, where it gave up."""
        held = self.campaign.held
        end = time.monotonic() + _FULL
        try:
            while time.monotonic() < end:
                held.disks[name].fill()  # again and again: others let go of files
                time.sleep(0.5)
        finally:
            held.disks[name].free()
        if held.server.process.poll() is not None:
            held.start_server()


def _wait(seconds: float) -> None:
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end, lambda: None)


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # it has just ended
            os.kill(pid, number)
