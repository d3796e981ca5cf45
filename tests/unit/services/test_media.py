"""The inventory by its operations: who may look, what a label does, and which media are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from preserve.administration.duties import Role
from preserve.clock import now
from preserve.data_management import holdings
from preserve.data_management.archive import Archive
from preserve.data_management.holdings import CopyRow
from preserve.errors import NotIntact, NotPermitted, Refused, UsageError
from preserve.services import media
from preserve.services.documents import as_document
from preserve.services.pages import Page
from tests.support.sessions import entries, founded, founder, staff

DIGEST = "ab" * 32
ROW = {"id", "kind", "label", "location", "state", "added", "place", "custodian", "capacity", "checked", "details"}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def add_disc(archive: Archive, letter: str, **changes: Any) -> str:
    """A disc of the set DA26_0001 in the inventory; its copies are alike and bear the same image."""
    identity = f"disc-x-{letter.lower()}"
    details = {"image": "disc-x", "image_sha256": DIGEST, "set": "DA26_0001", "letter": letter, **changes}
    with archive.catalogue.begin() as connection:
        holdings.add_medium(
            connection,
            identity,
            kind="optical",
            label=f"DA26_0001_01{letter}",
            location="",
            actor="li",
            moment=now(),
            place="一号楼/A架",
            **details,
        )
    return identity


def add_copy(archive: Archive, medium: str, number: int = 0) -> str:
    objid = f"aip-{number:026d}"
    with archive.catalogue.begin() as connection:
        row = CopyRow(f"{objid}_v0001", medium, objid, 1, "verified", None, None)
        holdings.set_copy(connection, row, actor="li", moment=now())
    return objid


def test_the_list_counts_copies_and_says_what_is_due(archive: Archive) -> None:
    disc = add_disc(archive, "A", checked="2020-01-01T00:00:00Z")
    add_copy(archive, disc)
    document = as_document(media.list_media(founder(archive)))
    row, store = sorted(document["media"], key=lambda medium: str(medium["id"]))
    assert ROW | {"copies", "next_check", "overdue", "attached"} == set(row)
    assert (store["kind"], store["copies"], store["next_check"]) == ("directory", 0, None)
    assert (row["copies"], row["overdue"], row["attached"]) == (1, True, False)
    assert row["next_check"] < "2026"


def test_who_keeps_or_reports_may_look_and_nobody_else(archive: Archive) -> None:
    people = staff(archive)
    for role in (Role.SYSTEM_ADMINISTRATOR, Role.AUDITOR, Role.EXAMINER):
        assert len(media.list_media(people[role]).media) == 1
    with pytest.raises(NotPermitted):
        media.show(people[Role.DEPOSITOR], "临江市文化和旅游局")
    refused = entries(archive)[-1]
    assert (refused["action"], refused["subject"], refused["actor"]) == (
        "access.denied",
        "临江市文化和旅游局",
        "depositor",
    )


def test_one_medium_with_its_copies_and_entries(archive: Archive) -> None:
    disc = add_disc(archive, "A")
    add_copy(archive, disc)
    document = as_document(media.show(founder(archive), "DA26_0001_01A"))
    assert set(document) == {"ok", "medium", "copies", "ledger", "next", "removable"}
    assert set(document["medium"]) == ROW and document["medium"]["details"]["letter"] == "A"
    assert document["copies"][0]["state"] == "verified"
    assert document["ledger"][0]["action"] == "medium.added"


def test_the_copies_on_a_medium_are_shown_a_page_at_a_time(archive: Archive) -> None:
    disc = add_disc(archive, "A")
    objids = [add_copy(archive, disc, number) for number in range(5)]
    first = media.show(founder(archive), disc, Page(size=2))
    second = media.show(founder(archive), disc, Page(first.next, 3))
    assert [copy.objid for copy in (*first.copies, *second.copies)] == objids
    assert (first.next, second.next) == (f"{objids[1]}_v0001", "")


def test_a_hand_over_says_from_where(archive: Archive) -> None:
    disc = add_disc(archive, "A")
    document = as_document(media.move(founder(archive), disc, place="二号楼", custodian="王", reason="迁库"))
    assert (document["from"], document["place"]) == ("一号楼/A架", "二号楼")
    assert media.show(founder(archive), disc).medium.custodian == "王"


def test_a_label_tells_the_copies_of_one_disc_apart_where_the_disc_cannot(archive: Archive) -> None:
    add_disc(archive, "A")
    seen = media.check_in(founder(archive), f"preserve:medium:disc-x-a?sha256={DIGEST}", place="三号楼")
    assert (seen.medium, seen.place, seen.destroyed) == ("disc-x-a", "三号楼", ())
    add_disc(archive, "B")
    with pytest.raises(Refused) as ambiguous:
        media.check_in(founder(archive), "preserve:medium:disc-x")
    assert ambiguous.value.code == "storage.which-copy"
    size = len(entries(archive))
    with pytest.raises(NotIntact) as other:
        media.check_in(founder(archive), f"preserve:medium:disc-x-b?sha256={'cd' * 32}")
    assert other.value.code == "storage.label-differs"
    with pytest.raises(Refused) as unknown:
        media.check_in(founder(archive), "preserve:medium:disc-y-a")
    assert unknown.value.code == "storage.medium-unknown"
    assert len(entries(archive)) == size


def test_labels_bear_archival_numbers_so_that_they_were_made_is_recorded(archive: Archive, tmp_path: Path) -> None:
    disc = add_disc(archive, "A")
    document = as_document(media.label(founder(archive), [disc], tmp_path / "label.pdf"))
    assert (tmp_path / "label.pdf").read_bytes().startswith(b"%PDF")
    assert set(document) == {"ok", "path", "labels"} and document["labels"][0]["digest"] == DIGEST
    entry = entries(archive)[-1]
    assert (entry["action"], entry["details"]) == ("media-labels.viewed", {"media": [disc]})


def test_a_medium_that_holds_copies_is_replaced_before_it_is_retired(archive: Archive) -> None:
    disc = add_disc(archive, "A")
    objid = add_copy(archive, disc)
    with pytest.raises(Refused) as needed:
        media.retire(founder(archive), disc, reason="划伤")
    assert needed.value.code == "storage.medium-holds-copies"
    assert as_document(media.replace(founder(archive), disc, reason="划伤"))["medium"] == disc
    assert media.show(founder(archive), disc).medium.state == "replaced"
    assert [copy.objid for copy in media.show(founder(archive), disc).copies] == [objid]
    empty = add_disc(archive, "B")
    assert media.retire(founder(archive), empty, reason="未用").label == "DA26_0001_01B"


def test_any_installed_kind_is_entered_and_no_other(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    wish = media.NewMedium("directory", str(tmp_path / "second"), "N-1", place="二号楼", reserve=5)
    row = media.add(founder(archive), wish).medium
    assert (row.kind, row.location, row.place, row.details["reserve"]) == ("directory", wish.where, "二号楼", 5)
    for kind in ("optical", "wax"):  # discs are composed; nobody has an adapter for wax
        with pytest.raises(UsageError):
            media.add(founder(archive), media.NewMedium(kind, str(tmp_path), "N-2"))
