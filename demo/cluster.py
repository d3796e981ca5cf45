"""`make demo-cluster`: one archive, a PostgreSQL server, a sealer and two workers; kills in the middle; nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from demo.showing import ZH, say
from preserve.administration.duties import Role
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive, open_archive
from preserve.errors import PreserveError
from preserve.services import jobs
from tests.support import postgresql
from tests.support.people import session, staffed
from tests.support.tiny_case import write_whole_case

PROGRAM = Path(sys.executable).parent / "preserve"
CASES = 50
_PATIENCE = 900.0
_DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")


@dataclass
class Cluster:
    """What runs: the server and the processes of the program, by what each is called."""

    folder: Path
    server: postgresql.Server
    archive: Archive
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *arguments: str) -> None:
        """Start a process of the program; what it says goes into a file."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [PROGRAM, "--home", str(self.archive.home.path), *arguments],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def kill(self, name: str) -> None:
        """Kill it as a power failure would."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def kill_server(self) -> None:
        """Kill every process of the server."""
        os.killpg(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()

    def start_server(self) -> None:
        """Start it again over what it left, at the same port."""
        self.server.process = postgresql.run(self.server.folder, self.server.port, *_DURABLE)

    def done(self) -> int:
        """How many jobs are done; the same as before where nobody can be asked."""
        try:
            with self.archive.catalogue.read() as connection:
                return rows.count(connection).get("done", 0)
        except PreserveError:
            return -1

    def stop(self) -> None:
        """Ask everything to stop."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(60)
        self.archive.close()
        self.server.stop()


def until(cluster: Cluster, wanted: Callable[[], bool]) -> None:
    """Look until it is so."""
    end, said = time.monotonic() + _PATIENCE, -2
    while not wanted():
        if time.monotonic() > end:
            raise SystemExit("the cluster does not come to an end: see " + str(cluster.folder))
        if (done := cluster.done()) >= 0 and done != said:
            print(f"  {done}/{CASES}", flush=True)
            said = done
        time.sleep(0.5)
