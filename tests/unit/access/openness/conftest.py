"""Archives of their own: what is open in one is open to every test of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.asking import Counter, opened_counter


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """One case, of which nothing is open."""
    with opened_counter(tmp_path_factory.mktemp("openness")) as whole:
        yield whole


@pytest.fixture(scope="module")
def classified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """One case that is a matter of privacy as a whole."""
    with opened_counter(tmp_path_factory.mktemp("classified"), classification="privacy") as whole:
        yield whole
