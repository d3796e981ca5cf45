"""Machines of one archive as processes of this one: workers, a sealer, PostgreSQL, an object store; each to be hurt."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from preserve.administration.duties import Role
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive, open_archive
from preserve.errors import PreserveError
from preserve.settings import ObjectStore
from tests.support import object_store, postgresql
from tests.support.full_disk import Disk, disk
from tests.support.network import Network
from tests.support.people import staffed

PROGRAM = Path(sys.executable).parent / "preserve"
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
"""A power loss must lose nothing that was committed: so it is set where a server is killed for real."""


@dataclass
class Machines:
    """What runs: the servers, and the program's processes by what each is called.

    Where there is a network, each worker is alone in a namespace of its own. `disks` are the shared one, on which the
    home is, and PostgreSQL's.
    """

    folder: Path
    server: postgresql.Server
    archive: Archive
    store: object_store.Cluster | None
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    network: Network | None = None
    disks: dict[str, Disk] = field(default_factory=dict)
    settings: tuple[str, ...] = DURABLE
    open: ExitStack = field(default_factory=ExitStack)

    def start(self, name: str) -> None:
        """Start `sealer`, or a worker of that name; what it says goes into a file."""
        arguments = ["sealer"] if name == "sealer" else ["worker", "--join", "--node", name]
        place = self.network.command(name) if self.network and name in self.network.machines else []
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*place, PROGRAM, "--home", str(self.archive.home.path), *arguments],
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
        self.server.process = postgresql.run(self.server.folder, self.server.port, *self.settings)

    def children(self) -> list[rows.JobRow]:
        """The jobs at work of which a process lives; empty where nobody can be asked."""
        try:
            with self.archive.catalogue.read() as connection:
                found = [row for row in rows.unfinished(connection) if row.state in rows.AT_WORK and row.pid]
        except PreserveError:
            return []
        return [row for row in found if is_child(row)]

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
        self.open.close()


def is_child(row: rows.JobRow) -> bool:
    """Whether the process of that attempt lives."""
    with suppress(OSError):
        return row.id in Path(f"/proc/{row.pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    return False


def machines(folder: Path, *, bucket: bool) -> Machines:
    """An archive on a PostgreSQL server, with a sealer; its store in a bucket of SeaweedFS, or a folder. Nothing runs."""
    server = postgresql.start(None, *DURABLE)
    store = _store(object_store.Cluster(folder / "weed")) if bucket else None
    return Machines(folder, server, _archive(folder, server.make_database("archive"), store), store)


def parted_machines(folder: Path, *names: str, bucket: bool) -> Machines:
    """The same on lines that can be cut, for workers of these names, and on disks that can be full. Needs root."""
    opened, network = ExitStack(), Network()
    opened.callback(network.close)
    for name in names:
        network.add(name)
    of_server = postgresql.make_folder()
    opened.callback(shutil.rmtree, of_server, ignore_errors=True)
    disks = {
        "shared disk": opened.enter_context(disk(folder, "shared")),
        "PostgreSQL's disk": opened.enter_context(disk(of_server, "data")),
    }
    listens = f"listen_addresses=127.0.0.1,{network.address('catalogue')}"
    settings = (*DURABLE, listens, "max_wal_size=128MB")
    server = postgresql.start_on(f"{network.base}.0/24", disks["PostgreSQL's disk"].top / "server", *settings)
    store = _store(object_store.Cluster(folder / "weed", network.address("store"))) if bucket else None
    url = server.make_database("archive").replace("127.0.0.1", network.address("catalogue"))
    archive = _archive(disks["shared disk"].top, url, store)
    return Machines(folder, server, archive, store, {}, network, disks, settings, opened)


def _store(store: object_store.Cluster) -> object_store.Cluster:
    os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"] = object_store.KEY, object_store.SECRET
    store.start()
    return store


def _archive(folder: Path, url: str, store: object_store.Cluster | None) -> Archive:
    roles = {"zhou": Role.DEPOSITOR, "wu": Role.ARCHIVIST, "wang": Role.EXAMINER, "head": Role.HEAD}
    founded = staffed(folder / "home", url, None if store is None else _bucket(store), signs=True, **roles)
    settings = founded.home.path / "preserve.toml"
    settings.write_text(settings.read_text().replace("[catalogue]\n", "[catalogue]\nsealer = true\n"))
    founded.close()
    return open_archive(founded.home.path)


def _bucket(store: object_store.Cluster) -> ObjectStore:
    import boto3

    client = boto3.client("s3", endpoint_url=store.endpoint, region_name="us-east-1")
    client.create_bucket(Bucket="archive")
    return ObjectStore(kind="s3", bucket="archive", endpoint=store.endpoint)
