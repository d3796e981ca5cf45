"""One disc that was composed and not burned yet, for the tests of discs to share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.archival_storage.discs.compose import compose
from tests.support.kept import kept
from tests.support.waiting_disc import DISCS, KIND, Waiting


@pytest.fixture(scope="package")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Waiting]:
    """The disc of one case; never burned by a test that others need it after."""
    with kept(tmp_path_factory.mktemp("disc")) as whole:
        (disc,) = compose(whole.archive, DISCS, "BD-R", KIND, everything=True, actor="li")
        yield Waiting(whole, disc)
