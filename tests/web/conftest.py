"""What the tests of several pages share: one door for each kind of home, as starting one takes seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.evidence import serving_evidence
from tests.support.web import Served, leave_browser
from tests.support.whole_bureau import Bureau, whole_bureau


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door over an archive with something to redact; tests with it belong to the group `web-requests`."""
    with serving_evidence(tmp_path_factory.mktemp("evidence")) as served:
        yield served


@pytest.fixture(scope="session")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """A door over an archive in which everything has happened; tests with it belong to the group `stories`."""
    with whole_bureau(tmp_path_factory.mktemp("bureau")) as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def own_browser() -> Iterator[None]:
    """No module leaves its browser to the next: tests that run an event loop of their own may come in this process."""
    yield
    leave_browser()
