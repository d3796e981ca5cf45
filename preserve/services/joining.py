"""Before a machine takes work of an archive that others work on too: are program, clock, store and rules the same?"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from ulid import ULID

from preserve import __version__, clock
from preserve.archival_storage.media import server_store
from preserve.archival_storage.store import Store
from preserve.data_management import nodes
from preserve.data_management.archive import Archive
from preserve.data_management.nodes import Node
from preserve.errors import Busy, MediumProblem, PreserveError, Refused
from preserve.messages import say
from preserve.profiles import SHIPPED
from preserve.progress import check_stop
from preserve.services.runs import Lane
from preserve.work import boot_id
from storage_adapters.errors import StorageError

APART = timedelta(seconds=5)
"""How far a machine's clock may be from the database's."""

BESIDE: frozenset[str] = frozenset()
"""Versions beside which this one may work while machines are updated one after the other: those of the release before,
where all that both write is what both can read. None was released before this one."""

_log = logging.getLogger("preserve.worker")
_LONGEST = 64
_PATIENCE = 60.0  # seconds: twice as long as the server lets a transaction hang of which nobody hears anything
_LOOK_AGAIN = 0.2


def node_name(wish: str = "") -> str:
    """What this machine is called: as wished, else its host name. Raises Refused for a name that is none."""
    name = wish or socket.gethostname()
    if not name.isprintable() or not 0 < len(name) <= _LONGEST:
        raise Refused("cluster.node-name", name)
    return name


def digest_of_profiles(own: Path) -> str:
    """SHA-256 over every profile in force with its name, the bureau's own before the shipped ones; hex."""
    files: dict[str, Path] = {}
    for top in (SHIPPED, own):
        files |= {str(file.relative_to(top)): file for file in sorted(top.rglob("*.toml"))}
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{hashlib.sha256(files[name].read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


@contextmanager
def joined(archive: Archive, name: str, lanes: Mapping[Lane, int]) -> Iterator[Node]:
    """Be one of the archive's machines within it. Raises Refused, MediumProblem for what differs, Conflict by name."""
    profiles = digest_of_profiles(archive.home.profiles)
    node = Node(name, str(ULID()), _here(), os.getpid(), __version__, profiles, json.dumps(dict(lanes)))
    require_store(archive)
    _enter(archive, node)
    try:
        yield node
    finally:
        # Without that it is missed after some seconds: no reason to say that its work ended badly.
        with suppress(Busy, MediumProblem), archive.catalogue.begin() as connection:
            nodes.leave(connection, node.worker)


def _enter(archive: Archive, node: Node) -> None:
    """Write that it is there, as soon as the catalogue lets it: a machine that was cut off may have it for a while."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with archive.catalogue.begin() as connection:
                moment, here = nodes.clock_of(connection), clock.now()
                require_alike(node, nodes.all_nodes(connection), moment)
                require_clock(node.name, moment, here, here)
                return nodes.enter(connection, node, ended=_ended_here)
        except Busy as error:
            if time.monotonic() >= until:
                raise
            _log.warning("tried again: %s", error.code)
        check_stop()
        time.sleep(_LOOK_AGAIN)


def require_clock(name: str, moment: datetime, before: datetime, after: datetime) -> None:
    """Raises Refused where this machine's clock, read before and after the database's, is not near what that said."""
    if before - APART <= moment <= after + APART:
        return
    seconds = round((before - moment).total_seconds())
    raise Refused("cluster.clock", name, seconds=seconds, most=int(APART.total_seconds()))


def _here() -> str:
    """Where a process number means something: this machine since it was started, and of it this container."""
    return f"{boot_id()} {os.readlink('/proc/self/ns/pid')}"


def _ended_here(node: Node) -> bool:
    """Whether its process was one of this machine, and is no more."""
    return node.boot == _here() and not Path(f"/proc/{node.pid}").exists()


def require_alike(node: Node, others: list[Node], moment: datetime, beside: frozenset[str] = BESIDE) -> None:
    """Raises Refused where a machine at work runs another version, none of `beside`, or works by other rules."""
    for other in others:
        if other.name == node.name or not nodes.is_alive(other, moment):
            continue
        if other.version != node.version and other.version not in beside:
            raise Refused("cluster.version", node.name, here=node.version, there=other.version, other=other.name)
        if other.profiles != node.profiles:
            raise Refused("cluster.profiles", node.name, other=other.name)


def require_store(archive: Archive) -> None:
    """Write a few bytes into the store and read them back. Raises MediumProblem where that does not give them."""
    home, mine = archive.home, str(ULID()).encode()
    probe = home.store / f".probe-{mine.decode()}"
    if not home.store.is_dir():
        raise MediumProblem("cluster.store", str(home.store), reason="-")
    try:
        with probe.open("xb") as stream:
            stream.write(mine)
            stream.flush()
            os.fsync(stream.fileno())
        if probe.read_bytes() != mine:
            raise MediumProblem("cluster.store", str(home.store), reason="-")
    except OSError as error:
        raise MediumProblem("cluster.store", str(home.store), reason=error.strerror or str(error)) from error
    finally:
        probe.unlink(missing_ok=True)
    _require_own(server_store(home), str(home.store_place))


def _require_own(store: Store, where: str) -> None:
    """See that it is this archive's store, and try one that lies elsewhere from here. Raises MediumProblem.

    A folder where nothing is mounted can be written too.
    """
    try:
        store.require()
    except StorageError as error:
        reason = say(error.code, where=error.where, **error.values)
        raise MediumProblem("cluster.store", where, reason=reason) from error
    if not store.is_away:
        return
    try:
        failed = [trial.detail for trial in store.trials() if not trial.passed]
    except (StorageError, PreserveError) as error:
        failed = [error.code]
    if failed:
        raise MediumProblem("cluster.store", where, reason=failed[0])
