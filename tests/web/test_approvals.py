"""The inbox of a head: everything that waits, and several requests at once where each was opened."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from preserve.administration.appointing import delegate
from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.clock import now
from tests.support.evidence import entered
from tests.support.request_ways import examined, record_of, seen, state_of
from tests.support.web import PASSWORD, Served, opened, send

pytestmark = pytest.mark.xdist_group("web-requests")


def test_several_are_approved_at_once_only_where_each_was_opened(evidence: Served) -> None:
    numbers = [entered(evidence) for _ in range(3)]
    for number in numbers:
        examined(evidence, number)
    client, shas = evidence.client("head"), {}
    for number in numbers[:2]:
        shas[number] = seen(client.get(f"/requests/{number}/decide"))
    listed = client.get("/approvals").text
    offered = re.findall(r'name="chosen" value="(\S+) ', listed)
    assert set(numbers[:2]) <= set(offered) and numbers[2] not in offered
    chosen = [f"{number} {shas[number]}" for number in numbers[:2]] + [f"{numbers[2]} {'0' * 64}"]
    sent = send(client, "/approvals", "/approvals", chosen=chosen, confirm="wrong")
    assert sent.status_code == 403 and state_of(evidence, numbers[0]) == "examined"
    sent = send(client, "/approvals", "/approvals", chosen=chosen, confirm=PASSWORD)
    assert sent.status_code == 200 and "还没有打开查看过" in sent.text
    assert [state_of(evidence, number) for number in numbers] == ["approved", "approved", "examined"]
    assert evidence.client("examiner").get("/approvals").status_code == 403


def test_a_deputy_decides_in_the_place_of_the_head_and_sees_it(evidence: Served) -> None:
    number = entered(evidence)
    examined(evidence, number)
    client = evidence.client("archivist2")
    assert client.get(f"/requests/{number}/decide").status_code == 409
    archive = opened(evidence.home)
    try:
        head, moment = Person("head", "某head", frozenset({Role.HEAD})), now()
        until = moment + timedelta(days=1)
        delegate(archive.catalogue, "archivist2", since=moment, until=until, reason="出差", actor=head, moment=moment)
    finally:
        archive.close()
    assert "代 某head（head）" in client.get("/approvals").text
    page = client.get(f"/requests/{number}/decide")
    assert "代行人身份代 某head（head） 批示" in page.text
    address = f"/requests/{number}/decide"
    form = {"seen": seen(page), "decision": "approve", "article": "21", "confirm": PASSWORD}
    assert send(client, address, address, **form).status_code == 303
    decision = record_of(evidence, number).decision
    assert decision is not None and (decision.by, decision.on_behalf_of) == ("archivist2", "head")
    assert "代 某head（head）" in client.get(f"/requests/{number}").text
