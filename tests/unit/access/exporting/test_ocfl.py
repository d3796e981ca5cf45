"""OCFL: another program reads what lies there, and a root grows by what is new alone."""

from __future__ import annotations

from pathlib import Path

import bagit
import pytest

from preserve.access.exporting.ocfl import path_of
from tests.support import ocfl
from tests.support.asking import Counter
from tests.support.exported import package_of, written

pytestmark = pytest.mark.xdist_group("exporting-steps")


def test_an_ocfl_root_grows_by_what_is_new(counter: Counter, tmp_path: Path) -> None:
    first = written(counter, "ocfl", tmp_path)
    assert first.written is not None
    assert (first.written.cases, first.written.present) == (1, 0)
    valid, said = ocfl.validate(tmp_path / "ocfl")
    assert valid, said
    place = tmp_path / "ocfl" / path_of(counter.objid)
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    second = written(counter, "ocfl", tmp_path)
    assert second.written is not None
    assert (second.written.present, second.written.files) == (1, 0)
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before
    ocfl.extract(place, "v1", tmp_path / "out")
    assert bagit.Bag(str(tmp_path / "out")).validate()
    for path in package_of(counter).rglob("*"):
        if path.is_file():
            assert (tmp_path / "out" / path.relative_to(package_of(counter))).read_bytes() == path.read_bytes()
