"""A network of machines on one kernel: each in a network namespace of its own, its lines cut one way or both. Needs root.

A line is cut by a wrong hardware address for the other end, at the end that sends: what it sends arrives nowhere, and
nobody is told so, neither who sends nor who waits. That is how a switch fails; a route that is away would be told at once.
"""

from __future__ import annotations

import random
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.support.loop import run

Server = Literal["catalogue", "store"]
Way = Literal["there", "back", "both"]
"""What does not arrive: what the machine sends, what the server sends, or either."""

_SERVERS: tuple[Server, ...] = ("catalogue", "store")
_NOBODY = "02:00:00:00:00:ff"


@dataclass
class _Machine:
    """`holder` keeps the namespace until its input ends; `link` is our end of its cable, `place` counts the machines."""

    holder: subprocess.Popen[bytes]
    link: str
    place: int

    def inside(self, *command: str) -> list[str]:
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--", *command]


@dataclass
class Network:
    """Machines by name, and the two servers' addresses, which are ours.

    The addresses are taken by chance, so that several networks can be on one kernel. Everything goes with this process:
    the namespaces when their holders' input ends, with them the cables, with those the addresses.
    """

    base: str = field(default_factory=lambda: f"10.{random.randrange(180, 250)}.{random.randrange(250)}")
    machines: dict[str, _Machine] = field(default_factory=dict)

    def address(self, server: Server) -> str:
        """Where a server listens; once there is a machine."""
        return f"{self.base}.{1 + _SERVERS.index(server)}"

    def add(self, name: str) -> None:
        """A machine with a cable to us; it speaks to each server from an address of its own."""
        place = len(self.machines) + 1
        holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE, start_new_session=True)
        until = time.monotonic() + 20
        while _namespace(holder.pid) == _namespace("self"):
            assert time.monotonic() < until, "the kernel makes no network namespace"
            time.sleep(0.01)
        number = "".join(f"{int(part):02x}" for part in self.base.split("."))
        machine = _Machine(holder, f"pv{number}{place}", place)
        self.machines[name] = machine
        ours, its = f"address {_hardware(place, 1)}", f"address {_hardware(place, 2)}"
        _ip(f"link add {machine.link} {ours} type veth peer name eth0 {its} netns {holder.pid}")
        _ip(f"link set {machine.link} up")
        for what in ("link set lo up", "link set eth0 up"):
            run(*machine.inside("ip", *what.split()))
        for server in _SERVERS:
            at, far = self.address(server), self._of(machine, server)
            _ip(f"address add {at}/32 dev {machine.link}")
            _ip(f"route add {far}/32 dev {machine.link}")
            run(*machine.inside("ip", *f"address add {far}/32 dev eth0".split()))
            run(*machine.inside("ip", *f"route add {at}/32 dev eth0 src {far}".split()))
        self.mend(name)

    def command(self, name: str) -> list[str]:
        """What a command begins with that runs on that machine."""
        return self.machines[name].inside()

    def cut(self, name: str, server: Server, way: Way = "both") -> None:
        """From here on nothing arrives on the line between that machine and that server."""
        self._line(name, server, there=way == "back", back=way == "there")

    def mend(self, name: str) -> None:
        """Everything of that machine arrives again, with what is sent once more."""
        for server in _SERVERS:
            self._line(name, server, there=True, back=True)

    def close(self) -> None:
        """Take it away; of what still runs on a machine, the machine stays until that has ended."""
        for machine in self.machines.values():
            subprocess.run(["ip", "link", "delete", machine.link], check=False, capture_output=True)
            machine.holder.communicate()
        self.machines.clear()

    def _of(self, machine: _Machine, server: Server) -> str:
        return f"{self.base}.{10 * machine.place + _SERVERS.index(server)}"

    def _line(self, name: str, server: Server, *, there: bool, back: bool) -> None:
        """Say at either end of a cable to which hardware the other's packets go."""
        machine = self.machines[name]
        to_us = f"neighbour replace {self.address(server)} dev eth0 nud permanent lladdr"
        to_it = f"neighbour replace {self._of(machine, server)} dev {machine.link} nud permanent lladdr"
        run(*machine.inside("ip", *to_us.split(), _hardware(machine.place, 1) if there else _NOBODY))
        _ip(f"{to_it} {_hardware(machine.place, 2) if back else _NOBODY}")


def _hardware(place: int, end: int) -> str:
    return f"02:00:00:00:{place:02x}:{end:02x}"


def _namespace(pid: int | str) -> str:
    return str(Path(f"/proc/{pid}/ns/net").readlink())


def _ip(words: str) -> None:
    run("ip", *words.split())
