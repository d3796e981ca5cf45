"""What works on this archive: machines, what waits in which queue, what is held, and who signs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from preserve.administration.duties import Duty
from preserve.clock import stamp
from preserve.data_management import checkpoints, deliveries, ledger, nodes
from preserve.data_management.ledger_keys import has_sealer
from preserve.data_management.nodes import Node
from preserve.data_management.sealer import first_unsigned
from preserve.services.operation import query
from preserve.services.session import Session

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NodeShown:
    """One machine: `state` is working, left, or gone (silent without having left); `running` so many jobs now."""

    name: str
    state: str
    version: str
    joined: str
    seen: str
    lanes: dict[str, int]
    running: int


@dataclass(frozen=True, slots=True)
class LaneShown:
    """What waits in a queue, and what ended there within the last hour, by how it ended."""

    queue: str
    waiting: int
    ended: dict[str, int]


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """Machines and queues of an archive. `several` is false where one machine works by itself.

    `unsigned`: so many entries wait for the sealer, the oldest since `unsigned_since`; `sealer`: whether one signs
    for all. Times are the database's.
    """

    several: bool
    now: str
    nodes: tuple[NodeShown, ...]
    lanes: tuple[LaneShown, ...]
    sealer: bool
    unsigned: int
    unsigned_since: str


@query("cluster.status", duty=Duty.KEEP)
def status(session: Session) -> ClusterStatus:
    """Machines, queues and the sealer of this archive."""
    archive = session.archive
    with archive.catalogue.read() as connection:
        moment = nodes.clock_of(connection)
        running = nodes.at_work(connection)
        found = tuple(_shown(node, moment, running.get(node.name, 0)) for node in nodes.all_nodes(connection))
        waiting = deliveries.waiting(connection)
        ended = nodes.ended_since(connection, moment - _HOUR)
        newest, size = checkpoints.newest(connection), ledger.size(connection)
        covered = newest.size if newest else 0
        first = first_unsigned(connection, size, covered)
    queues = sorted({*waiting, *(lane for lane, _ in ended)})
    lanes = tuple(
        LaneShown(queue, waiting.get(queue, 0), {state: many for (lane, state), many in ended.items() if lane == queue})
        for queue in queues
    )
    return ClusterStatus(
        several=archive.catalogue.is_on_a_server,
        now=stamp(moment),
        nodes=found,
        lanes=lanes,
        sealer=has_sealer(archive.home),
        unsigned=size - covered,
        unsigned_since=first.time if first else "",
    )


def _shown(node: Node, moment: datetime, running: int) -> NodeShown:
    state = "left" if node.ended else "working" if nodes.is_alive(node, moment) else "gone"
    lanes = {str(lane): int(most) for lane, most in json.loads(node.lanes).items()}
    return NodeShown(node.name, state, node.version, node.joined, node.seen, lanes, running)
