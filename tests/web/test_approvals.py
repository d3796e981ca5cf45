"""The inbox of a head: everything that waits, and several requests at once where each was opened."""

from __future__ import annotations

import re

import pytest

from tests.support.evidence import entered
from tests.support.request_ways import examined, seen, state_of
from tests.support.web import PASSWORD, Served, send

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
