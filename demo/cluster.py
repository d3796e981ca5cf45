"""`make demo-cluster`: one archive, a PostgreSQL server, a sealer and two workers; kills in the middle; nothing is lost."""

from __future__ import annotations

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
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """Kill it as a power failure would."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def kill_server(self) -> None:
        """Kill every process of the server."""
        self.server.kill()

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


def main() -> None:
    """Found, ask for the cases, kill, and show what is there."""
    folder = Path("demo-output/cluster").absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    say("一台 PostgreSQL、一个签名进程、两个工作节点", "A PostgreSQL server, a sealer, two workers")
    server = postgresql.start(None, *_DURABLE)
    url = server.make_database("archive")
    founded = staffed(folder / "home", url, zhou=Role.DEPOSITOR, wu=Role.ARCHIVIST)
    settings = founded.home.path / "preserve.toml"
    settings.write_text(settings.read_text().replace("[catalogue]\n", "[catalogue]\nsealer = true\n"))
    founded.close()
    cluster = Cluster(folder, server, open_archive(founded.home.path))
    try:
        _run(cluster)
    finally:
        cluster.stop()


def _run(cluster: Cluster) -> None:
    begun = time.monotonic()
    cluster.start("sealer", "sealer")
    for name in ("a", "b"):
        cluster.start(name, "worker", "--join", "--node", name)
    say(f"提交 {CASES} 个案件", f"{CASES} cases are handed in")
    inbox = cluster.archive.home.path / "inbox"
    for number in range(1, CASES + 1):
        write_whole_case(inbox / f"{number:03}", case_number=f"临文综罚〔2026〕{number}号")
        asked = {"sip": str(inbox / f"{number:03}"), "jobs": 1}
        jobs.ask(session(cluster.archive, "zhou"), "deposits.ingest", asked, key=f"case {number}")
    until(cluster, lambda: cluster.done() >= CASES // 5)
    say("强行结束节点 a", "Node a is killed")
    cluster.kill("a")
    until(cluster, lambda: cluster.done() >= CASES * 2 // 5)
    say("强行结束 PostgreSQL 的全部进程，再启动", "Every process of PostgreSQL is killed, and it is started again")
    cluster.kill_server()
    cluster.start_server()
    for name in ("a", "b", "sealer"):
        if (process := cluster.processes.get(name)) is None or process.poll() is not None:
            cluster.start(name, *(("sealer",) if name == "sealer" else ("worker", "--join", "--node", f"{name}2")))
    until(cluster, lambda: cluster.done() >= CASES)
    print(f"  {time.monotonic() - begun:.0f} s", flush=True)
    show(cluster)


def show(cluster: Cluster) -> None:
    """What is there, by the program's own commands; ends otherwise than well where anything is missing or twice."""
    home = str(cluster.archive.home.path)
    for arguments in (["cluster", "status"], ["ledger", "verify"]):
        print("$ preserve " + " ".join(arguments), flush=True)
        subprocess.run([PROGRAM, "--home", home, *arguments], check=True)
    with cluster.archive.catalogue.read() as connection:
        cases = connection.exec_driver_sql("SELECT case_number, count(*) FROM cases GROUP BY case_number").all()
        registered = connection.exec_driver_sql("SELECT count(*) FROM ledger WHERE action = 'case.registered'").scalar()
    packages = [path.name for path in cluster.archive.home.store.glob("aip-*_v*")] or [
        path.name for path in cluster.archive.home.store.rglob("aip-*_v0001") if path.is_dir()
    ]
    twice = [number for number, count in cases if count != 1]
    print(
        f"{'案卷' if ZH else 'cases'} {len(cases)}, {'信息包' if ZH else 'packages'} {len(packages)},"
        f" {'登记' if ZH else 'registered'} {registered}, {'重复' if ZH else 'twice'} {len(twice)}"
    )
    if (len(cases), len(packages), registered, twice) != (CASES, CASES, CASES, []):
        raise SystemExit("something is missing, or there twice")


if __name__ == "__main__":
    main()
