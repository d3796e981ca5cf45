"""Machines and queues as tables."""

from __future__ import annotations

from preserve.messages import say
from preserve.services.cluster import ClusterStatus, LaneShown
from preserve.services.job_views import state_label
from preserve.services.tables import Table, cells, facts, table


def state_of_node(state: str) -> str:
    """A machine's state in words."""
    return say(f"cluster.state-{state}")


def queue_label(queue: str) -> str:
    """A queue in words: its lane, and the device of a burn."""
    lane, _, device = queue.partition(":")
    return f"{say(f'cluster.lane-{lane}')} {device}".strip()


def _ended(lane: LaneShown) -> str:
    return ", ".join(f"{state_label(state)} {number}" for state, number in sorted(lane.ended.items()))


def status(result: ClusterStatus) -> tuple[Table, ...]:
    """The machines, the queues, and who signs; of an archive on one machine that it is one."""
    machines = [
        cells(node.name, state_of_node(node.state), node.version, node.joined, node.seen, node.running)
        for node in result.nodes
    ]
    queues = [cells(queue_label(lane.queue), lane.waiting, _ended(lane)) for lane in result.lanes]
    signs = "sealer" if result.sealer else "each"
    known = [
        ("several", say(f"cluster.several-{'yes' if result.several else 'no'}")),
        ("signs", say(f"cluster.signs-{signs}")),
        ("unsigned", f"{result.unsigned} {result.unsigned_since}".strip()),
    ]
    return (
        table("node state version joined seen running", machines, domain="cluster.heading"),
        table("queue waiting ended", queues, domain="cluster.heading"),
        facts([(say(f"cluster.heading-{name}"), value) for name, value in known]),
    )
