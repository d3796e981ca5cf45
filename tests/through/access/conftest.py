"""One bureau with one case for every test here that does not need its own."""

from __future__ import annotations

import pytest

from tests.support.office import Office, make_office


@pytest.fixture(scope="session")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An archive with a case, its people, one audit; whoever alters a package puts it back."""
    office = make_office(tmp_path_factory.mktemp("bureau"), "--test-authority")
    assert office.run("", "audit", "run").returncode == 0
    return office
