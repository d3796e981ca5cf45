"""What people still have to fetch or destroy by hand, before and after one and two of them have said that they did."""

from __future__ import annotations

from datetime import timedelta

from preserve.administration.disposal.executing import execute
from preserve.administration.disposal.media_destruction import confirm
from preserve.administration.disposal.remaining import MediumLeft, media_left
from preserve.administration.disposal.steps import DISPOSALS
from preserve.clock import now
from preserve.data_management import holdings
from preserve.data_management.holdings import CopyRow
from tests.support.due_case import Bureau

LATER = timedelta(days=31)
DISC = "optical-1"


def left(bureau: Bureau, number: str) -> list[MediumLeft]:
    with bureau.archive.catalogue.read() as connection:
        return media_left(connection, DISPOSALS.read(connection, bureau.archive.home, number))


def add_disc(bureau: Bureau, *objids: str) -> None:
    with bureau.archive.catalogue.begin() as connection:
        holdings.add_medium(
            connection, DISC, kind="optical", actor="chen", moment=now(), label="LJ-0001", location="", place="库房"
        )
        for objid in objids:
            row = CopyRow(f"{objid}_v0001", DISC, objid, 1, "verified", "2026-01-01T00:00:00Z", None)
            holdings.set_copy(connection, row, actor="chen", moment=now())


def test_a_disc_is_listed_until_two_people_have_seen_it_destroyed(bureau: Bureau) -> None:
    add_disc(bureau, bureau.objids[0])
    number = bureau.decided(1).number
    assert left(bureau, number) == [], "nothing has begun to go"
    assert not execute(bureau.as_("chen", LATER), number).done
    (disc,) = left(bureau, number)
    assert (disc.label, disc.place, disc.why, disc.others, disc.confirmed) == ("LJ-0001", "库房", "destroy", 0, ())
    assert disc.copies == (f"{bureau.objids[0]}_v0001",)

    confirm(bureau.as_("wang", LATER), number, DISC, how="粉碎")
    assert [said.by for said in left(bureau, number)[0].confirmed] == ["wang"]
    confirm(bureau.as_("zhao", LATER), number, DISC, how="粉碎")
    assert left(bureau, number) == []
    assert execute(bureau.as_("chen", LATER), number).done


def test_what_else_lies_on_the_disc_is_counted(bureau: Bureau) -> None:
    add_disc(bureau, *bureau.objids)
    number = bureau.decided(1).number
    execute(bureau.as_("chen", LATER), number)
    assert left(bureau, number)[0].others == 1
