"""Which step may follow which, and who may not take it."""

from __future__ import annotations

from preserve.access.transfer.model import State, Transfer
from preserve.errors import NotPermitted, Refused
from preserve.messages import say

STEPS: dict[State, frozenset[State]] = {
    "prepared": frozenset({"approved", "refused", "cancelled"}),
    "approved": frozenset({"handed-over", "cancelled"}),
    "handed-over": frozenset({"received", "cancelled"}),
    "refused": frozenset(),
    "cancelled": frozenset(),
    "received": frozenset(),
}
"""What was handed over and is not accepted comes back: it is cancelled, with the reason."""


def check_step(transfer: Transfer, to: State, account: str, on_behalf_of: str = "") -> None:
    """Raises Refused for a step that may not follow, NotPermitted where who prepared it would decide about it."""
    if to not in STEPS[transfer.state]:
        raise Refused(
            "transfer.step-wrong", transfer.number, state=say(f"transfer.state-{transfer.state}"),
            step=say(f"transfer.state-{to}"),
        )  # fmt: skip
    if to in ("approved", "refused") and transfer.prepared_by in {account, on_behalf_of}:
        raise NotPermitted("transfer.own", transfer.number, account=account)
