"""A PostgreSQL server of the tests' own: on loopback, as an unprivileged user, gone with the run."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

PROGRAMS = Path("/usr/lib/postgresql")
# Nothing of a test must survive a power loss; everything else is as it is shipped.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_TUNED = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "shared_buffers=64MB")
# As tests that tamper with rows say it, which read the same for both engines then.
_ZEROBLOB = (
    "CREATE FUNCTION pg_catalog.zeroblob(length integer) RETURNS bytea LANGUAGE sql IMMUTABLE"
    " AS $$ SELECT decode(repeat('00', length), 'hex') $$"
)


@dataclass
class Server:
    """A running server; `url` names its user and port, and no database."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://preserve@127.0.0.1:{self.port}/{database}"

    def ask(self, sql: str, database: str = "postgres", **values: object) -> list[tuple[object, ...]]:
        """Run one statement outside any transaction, as its owner; its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            answer = connection.execute(sql, values or None)
            return answer.fetchall() if answer.description else []

    def make_database(self, name: str, *, locale: str = "C") -> str:
        """A new database in that order of characters; its address."""
        self.ask(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE '{locale}'")
        self.ask(_ZEROBLOB, name)
        return self.url(name)

    def pids(self) -> list[int]:
        """Its processes, the first of them first."""
        pid = self.process.pid
        return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())]

    def kill(self) -> None:
        """Kill every process of it, as a power failure would."""
        _, *children = pids = self.pids()
        for each in pids:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self.process.wait()
        for each in children:
            while Path(f"/proc/{each}").exists() and "State:\tZ" not in _status(each):
                pass

    def stop(self) -> None:
        """Stop it at once and remove what it kept."""
        self.process.send_signal(signal.SIGINT)  # SIGTERM would wait until every client has left
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _status(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "State:\tZ"


def program(name: str) -> str:
    """The newest server's program of that name, where Debian puts it."""
    found = sorted(PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: int(path.parent.parent.name))
    assert found, f"{name} is not installed: make setup"
    return str(found[-1])


def as_nobody() -> dict[str, object]:
    """How `subprocess` starts a program as a user that may do nothing: the server refuses to run as root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def make_folder() -> Path:
    """An empty folder that the server's user may write."""
    folder = Path(tempfile.mkdtemp(prefix="preserve-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    return folder


def init(data: Path) -> None:
    """An empty cluster, in the order of characters that the catalogue asks for."""
    subprocess.run(
        [program("initdb"), "-D", data, "-U", "preserve", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        check=True,
        capture_output=True,
        cwd="/",
        **as_nobody(),  # type: ignore[call-overload]
    )


def start_on(network: str, folder: Path, *settings: str) -> Server:
    """Start a server over a new cluster in `folder`, which is made, that also takes clients of a network (`a.b.c.0/24`)."""
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    init(folder / "data")
    with (folder / "data" / "pg_hba.conf").open("a", encoding="ascii") as allowed:
        allowed.write(f"host all all {network} trust\n")
    return start(folder, *settings)


def start(folder: Path | None = None, *settings: str, port: int = 0) -> Server:
    """Start a server over a cluster in `folder`/data, which is made where none is; wait until it answers."""
    folder = folder or make_folder()
    data = folder / "data"
    if not data.exists():
        init(data)
    port = port or free_port()
    return Server(folder, port, run(folder, port, *settings))


def run(folder: Path, port: int, *settings: str) -> subprocess.Popen[bytes]:
    """Start a server over the cluster in `folder`/data at a port, and wait until it answers."""
    options = [option for one in (*_TUNED, *FAST, f"port={port}", *settings) for option in ("-c", one)]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [program("postgres"), "-D", folder / "data", *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            **as_nobody(),  # type: ignore[call-overload]
        )
    ready = [program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-d", "postgres"]
    while subprocess.run(ready, check=False).returncode:
        assert process.poll() is None, (folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]
    return process
