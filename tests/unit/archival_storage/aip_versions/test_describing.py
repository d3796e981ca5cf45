"""METS and PREMIS of a new version: what was left out is named nowhere, and the same run writes the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from metadata import csip
from metadata.entities import Event
from metadata.premis import read_premis
from preserve.archival_storage.aip_versions.change import Change
from preserve.archival_storage.aip_versions.copy_unchanged import carry, data_path, stays
from preserve.archival_storage.aip_versions.describing import Writing, describe, dropped_objects
from preserve.archival_storage.aip_versions.previous import PreviousVersion, previous_version
from preserve.data_management.proof.anchors import REDUCED
from tests.support.kept import Kept, kept
from tests.support.packages import OBJID, TINY, identifier, make_package

MOMENT = "2026-11-28T08:00:00Z"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept(tmp_path_factory.mktemp("describing")) as archive:
        yield archive


def written(whole: Kept, root: Path, drop: frozenset[str]) -> Writing:
    with whole.archive.catalogue.read() as connection:
        old = previous_version(whole.archive.home, connection, whole.name)
    gone = dropped_objects(old, drop)
    paths = stays(old)
    for role in old.roles():
        paths += [data_path(role, file.path) for file in old.objects(role) if file.identifier not in gone]
    carried = carry(old, root, paths, ("sha256",), lambda moved: None, way="none")
    change = Change(REDUCED, "依决定销毁 & <部分>", drop=drop)
    writing = Writing(old, 2, root, ("sha256",), change, gone, carried, "li", MOMENT)
    describe(writing)
    return writing


def test_what_was_derived_goes_with_its_original(tmp_path: Path) -> None:
    old = PreviousVersion(make_package(tmp_path), OBJID, 1, "", {})
    name = TINY[0][0]
    assert dropped_objects(old, [identifier("original", name)]) == {
        identifier("original", name),
        identifier("preservation", name + ".xml"),
    }
    assert dropped_objects(old, []) == frozenset()


def test_what_was_left_out_is_named_nowhere_and_the_reason_is(whole: Kept, tmp_path: Path) -> None:
    with whole.archive.catalogue.read() as connection:
        old = previous_version(whole.archive.home, connection, whole.name)
    gone = next(file for file in old.objects("original") if file.original_name == "笔录.txt")
    writing = written(whole, tmp_path / "new", frozenset({gone.identifier}))
    for path in (tmp_path / "new").rglob("*.xml"):
        assert gone.identifier not in path.read_text(encoding="utf-8"), path
    events = {
        entity.identifier: entity for entity in read_premis(tmp_path / "new" / csip.PREMIS) if isinstance(entity, Event)
    }
    assert "依决定销毁 & <部分>" in events[writing.creation].detail and events[writing.creation].when == MOMENT
    note = (tmp_path / "new" / "documentation" / "version-0002.txt").read_text(encoding="utf-8")
    assert writing.name == f"{whole.objid}_v0002" and whole.name in note and writing.name in note


def test_it_runs_again_with_the_same_result(whole: Kept, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        written(whole, tmp_path / folder, frozenset())
    first, second = (
        {
            path.relative_to(tmp_path / folder): path.read_bytes()
            for path in (tmp_path / folder).rglob("*")
            if path.is_file()
        }
        for folder in ("a", "b")
    )
    assert first == second and Path(csip.METS) in first
