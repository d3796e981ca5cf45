"""Deposits as tables: checked, waiting to be filed, and handed in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from preserve.description.drafted import Proposal
from preserve.ingest.waiting import Deadline
from preserve.messages import speaking
from preserve.services.deposits import HandedIn, OwnDeposits
from preserve.services.preparation import CheckedDeposits, Deadlines
from preserve.services.tables import deposits as tables

LATE = Deadline(
    Path("/in/1"), "2026-1", "T", date(2026, 1, 5), date(2026, 3, 2), certain=True, days=3, standing="late", reason=""
)
KEPT = HandedIn("2026-1", "o1", "", "kept", "t0", "t1", 7, 1500, True, (), ())


def test_a_date_that_is_not_certain_says_so() -> None:
    rows = (LATE, replace(LATE, certain=False), Deadline(Path("/x"), "", "", None, None, True, 0, "unknown", "why"))
    with speaking("en"):
        late, uncertain, unknown = tables.deadlines(Deadlines(date(2026, 3, 5), rows)).rows
    assert late[:4] == ("2026-1", "T", "2026-01-05", "2026-03-02") and late[5:] == ("—", "/in/1") and "3" in late[4]
    assert uncertain[3].startswith("2026-03-02") and uncertain[3] != late[3]
    assert unknown[:4] == ("—", "—", "—", "—") and unknown[5:] == ("why", "/x")


def test_what_was_handed_in_is_named_by_its_number_or_its_own_name() -> None:
    refused = HandedIn("", "", "box", "refused", "t0", "t1", 0, 0, None, ("sip.symlink", "rule.late"), ())
    with speaking("en"):
        kept, not_kept = tables.list_own(OwnDeposits((KEPT, refused), more=False)).rows
    assert kept[0] == "2026-1" and kept[2:] == ("t0", "t1", "7", "1.5 kB", "—")
    assert not_kept[0] == "box" and not_kept[4:] == ("—", "—", "symlink late")
    assert kept[1] != not_kept[1] and not kept[1].startswith("cli.")
    with speaking("zh"):
        shown = tables.list_own(OwnDeposits((KEPT,), more=False))
    assert shown.rows[0][1] != kept[1] and len(shown.heads) == 7


def test_the_table_of_checks_has_the_headings_of_the_workbook() -> None:
    with speaking("en"):
        shown = tables.check(CheckedDeposits(0, ()))
    assert len(shown.heads) == 9 and shown.rows == () and not any("." in head for head in shown.heads)


def test_a_seal_that_was_not_seen_is_said_in_words() -> None:
    seal = Proposal(sheet="seen", field="seal", value="no", file="决定书.jpg", page=1)
    with speaking("zh"):
        ((_, read, _, _, sureness),) = tables.drafted([seal]).rows
    assert (read, sureness) == ("未见", "—")
