"""A delivery that the tests of its layers share, as it is built and before it leaves."""

from __future__ import annotations

import pytest

from tests.support.asking import Counter
from tests.support.built import Built, build_redacted


@pytest.fixture(scope="session")
def built(counter: Counter, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One paper redacted, the rest as it is."""
    return build_redacted(counter, tmp_path_factory.mktemp("built"))
