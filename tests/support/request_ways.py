"""Steps of a request through the served door, as tests of several pages take them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import httpx

from preserve.access.requests.model import Request
from preserve.access.requests.procedure import REQUESTS
from tests.support.web import PASSWORD, Served, fields, opened, send

if TYPE_CHECKING:
    from playwright.sync_api import Page


TALL = {"width": 1500, "height": 2400}
"""A window in which a whole page can be seen: the mouse goes nowhere else."""


def seen(page: httpx.Response) -> str:
    """The digest of the record that a page shows."""
    return fields(page.text)["seen"]


def examined(served: Served, number: str, **form: str) -> None:
    """Examine it, as drawn so far."""
    client, address = served.client("examiner"), f"/requests/{number}/examine"
    shown = client.get(address)
    given = fields(shown.text)
    sent = send(client, address, address, seen=given["seen"], **{"opinion": "grant", "draft": given["draft"], **form})
    assert sent.status_code == 303, sent.text[-1500:]


def decide(served: Served, number: str, **form: str) -> httpx.Response:
    """Decide on it, as the head."""
    person, address = served.client("head"), f"/requests/{number}/decide"
    given = {"decision": "approve", "article": "21", "confirm": PASSWORD, **form}
    return send(person, address, address, **given)


def state_of(served: Served, number: str) -> str:
    """The state that the ledger tells of."""
    archive = opened(served.home)
    try:
        with archive.catalogue.read() as connection:
            return REQUESTS.row(connection, number).state
    finally:
        archive.close()


def identifier(evidence: Served, number: str, name: str) -> str:
    """How the address of a file of a request names it."""
    shown = evidence.client("examiner").get(f"/requests/{number}/examine").text
    row = next(row for row in shown.split("<tr>") if name in row)
    found = re.search(rf'/requests/{number}/redact/([^"]+)"', row)
    assert found is not None
    return found[1]


def draft(evidence: Served, number: str, rows: Any, revision: int = 0, role: str = "examiner") -> httpx.Response:
    """Send these rows as what is drawn, as the script of the drawing page does."""
    client = evidence.client(role)
    token = fields(client.get("/requests").text)["csrf"]
    form = {"csrf": token, "rows": rows if isinstance(rows, str) else json.dumps(rows), "revision": str(revision)}
    return client.post(f"/requests/{number}/draft", data=form)


def record_of(evidence: Served, number: str) -> Request:
    """The request as its last record says."""
    archive = opened(evidence.home)
    try:
        with archive.catalogue.read() as connection:
            return REQUESTS.read(connection, archive.home, number)
    finally:
        archive.close()


def drag(page: Page, left: float, top: float, right: float, bottom: float) -> None:
    """From one place of the page to another, in shares of it."""
    edge = page.locator("#boxes").bounding_box()
    assert edge is not None
    page.mouse.move(edge["x"] + left * edge["width"], edge["y"] + top * edge["height"])
    page.mouse.down()
    page.mouse.move(edge["x"] + right * edge["width"], edge["y"] + bottom * edge["height"], steps=4)
    page.mouse.up()


def saved(page: Page) -> None:
    """Wait until the last stroke is saved."""
    page.locator("#redact[data-status=saved]").wait_for()
