"""Machines of one archive as processes of this one: workers, a sealer, PostgreSQL, an object store; each to be hurt."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from preserve.administration.duties import Role
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive, open_archive
from preserve.errors import PreserveError
from preserve.settings import ObjectStore
from tests.support import object_store, postgresql
from tests.support.people import staffed

PROGRAM = Path(sys.executable).parent / "preserve"
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
"""A power loss must lose nothing that was committed: so it is set where a server is killed for real."""


@dataclass
class Machines:
    """What runs: the servers, and the program's processes by what each is called."""

    folder: Path
    server: postgresql.Server
    archive: Archive
    store: object_store.Cluster | None
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start `sealer`, or a worker of that name; what it says goes into a file."""
        arguments = ["sealer"] if name == "sealer" else ["worker", "--join", "--node", name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [PROGRAM, "--home", str(self.archive.home.path), *arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def see_to(self, *names: str) -> None:
        """Start what does not run, as whatever keeps services does it."""
        for name in names:
            if (process := self.processes.get(name)) is None or process.poll() is not None:
                self.start(name)

    def kill(self, name: str) -> None:
        """Kill it as a power failure would."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def kill_server(self) -> None:
        """Kill every process of PostgreSQL."""
        self.server.kill()

    def start_server(self) -> None:
        """Start it again over what it left, at the same port."""
        self.server.process = postgresql.run(self.server.folder, self.server.port, *DURABLE)

    def children(self) -> list[rows.JobRow]:
        """The jobs at work of which a process lives; empty where nobody can be asked."""
        try:
            with self.archive.catalogue.read() as connection:
                found = [row for row in rows.unfinished(connection) if row.state in rows.AT_WORK and row.pid]
        except PreserveError:
            return []
        return [row for row in found if _is_child(row)]

    def done(self) -> int:
        """How many jobs are done; -1 where nobody can be asked."""
        return self.states().get("done", 0) if self.states() else -1

    def states(self) -> dict[str, int]:
        """How many jobs there are in each state; empty where nobody can be asked."""
        try:
            with self.archive.catalogue.read() as connection:
                return rows.count(connection)
        except PreserveError:
            return {}

    def stop(self) -> None:
        """Ask everything to stop; what does not within a minute is killed."""
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGCONT)
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.archive.close()
        self.server.stop()
        if self.store is not None:
            self.store.kill()


def _is_child(row: rows.JobRow) -> bool:
    with suppress(OSError):
        return row.id in Path(f"/proc/{row.pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    return False


def machines(folder: Path, *, bucket: bool) -> Machines:
    """An archive on a PostgreSQL server, with a sealer; its store in a bucket of SeaweedFS, or a folder. Nothing runs."""
    server = postgresql.start(None, *DURABLE)
    url = server.make_database("archive")
    store, place = None, None
    if bucket:
        store = object_store.Cluster(folder / "weed")
        os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"] = object_store.KEY, object_store.SECRET
        store.start()
        place = _bucket(store)
    roles = {"zhou": Role.DEPOSITOR, "wu": Role.ARCHIVIST, "wang": Role.EXAMINER, "head": Role.HEAD}
    founded = staffed(folder / "home", url, place, signs=True, **roles)
    settings = founded.home.path / "preserve.toml"
    settings.write_text(settings.read_text().replace("[catalogue]\n", "[catalogue]\nsealer = true\n"))
    founded.close()
    return Machines(folder, server, open_archive(founded.home.path), store)


def _bucket(store: object_store.Cluster) -> ObjectStore:
    import boto3

    client = boto3.client("s3", endpoint_url=store.endpoint, region_name="us-east-1")
    client.create_bucket(Bucket="archive")
    return ObjectStore(kind="s3", bucket="archive", endpoint=store.endpoint)
