"""Exports as steps: who may take which, and what stands in the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.access.exporting import steps
from preserve.data_management import ledger
from preserve.errors import Conflict, NotPermitted, UsageError
from preserve.progress import Silent
from tests.support.asking import Counter
from tests.support.exported import approved

pytestmark = pytest.mark.xdist_group("exporting-steps")


def test_who_proposes_does_not_decide_and_nothing_leaves_before(counter: Counter, tmp_path: Path) -> None:
    wish = {"receiver": "某馆", "purpose": "迁移", "form": "plain"}
    for names, whole in (([], False), ([counter.case], True)):
        with pytest.raises(UsageError):
            steps.propose(counter.actor(), names, whole=whole, **wish)  # type: ignore[arg-type]
    number = steps.propose(counter.actor(), [counter.case], **wish).number  # type: ignore[arg-type]
    for account in ("founder", "wang", "song"):
        with pytest.raises(NotPermitted):
            steps.decide(counter.actor(account), number, approve=True, reason="")
    with pytest.raises(Conflict):
        steps.write_out(counter.actor(), number, tmp_path / "early", progress=Silent())
    assert not (tmp_path / "early").exists()
    steps.decide(counter.actor("head"), number, approve=False, reason="不必")
    with pytest.raises(Conflict):
        steps.write_out(counter.actor(), number, tmp_path / "early", progress=Silent())


def test_a_place_stands_in_the_ledger_before_a_byte_is_there(counter: Counter, tmp_path: Path) -> None:
    number = approved(counter, "plain")
    steps.write_out(counter.actor(), number, tmp_path, progress=Silent())
    with counter.archive.catalogue.read() as connection:
        actions = [entry.action for entry in ledger.about(connection, number)]
    assert actions == ["export.proposed", "export.approved", "export.begun", "export.written"]
    with pytest.raises(Conflict):
        steps.write_out(counter.actor(), number, tmp_path, progress=Silent())
    with pytest.raises(Conflict):
        steps.withdraw(counter.actor(), number, reason="x")
