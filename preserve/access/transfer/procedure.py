"""The steps of a transfer: which may follow which, whose duty each is, and who must be another person."""

from __future__ import annotations

from typing import Any

from preserve.access.transfer.model import State, Transfer
from preserve.administration.duties import Duty
from preserve.administration.proceedings import Proceeding, step

OPEN: tuple[State, ...] = ("prepared", "approved", "handed-over")
"""The states in which a transfer is under way."""

# What was handed over and is not accepted comes back: it is cancelled, with the reason.
TRANSFERS = Proceeding(
    kind="transfer",
    folder="transfers",
    model=Transfer,
    words="transfer.state",
    unknown="transfer.unknown",
    wrong_step="transfer.step-wrong",
    no_reason="transfer.reason",
    steps=(
        step("approved", "prepared", "", Duty.DECIDE, apart_from="preparer"),
        step("refused", "prepared", "", Duty.DECIDE, apart_from="preparer"),
        step("handed-over", "approved", "", Duty.DELIVER),
        step("received", "handed-over", "", Duty.DELIVER),
        step("cancelled", "prepared approved handed-over", "", Duty.DELIVER),
    ),
    hands=lambda transfer: {"preparer": [transfer.prepared_by]},
    same_hands={"preparer": "transfer.own"},
)


def index_details(transfer: Transfer) -> dict[str, Any]:
    """What the ledger says of every step of a transfer besides state and digest. It names no person."""
    return {"about": transfer.form, "cases": list(transfer.cases), "form": transfer.form, "receiver": transfer.archive}
