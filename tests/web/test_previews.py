"""The preview of a file in the page: made by a job, for who examines and who decides, and nobody else."""

from __future__ import annotations

import time

import pytest

from tests.support.evidence import PICTURE, entered
from tests.support.request_ways import draft, examined, identifier
from tests.support.web import Served, fields

pytestmark = pytest.mark.xdist_group("web-requests")


def test_a_preview_is_what_the_consumer_will_get(evidence: Served) -> None:
    number = entered(evidence)
    file, client = identifier(evidence, number, PICTURE), evidence.client("examiner")
    box = {"object": PICTURE, "what": "box", "left": "10", "top": "10", "width": "30", "height": "20", "unit": "%"}
    assert draft(evidence, number, [{**box, "reason": "个人隐私", "article": "20"}]).json()["mistakes"] == []
    address = f"/requests/{number}/preview/{file}"
    page = client.get(f"{address}?of=draft")
    assert "预览尚未制作" in page.text
    given_fields = fields(page.text)
    asked = client.post(address, data={"csrf": given_fields["csrf"], "key": given_fields["key"], "of": "draft"})
    assert asked.status_code == 303
    ends, shown = time.monotonic() + 60, client.get(asked.headers["location"])
    while "<figure" not in shown.text and time.monotonic() < ends:
        time.sleep(0.2)
        shown = client.get(asked.headers["location"])
    assert "文件 0" in shown.text
    picture = client.get(f"{address}/pages/1?of=draft")
    assert picture.content.startswith(b"\xff\xd8")
    assert client.get(f"{address}/pages/1?of=plan").status_code == 404
    assert evidence.client("archivist").get(f"{address}?of=draft").status_code == 403
    examined(evidence, number)
    assert "文件 0" in evidence.client("head").get(f"{address}?of=plan").text
