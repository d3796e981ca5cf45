"""A real distributed object store (SeaweedFS) on loopback, to be killed and started again: one server, or five."""

from __future__ import annotations

import json
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

KEY, SECRET = "archive", "archive-secret"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, whose neighbours by 10,000 are free too (each service has a second one).

    All below 32,768, where the kernel takes no port for outgoing connections: a server that is killed finds its own
    ports free when it comes back.
    """
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(12_000, 22_000)
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("127.0.0.1", port))
                two.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found


@dataclass
class ObjectStore:
    """One server with all of its services; `endpoint` is its S3 interface."""

    folder: Path
    ports: list[int] = field(default_factory=lambda: free_ports(4))
    process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.ports[3]}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        _write_identities(self.folder)
        master, volume, filer, s3 = self.ports
        self.process = subprocess.Popen(
            [
                _program(),
                "server",
                f"-dir={self.folder}",
                "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1",
                f"-master.port={master}",
                f"-volume.port={volume}",
                f"-filer.port={filer}",
                "-filer",
                "-s3",
                f"-s3.port={s3}",
                f"-s3.config={self.folder / 'identities.json'}",
                "-master.volumeSizeLimitMB=64",
                "-volume.max=4000",
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
                "-master.telemetry=false",
            ],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
        )
        _wait(self.endpoint, self.ports[0], [self.process], self.folder / "log")

    def kill(self) -> None:
        """SIGKILL, as a power loss."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


@dataclass
class Cluster:
    """A master, three volume servers, and a filer with the S3 interface; every chunk lies on two volume servers."""

    folder: Path
    address: str = "127.0.0.1"  # of its S3 interface
    ports: list[int] = field(default_factory=lambda: free_ports(6))
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        return f"http://{self.address}:{self.ports[5]}"

    def start(self) -> None:
        """Start what does not run, and wait until it all answers."""
        _write_identities(self.folder)
        master, filer = self.ports[0], self.ports[4]
        here = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
        self._run(
            "master",
            "master",
            *here,
            f"-port={master}",
            f"-mdir={self._made('master')}",
            "-defaultReplication=001",
            "-volumeSizeLimitMB=64",
            "-telemetry=false",
        )
        for number in range(3):
            self.start_volume(number)
        self._run(
            "filer",
            "filer",
            *here,
            f"-port={filer}",
            f"-master=127.0.0.1:{master}",
            f"-defaultStoreDir={self._made('filer')}",
            "-s3",
            f"-s3.ip.bind={self.address}",
            f"-s3.port={self.ports[5]}",
            f"-s3.config={self.folder / 'identities.json'}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        )
        _wait(self.endpoint, master, list(self.processes.values()), self.folder / "filer.log", volumes=3)

    def start_volume(self, number: int) -> None:
        """Start one volume server, where it does not run."""
        name = f"volume-{number}"
        here = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-port={self.ports[1 + number]}"]
        self._run(name, "volume", *here, f"-master=127.0.0.1:{self.ports[0]}", f"-dir={self._made(name)}", "-max=200")

    def kill(self, name: str = "") -> None:
        """SIGKILL, as a power loss: one of them, or all."""
        for one in [name] if name else list(self.processes):
            process = self.processes.pop(one, None)
            if process is not None:
                process.send_signal(signal.SIGKILL)
                process.wait()

    def _made(self, name: str) -> Path:
        (self.folder / name).mkdir(parents=True, exist_ok=True)
        return self.folder / name

    def _run(self, name: str, *arguments: str) -> None:
        if name in self.processes and self.processes[name].poll() is None:
            return
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen([_program(), *arguments], stdout=subprocess.DEVNULL, stderr=log)


def _program() -> str:
    return shutil.which("weed") or str(Path(sys.executable).parent / "weed")


def _write_identities(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    identity = {
        "name": "a",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "identities.json").write_text(json.dumps({"identities": [identity]}))


def _wait(endpoint: str, master: int, running: list[subprocess.Popen[bytes]], log: Path, volumes: int = 1) -> None:
    """Until the store answers and so many volume servers take writes."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and all(process.poll() is None for process in running):
        if _answers(endpoint, master, volumes):
            return
    raise AssertionError(log.read_text()[-2000:])


def _answers(endpoint: str, master: int, volumes: int) -> bool:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{master}/dir/status", timeout=2) as answer:
            if answer.read().count(b'"PublicUrl"') < volumes:
                return False
        with urllib.request.urlopen(f"http://127.0.0.1:{master}/dir/assign", timeout=2) as answer:
            assigned = b"fid" in answer.read()
        settings = Config(connect_timeout=1, read_timeout=2, retries={"max_attempts": 1})
        client = boto3.client("s3", endpoint_url=endpoint, config=settings, region_name="us-east-1")
        client.list_buckets()
        return assigned
    except (BotoCoreError, ClientError, urllib.error.URLError, OSError):
        return False
