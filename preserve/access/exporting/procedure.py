"""The steps of an export: which may follow which, whose duty each is, and who must be another person."""

from __future__ import annotations

from typing import Any

from preserve.access.exporting.model import Export
from preserve.administration.duties import Duty
from preserve.administration.proceedings import Proceeding, step

# The first byte is written after `begun` stands in the ledger: what left only in part has left as well.
EXPORTS = Proceeding(
    kind="export",
    folder="exports",
    model=Export,
    words="exporting.state",
    unknown="exporting.unknown",
    wrong_step="exporting.step-wrong",
    no_reason="exporting.reason",
    steps=(
        step("approved", "proposed", "", Duty.DECIDE, apart_from="proposer"),
        step("refused", "proposed", "", Duty.DECIDE, apart_from="proposer"),
        step("begun", "approved writing", "writing", Duty.DELIVER),
        step("written", "writing", "", Duty.DELIVER),
        step("withdrawn", "proposed approved writing", "", Duty.DELIVER),
    ),
    hands=lambda export: {"proposer": [export.proposed_by]},
    same_hands={"proposer": "exporting.own"},
)


def index_details(export: Export) -> dict[str, Any]:
    """What the ledger says of every step of an export besides state and digest. It names no person."""
    return {
        "about": export.form,
        "cases": list(export.cases),
        "form": export.form,
        "receiver": export.receiver,
        "whole": export.whole,
    }
