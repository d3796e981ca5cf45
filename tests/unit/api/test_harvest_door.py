"""The one address that answers nobody in particular with records: what the head opened, and nothing else."""

from __future__ import annotations

import pytest
from lxml import etree

from preserve.services import openness
from tests.support.bureau import Bureau
from tests.support.callers import Caller

pytestmark = pytest.mark.xdist_group("api")
_OAI = "{http://www.openarchives.org/OAI/2.0/}"


def test_a_harvester_needs_no_token_and_gets_what_is_open(bureau: Bureau, caller: Caller) -> None:
    listed = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}
    answer = caller().get("/oai", params=listed)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert etree.fromstring(answer.content).find(f"{_OAI}error").get("code") == "noRecordsMatch"  # type: ignore[union-attr]
    key = {"Idempotency-Key": "open"}
    wish = {"reason": "可以开放", "title": "一案"}
    assert caller().post(f"/cases/{bureau.objid}/opening", json=wish, headers=key).status_code == 401
    assert caller("archivist").post(f"/cases/{bureau.objid}/opening", json=wish, headers=key).status_code == 403
    # The head too gives the password again first, which tests of confirming do.
    assert caller("head").post(f"/cases/{bureau.objid}/opening", json=wish, headers=key).status_code == 403
    head = bureau.session(bureau.askers["head"])
    openness.open_entry(head, bureau.objid, **wish)
    records = etree.fromstring(caller().get("/oai", params=listed).content).findall(f".//{_OAI}record")
    assert len(records) == 1
    assert "一案" in "".join(records[0].itertext())
    later = {**listed, "from": "2100-01-01"}
    assert b"noRecordsMatch" in caller().get("/oai", params=later).content
    assert caller().get("/public").status_code == 401
    aid = caller("archivist").get("/public/finding-aid")
    assert aid.status_code == 200
    assert bureau.objid in aid.text
    openness.close_entry(head, bureau.objid, reason="有异议")
    assert b'status="deleted"' in caller().get("/oai", params=listed).content
