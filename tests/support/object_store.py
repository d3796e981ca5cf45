"""A real distributed object store (SeaweedFS) on loopback, to be killed and started again."""

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
        self.folder.mkdir(exist_ok=True)
        identity = {
            "name": "a",
            "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        (self.folder / "identities.json").write_text(json.dumps({"identities": [identity]}))
        program = shutil.which("weed") or str(Path(sys.executable).parent / "weed")
        master, volume, filer, s3 = self.ports
        self.process = subprocess.Popen(
            [
                program,
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
                "-volume.max=400",
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
                "-master.telemetry=false",
            ],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
        )
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._answers():
                return
        raise AssertionError((self.folder / "log").read_text()[-2000:])

    def _answers(self) -> bool:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            settings = Config(connect_timeout=1, read_timeout=2, retries={"max_attempts": 1})
            client = boto3.client("s3", endpoint_url=self.endpoint, config=settings, region_name="us-east-1")
            client.list_buckets()
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[0]}/dir/assign", timeout=2) as answer:
                return b"fid" in answer.read()
        except (BotoCoreError, ClientError, urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """SIGKILL, as a power loss."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None
