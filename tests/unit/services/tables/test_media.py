"""Media as tables: the inventory, and one medium with its copies and what became of it."""

from __future__ import annotations

from datetime import date

from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.messages import speaking
from preserve.services.media import MediaList, MediumListed, MediumView
from preserve.services.tables import media as tables

DETAILS = {"health": "good", "reserve": 0, "serial": "S-1", "model": ""}
ROW = ("m1", "drive", "DRV-01", "/mnt/a", "in use", "2026-01-01T00:00:00Z", "A/1", "", 2_000_000, None, DETAILS)


def test_the_inventory_marks_what_is_overdue_and_what_is_connected() -> None:
    due = MediumListed(*ROW, copies=3, next_check=date(2026, 5, 1), overdue=True, attached=True)
    never = MediumListed(*ROW, copies=0, next_check=None, overdue=False, attached=False)
    with speaking("en"):
        shown = tables.list_media(MediaList((due, never)))
    assert shown.heads[:3] == ("Label", "Kind", "State") and len(shown.heads) == len(shown.rows[0])
    assert shown.rows[0] == ("DRV-01", "drive", "in use", "A/1", "—", "3", "good", "2026-05-01 !", "●")
    assert shown.rows[1][-2:] == ("—", " ")
    with speaking("zh"):
        assert tables.list_media(MediaList((due,))).rows[0][1:3] == ("专用硬盘", "在用")


def test_one_medium_shows_what_its_kind_knows_its_copies_and_its_entries() -> None:
    copy = CopyRow("p_v1", "m1", "o1", 1, "verified", "2026-02-01T00:00:00Z", None, part=2, parts=3)
    entry = {"time": "t", "actor": "li", "action": "medium.added", "details": {"label": "盘", "more": "x" * 300}}
    with speaking("en"):
        facts, copies, entries = tables.show(MediumView(MediumRow(*ROW), (copy,), (entry,), "", True))
    known = dict(facts.rows)
    assert known["Label"] == "DRV-01" and known["Capacity"] == "2.0 MB" and known["Custodian"] == "—"
    assert known["serial"] == "S-1" and known["reserve"] == "0" and "model" not in known
    with speaking("zh"):
        assert dict(tables.show(MediumView(MediumRow(*ROW), (), (), "", True))[0].rows)["容量"] == "2.0 MB"
    assert copies.rows == (("p_v1", "2/3", "verified", "2026-02-01T00:00:00Z", "—"),) and copies.title
    assert entries.rows[0][:3] == ("t", "li", "medium.added")
    assert entries.rows[0][3].startswith('{"label": "盘"') and len(entries.rows[0][3]) == 200
