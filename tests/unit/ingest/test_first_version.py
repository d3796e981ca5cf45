"""What a first version says of its files, and that what was published is entered by whichever run comes next."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata.entities import Event, FileObject
from metadata.mets import read_references
from metadata.premis import read_premis
from preserve.data_management import ledger
from preserve.data_management.archive import Archive
from preserve.errors import Stopped
from preserve.ingest.runner import Result
from tests.support.small_case import Interrupting, ingest, small_archive, small_case


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive for all cases."""
    return small_archive(tmp_path_factory.mktemp("first") / "archive")


@pytest.fixture(scope="module")
def result(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """One case, taken in."""
    return ingest(archive, small_case(tmp_path_factory.mktemp("case"), "首〔2026〕1号"))


def _representation(result: Result, role: str) -> Path:
    return result.location / "data" / result.objid / "representations" / role


def test_published_and_not_entered_it_is_read_again_and_entered(archive: Archive, tmp_path: Path) -> None:
    case = small_case(tmp_path, "首〔2026〕2号")
    with pytest.raises(Stopped):
        ingest(archive, case, Interrupting("ingest.step-register", Stopped("work.stopped")))
    result = ingest(archive, case)
    assert result.resumed and result.files > 3 and result.size > 0
    assert {finding.code for finding in result.findings} >= {"rule.document-missing"}
    with archive.catalogue.read() as connection:
        actions = [entry.action for entry in ledger.about(connection, result.objid)]
    assert actions.count("case.registered") == 1 and actions.count("ingest.sealed") == 1


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
