"""METS and PREMIS of a delivery: what is given by its name in the archive, what was made for it with its source."""

from __future__ import annotations

import hashlib

import pytest

from metadata import csip
from metadata.entities import Event, FileObject, Relationship
from metadata.premis import read_premis
from preserve.access.dip.describing import Written
from tests.support.asking import PAPER
from tests.support.built import Built

pytestmark = pytest.mark.xdist_group("dip")


def objects(built: Built, role: str) -> list[FileObject]:
    path = built.package / "representations" / role / csip.PREMIS
    return [entity for entity in read_premis(path) if isinstance(entity, FileObject)]


def test_what_is_given_as_it_is_keeps_its_identifier_and_its_name(built: Built) -> None:
    assert built.request.examination is not None
    plain = [file for file in built.request.examination.selection if not file.redacted]
    described = {thing.identifier: thing for thing in objects(built, "original")}
    assert set(described) == {file.identifier for file in plain}
    for file in plain:
        thing = described[file.identifier]
        data = (built.package / "representations/original" / thing.path).read_bytes()
        assert hashlib.sha256(data).hexdigest() == thing.digests["sha256"] == file.sha256
        assert thing.original_name == file.path and thing.relationships == ()


def test_what_was_redacted_is_another_object_with_a_source_and_an_event(built: Built) -> None:
    assert built.request.examination is not None
    (source,) = [file for file in built.request.examination.selection if file.redacted]
    (made,) = objects(built, "redacted")
    assert made.identifier != source.identifier and made.original_name == source.given_as != PAPER
    (relation,) = made.relationships
    assert relation == Relationship("derivation", "has source", source.identifier, relation.event)
    entities = read_premis(built.package / "representations/redacted" / csip.PREMIS)
    (event,) = [entity for entity in entities if isinstance(entity, Event) and entity.kind == "redaction"]
    assert {link.identifier for link in event.objects} == {source.identifier, made.identifier}


def test_the_old_name_stands_nowhere_in_the_descriptions(built: Built) -> None:
    """A redacted file goes under another name, since its own may tell what was taken out."""
    for path in built.package.rglob("*"):
        if path.suffix in (".xml", ".json", ".html"):
            assert PAPER not in path.read_text(encoding="utf-8"), path


def test_the_whole_tells_of_approval_and_dissemination(built: Built) -> None:
    events = [entity for entity in read_premis(built.package / csip.PREMIS) if isinstance(entity, Event)]
    assert [event.kind for event in events] == ["policy assignment", "dissemination"]
    assert built.request.decision is not None and events[0].when == built.request.decision.when
    assert built.request.number in events[0].detail


def test_a_file_is_referred_to_from_where_it_is_spoken_of(built: Built) -> None:
    written = Written(built.package, "2026-03-01T00:00:00Z")
    written.take("METS.xml")
    inside, outside = written.reference("METS.xml", "application/xml"), written.files["METS.xml"]
    assert (inside.size, inside.sha256) == (outside[0], outside[1]["sha256"])
    base = "representations/original/"
    written.take(base + "METS.xml")
    own = written.reference(base + "METS.xml", "application/xml", base)
    assert own.path == "METS.xml" and own.identifier != inside.identifier
