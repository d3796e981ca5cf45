"""What the head decides of something that is to leave the archive: once for transfers and exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from preserve.administration.actor import Actor
from preserve.administration.proceedings import Proceeding, R
from preserve.clock import stamp
from preserve.errors import UsageError


class Decision(BaseModel):
    """What the head, or whoever decides in the head's place, decided."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str
    on_behalf_of: str = ""
    when: str
    reason: str = ""


def decide(
    actor: Actor,
    proceeding: Proceeding[R],
    details_of: Callable[[R], Mapping[str, Any]],
    number: str,
    *,
    approve: bool,
    reason: str,
    seen: str = "",
) -> R:
    """Approve or refuse; never who brought it up. Its record keeps the `decision`, the ledger for whom it was made.

    `seen` is the digest of the record that was looked at. Raises UsageError for a refusal without a reason, Changed
    where the record is another by now, NotPermitted, Refused, NotIntact.
    """
    state = "approved" if approve else "refused"
    if not approve and not reason.strip():
        raise UsageError(proceeding.no_reason, number)
    moment = actor.now()
    with actor.catalogue.begin() as connection:
        taking = proceeding.take(connection, actor.home, actor.person, number, state, seen=seen)
        behalf = taking.on_behalf_of
        return proceeding.go_on(
            connection,
            actor.home,
            taking.record,
            state,
            actor=actor.account,
            moment=moment,
            details={**details_of(taking.record), "on_behalf_of": behalf},
            decision=Decision(by=actor.account, on_behalf_of=behalf, when=stamp(moment), reason=reason.strip()),
        )
