"""Which step may follow which, and who may not take it: the whole state machine of a request."""

from __future__ import annotations

from preserve.access.requests.model import Request, State
from preserve.errors import NotPermitted, Refused
from preserve.messages import say

STEPS: dict[State, frozenset[State]] = {
    "opened": frozenset({"examined", "withdrawn"}),
    "examined": frozenset({"examined", "approved", "refused", "withdrawn"}),
    "approved": frozenset({"delivered", "withdrawn"}),
    "delivered": frozenset({"returned"}),
    "refused": frozenset(),
    "withdrawn": frozenset(),
    "returned": frozenset(),
}
"""From each state to those that may follow; an examination may be done again until it is decided."""

OPEN: tuple[State, ...] = ("opened", "examined", "approved")
"""The states in which somebody still waits."""


def check_step(request: Request, to: State, account: str, on_behalf_of: str = "") -> None:
    """Raises Refused for a step that may not follow, NotPermitted where one person would do what takes two.

    Asking, examining and deciding are done by three people (regulation Art. 21, 23); a deputy counts as oneself, and
    as the head as well.
    """
    if to not in STEPS[request.state]:
        raise Refused(
            "request.step-wrong", request.number, state=say(f"request.state-{request.state}"),
            step=say(f"request.state-{to}"),
        )  # fmt: skip
    hands = {account, on_behalf_of} - {""}
    if to in ("examined", "approved", "refused") and request.opened_by in hands:
        raise NotPermitted("request.own", request.number, account=account)
    if to in ("approved", "refused") and request.examination is not None and request.examination.by in hands:
        raise NotPermitted("request.examined-by-same", request.number, account=account)
