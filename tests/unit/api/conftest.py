"""The small archive at the REST door, with a caller for everybody who might ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from preserve.api.app import BASE, make_api
from preserve.services.standing import Standing
from tests.support.bureau import Bureau, make_bureau
from tests.support.callers import Caller, bearer


@pytest.fixture(scope="package")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """One case, one request, people of every role."""
    whole = make_bureau(tmp_path_factory.mktemp("bureau"))
    yield whole
    whole.archive.close()


@pytest.fixture(scope="package")
def api(bureau: Bureau) -> Iterator[Any]:
    """The door of that archive."""
    standing = Standing(bureau.archive.home.path)
    yield Starlette(routes=[Mount(BASE, make_api(standing))])
    standing.close()


@pytest.fixture(scope="package")
def caller(bureau: Bureau, api: Any) -> Caller:
    """Gives the client of somebody, by what they are; of nobody without a name."""

    def of(who: str = "", language: str = "en") -> TestClient:
        headers = {"accept-language": language} | (bearer(bureau, who) if who else {})
        return TestClient(api, base_url=f"http://archive{BASE}", headers=headers, raise_server_exceptions=False)

    return of
