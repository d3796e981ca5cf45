"""What a first version says of the case as a whole: description, root documents, rights, documentation."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from metadata import csip
from metadata.entities import Agent, Event, IntellectualEntity, Rights
from metadata.mets import read_identity, read_references
from metadata.premis import read_premis
from metadata.xml import DC
from preserve.ingest.runner import Result
from tests.support.small_case import ingest, small_archive, small_case

NUMBER = "述〔2026〕1号"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """One case, taken in."""
    folder = tmp_path_factory.mktemp("whole")
    return ingest(small_archive(folder / "archive"), small_case(folder, NUMBER))


def _package(result: Result) -> Path:
    return result.location / "data" / result.objid


def test_the_case_its_rights_and_what_happened_to_the_whole(result: Result) -> None:
    entities = list(read_premis(_package(result) / csip.PREMIS))
    (case,) = [entity for entity in entities if isinstance(entity, IntellectualEntity)]
    assert case.original_name == NUMBER
    assert dict(case.properties)["long-term storage (Art. 18)"] in ("yes", "no")
    events = [entity for entity in entities if isinstance(entity, Event)]
    assert [event.kind for event in events] == [
        "ingestion start",
        "validation",
        "metadata extraction",
        "policy assignment",
        "information package creation",
    ]
    assert "rule.document-missing" in events[1].outcome_detail
    assert {entity.name for entity in entities if isinstance(entity, Agent)} == {"preserve", "zhou", "某局"}
    rights = [entity for entity in entities if isinstance(entity, Rights)]
    assert [right.act for right in rights] == ["disclose", "delete"]


def test_dublin_core_has_no_empty_terms(result: Result) -> None:
    tree = etree.parse(_package(result) / csip.DUBLIN_CORE)
    terms = [(etree.QName(element).localname, element.text) for element in tree.iter(f"{{{DC}}}*")]
    assert ("title", NUMBER) in terms and ("language", "zh") in terms
    assert all(text for _, text in terms)


def test_the_root_refers_to_every_document_that_lies_there(result: Result) -> None:
    package = _package(result)
    assert read_identity(package / csip.METS).objid == result.objid
    references = list(read_references(package / csip.METS))
    for reference in references:
        assert (package / csip.decode_href(reference.href)).is_file()
    referred = {csip.decode_href(reference.href) for reference in references}
    documents = {path.relative_to(package).as_posix() for path in (package / "documentation").rglob("*.*")}
    assert documents <= referred
    assert "documentation/README.md" in documents and "documentation/compliance.pdf" in documents
