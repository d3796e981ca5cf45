"""The small archive that the tests of the services share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.services.recent_looks import RECENT
from tests.support.bureau import Bureau, make_bureau


@pytest.fixture(scope="session")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """One case, one request, people of every role; whoever uses it leaves case and people as they were."""
    whole = make_bureau(tmp_path_factory.mktemp("bureau"))
    yield whole
    whole.archive.close()


@pytest.fixture(autouse=True)
def each_look_for_itself() -> None:
    """What one test looked at is recorded again for the next."""
    RECENT.forget()
