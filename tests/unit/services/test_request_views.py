"""Requests as they are seen: what waits, one of them, and that looking is recorded."""

from __future__ import annotations

import pytest

from preserve.errors import NotPermitted, UsageError
from preserve.services import request_views
from preserve.services.documents import as_document
from preserve.services.pages import Page
from preserve.services.tables import requests as tables
from tests.support.bureau import Bureau

pytestmark = pytest.mark.xdist_group("operations")


def test_a_request_that_waits_is_listed_with_the_name_of_its_capacity(bureau: Bureau) -> None:
    founder = bureau.session(bureau.askers["founder"])
    before = bureau.size()
    listing = request_views.list_requests(founder)
    (row,) = (row for row in listing.requests if row.number == bureau.request)
    assert row.state == "opened" and row.cases == (bureau.objid,) and listing.more == 0
    assert row.capacity == "court" and row.capacity_name not in ("", "court") and not row.overdue
    assert row.name == "张法官" and len(row.case_numbers) == 1 and row.case_numbers[0] != bureau.objid
    (line,) = (line for line in tables.requests(listing).rows if line[0] == bureau.request)
    assert "张法官" in line and row.case_numbers[0] in line
    assert request_views.list_requests(founder, overdue=True).requests == ()
    (same,) = request_views.list_requests(founder, state="opened", page=Page(size=1)).requests
    assert same == row and request_views.list_requests(founder, state="delivered").requests == ()
    assert request_views.list_requests(founder, any_state=True).next == ""
    with pytest.raises(UsageError, match=r"request\.state-unknown"):
        request_views.list_requests(founder, state="<none>")
    looks = [entry for entry in bureau.entries(before) if entry["action"] == "request-list.viewed"]
    assert len(looks) == 5 and looks[0]["details"]["requests"] == [bureau.request]


def test_everything_about_one_is_a_look_at_its_case(bureau: Bureau) -> None:
    view = request_views.show(bureau.session(bureau.askers["founder"]), bureau.request)
    (*_, look) = bureau.entries()
    assert (look["action"], look["subject"]) == ("request-record.viewed", bureau.request)
    assert look["details"]["cases"] == [bureau.objid]
    assert view.request.consumer.name == "张法官" and view.redactions == view.places == ()
    assert as_document(view)["request"]["purpose"] == "举证"


def test_use_is_counted_by_year(bureau: Bureau) -> None:
    founder = bureau.session(bureau.askers["founder"])
    (year,) = request_views.statistics(founder).years
    assert (year.requests, year.open, year.cases) == (1, 1, 0) and year.capacities == {"court": 1}
    assert request_views.statistics(founder, year.year - 1).years == ()


def test_who_may_not_see_requests_is_refused(bureau: Bureau) -> None:
    with pytest.raises(NotPermitted):
        request_views.show(bureau.session(bureau.askers["system-administrator"]), bureau.request)
