"""A disposal whose pause is over, carried out as a job; a disc that two must see destroyed; the supervisors' signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from preserve.clock import now
from preserve.data_management import cases, holdings
from preserve.data_management.holdings import CopyRow
from tests.support.due_home import DueDoor, due_door, job_ended
from tests.support.web import PASSWORD, fields, opened

pytestmark = pytest.mark.xdist_group("appraisal-web")
DISC = "optical-1"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DueDoor]:
    with due_door(tmp_path_factory.mktemp("carried-out")) as running:
        archive = opened(running.served.home)
        try:
            with archive.catalogue.begin() as connection:
                objid = cases.objid_of(connection, "临文综罚〔2013〕1号")
                holdings.add_medium(
                    connection,
                    DISC,
                    kind="optical",
                    actor="z",
                    moment=now(),
                    label="LJ-0001",
                    location="",
                    place="库房",
                )
                row = CopyRow(f"{objid}_v0001", DISC, objid, 1, "verified", "2026-01-01T00:00:00Z", None)
                holdings.set_copy(connection, row, actor="z", moment=now())
        finally:
            archive.close()
        yield running


def seen(door: DueDoor, who: str) -> str:
    found = re.findall(r'name="seen" value="([0-9a-f]{64})"', door.get(who, f"/disposals/{door.decided}").text)
    assert found, "no form is offered"
    return str(found[-1])


def by_hand(door: DueDoor, who: str, address: str, **form: str) -> int:
    client = door.served.client(who)
    return client.post(address, data={"csrf": fields(client.get("/").text)["csrf"], **form}).status_code


def carry_out(door: DueDoor) -> tuple[str, str]:
    """How the job ended, and its page."""
    page = f"/disposals/{door.decided}"
    sent = {"seen": seen(door, "archivist"), "confirm": PASSWORD}
    asked = door.post("archivist", page, f"{page}/execution", **sent)
    return job_ended(door, "archivist", asked), door.get("archivist", asked.headers["location"]).text


def test_it_goes_from_the_job_to_the_signatures(door: DueDoor) -> None:
    page = f"/disposals/{door.decided}"
    assert "等待期已满" in door.get("archivist", page).text
    assert "/execution" not in door.get("examiner", page).text
    fresh = seen(door, "archivist")
    assert by_hand(door, "archivist", f"{page}/execution", seen=fresh, confirm="wrong") in (401, 403)
    assert by_hand(door, "archivist", f"{page}/execution", seen="0" * 64, confirm=PASSWORD) == 412
    assert by_hand(door, "head", f"{page}/execution", seen=fresh, confirm=PASSWORD) in (403, 409)

    state, told = carry_out(door)
    assert state == "done" and "LJ-0001" in told and "库房" in told and page in told
    waiting = door.get("archivist2", page).text
    assert "LJ-0001" in waiting and "库房" in waiting and f"{page}/withdrawal" not in waiting
    stone = door.get("archivist", page).text
    assert "无证经营案2" in stone and "销毁留存记录" in stone, "the other case is gone"

    assert door.post("archivist2", page, f"{page}/confirmations", medium=DISC, how=" ").status_code == 400
    assert door.post("archivist2", page, f"{page}/confirmations", medium=DISC, how="粉碎").status_code == 303
    assert f"{page}/confirmations" not in door.get("archivist2", page).text, "nobody says it twice"
    assert by_hand(door, "archivist2", f"{page}/confirmations", medium=DISC, how="粉碎") == 403
    assert door.post("examiner", page, f"{page}/confirmations", medium=DISC, how="粉碎").status_code == 303
    assert "还要人工处理的载体" not in door.get("archivist", page).text
    assert carry_out(door)[0] == "done"

    done = door.get("archivist", page).text
    assert "/execution" not in done and 'name="confirm"' not in done, "who carried it out does not witness it"
    digest = seen(door, "archivist2")
    assert by_hand(door, "archivist", f"{page}/check", seen=digest, confirm=PASSWORD) == 403
    for who in ("archivist2", "examiner"):
        sent = {"seen": seen(door, who), "confirm": PASSWORD, "note": "已监销"}
        assert door.post(who, page, f"{page}/check", **sent).status_code == 303
    signed = door.get("archivist", f"{page}/register-signed.pdf")
    assert signed.content.startswith(b"%PDF-")
    gone = door.get("archivist", page).text
    assert "<form" not in gone.partition("<main")[2], "a gone thing has no buttons"
    assert "destroyed" in door.get("archivist", page, "en").text

    listed = door.get("archivist", "/retention?span=due").text
    assert "无证经营案1" not in listed
    refused = door.post("archivist", "/holds", "/holds", cases="临文综罚〔2013〕1号", kind="audit", reason="too late")
    assert refused.status_code in (404, 409, 422)
