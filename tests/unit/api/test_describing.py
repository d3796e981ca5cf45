"""The description of the REST door: OpenAPI 3.1, each row with its schemas, its refusals and its way in."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from preserve.api.app import BASE
from preserve.api.table import OFFERS

pytestmark = pytest.mark.xdist_group("api")


@pytest.fixture(scope="module")
def described(api: Any) -> dict[str, Any]:
    shown: dict[str, Any] = TestClient(api).get(f"{BASE}/openapi.json").json()
    return shown


def test_every_row_is_described(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0" and described["servers"] == [{"url": BASE}]
    for offer in OFFERS:
        row = described["paths"][offer.path][offer.verb.lower()]
        assert row["description"] and (row["security"] == [{"bearer": []}]) != offer.open
        assert {"400", "401", "403", "404", "409", "422", "500", "503"} <= set(row["responses"])


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    def references(part: Any) -> Any:
        if isinstance(part, list):
            for one in part:
                yield from references(one)
        elif isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for one in part.values():
                yield from references(one)

    names = set(described["components"]["schemas"])
    assert {one.removeprefix("#/components/schemas/") for one in references(described)} <= names


def test_a_document_has_no_exit_status(described: dict[str, Any]) -> None:
    for offer in OFFERS:
        shape = described["components"]["schemas"][offer.operation]
        assert not {"ok", "status"} & set(shape["properties"]), offer.operation
