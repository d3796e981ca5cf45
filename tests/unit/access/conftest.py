"""The small archive that the tests of access share: nobody alters its packages, and requests only come in addition."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.asking import Counter, opened_counter


@pytest.fixture(scope="session")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """One case of two texts, a picture and a paper."""
    with opened_counter(tmp_path_factory.mktemp("counter")) as whole:
        yield whole
