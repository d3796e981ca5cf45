"""A case whose file is divided into 正卷 and 副卷."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.asking import Counter, opened_counter, with_inner_volume


@pytest.fixture(scope="session")
def inner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """The decision is in the internal volume."""
    with opened_counter(tmp_path_factory.mktemp("inner"), objects=with_inner_volume()) as whole:
        yield whole
