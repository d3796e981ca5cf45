"""Errors cross from worker processes whole: class, code, place, values, findings."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from metadata import errors as of_metadata
from metadata.findings import Finding
from preserve import errors as of_preserve
from storage_adapters import errors as of_storage


def kinds(module: object, root: type[Exception]) -> Iterator[type[Exception]]:
    """Every class of one tree."""
    for kind in vars(module).values():
        if isinstance(kind, type) and issubclass(kind, root):
            yield kind


SIMPLE = [*kinds(of_metadata, of_metadata.MetadataError), *kinds(of_storage, of_storage.StorageError)]


@pytest.mark.parametrize("kind", SIMPLE, ids=lambda kind: kind.__name__)
def test_library_errors_cross_over(kind: type[of_storage.StorageError]) -> None:
    error = pickle.loads(pickle.dumps(kind("现场/a.mp4", reason="No space left", free=3)))
    assert type(error) is kind
    assert (error.where, error.values) == ("现场/a.mp4", {"reason": "No space left", "free": 3})


@pytest.mark.parametrize("kind", list(kinds(of_preserve, of_preserve.PreserveError)), ids=lambda kind: kind.__name__)
def test_application_errors_cross_over(kind: type[of_preserve.PreserveError]) -> None:
    finding = Finding("sip.virus", "a", "refuse", {"virus": "x"})
    error = pickle.loads(pickle.dumps(kind("sip.refused", "w", findings=[finding], detail="d", limit=3)))
    assert type(error) is kind
    assert (error.code, error.where, error.values, error.findings, error.detail) == (
        "sip.refused",
        "w",
        {"limit": 3},
        (finding,),
        "d",
    )
