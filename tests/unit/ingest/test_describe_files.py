"""What a first version says of its files in METS, PREMIS and the manifests."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata.entities import Event, FileObject
from metadata.mets import read_references
from metadata.premis import read_premis
from preserve.ingest.runner import Result
from tests.support.small_case import ingest, small_archive, small_case


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """One case, taken in."""
    folder = tmp_path_factory.mktemp("files")
    return ingest(small_archive(folder / "archive"), small_case(folder, "文〔2026〕1号"))


def _representation(result: Result, role: str) -> Path:
    return result.location / "data" / result.objid / "representations" / role


def test_each_original_is_in_premis_and_in_mets(result: Result) -> None:
    folder = _representation(result, "original")
    entities = list(read_premis(folder / "metadata/preservation/premis.xml"))
    files = {entity.original_name: entity for entity in entities if isinstance(entity, FileObject)}
    assert set(files) == {"case.json", "旧笔录.txt", "笔录.txt"}
    assert {tuple(sorted(file.digests)) for file in files.values()} == {("sha256", "sm3")}
    kinds = [entity.kind for entity in entities if isinstance(entity, Event)]
    assert kinds == ["message digest calculation", "format identification", "metadata extraction", "virus check"]
    referred = {reference.checksum for reference in read_references(folder / "METS.xml")}
    assert {file.digests["sha256"] for file in files.values()} <= referred


def test_a_derivative_has_its_source_and_the_event_that_made_it(result: Result) -> None:
    entities = list(read_premis(_representation(result, "preservation") / "metadata/preservation/premis.xml"))
    (made,) = [entity for entity in entities if isinstance(entity, FileObject)]
    (event,) = [entity for entity in entities if isinstance(entity, Event)]
    originals = read_premis(_representation(result, "original") / "metadata/preservation/premis.xml")
    (source,) = [e for e in originals if isinstance(e, FileObject) and e.original_name == "旧笔录.txt"]
    assert [(relation.related, relation.event) for relation in made.relationships] == [
        (source.identifier, event.identifier)
    ]
    assert (event.kind, event.outcome) == ("normalization", "success")


def test_the_manifests_list_every_file_that_lies_there(result: Result) -> None:
    for algorithm in ("sha256", "sm3"):
        lines = (result.location / f"manifest-{algorithm}.txt").read_text(encoding="utf-8").splitlines()
        listed = {line.partition("  ")[2] for line in lines}
        there = {p.relative_to(result.location).as_posix() for p in result.location.glob("data/**/*") if p.is_file()}
        assert listed == there
