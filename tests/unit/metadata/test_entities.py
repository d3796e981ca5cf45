"""PREMIS entities as values: never changed, compared by what they say, and the same after a journey through XML."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from metadata.entities import (
    Agent,
    Event,
    FileObject,
    Format,
    IntellectualEntity,
    Link,
    Relationship,
    Representation,
    Rights,
)
from metadata.premis import read_premis, write_premis

FILE = FileObject(
    "f1",
    "data/笔录.txt",
    12,
    {"sha256": "0" * 64},
    Format("Plain Text File", "", "x-fmt/111", "signature"),
    "调查/笔录.txt",
    (("encoding", "UTF-8"), ("encoding", "GB 18030")),  # the same kind twice, in order
    (Relationship("derivation", "has source", "f0", "e1"), Relationship("structural", "is included in", "r1")),
)
WHOLE = Representation("r1", "original", (Relationship("structural", "represents", "c1"),))
CASE = IntellectualEntity("c1", "临文综罚〔2026〕1号", (("retention", "永久"),))
EVENT = Event(
    "e1", "normalization", "2026-01-05T02:00:00Z", "how", "warning", "what", (Link("a1", "x"),), (Link("f1"),)
)
AGENT = Agent("a1", "周建国", "person")
RIGHTS = Rights("g1", "statute", "cn", "第十九条", "delete", "永久", "2026-01-01", "2036-01-01", (Link("c1"),))


def test_every_kind_comes_back_from_xml_as_the_same_value(tmp_path: Path) -> None:
    write_premis(tmp_path / "premis.xml", [FILE, WHOLE, CASE], [EVENT], [AGENT], [RIGHTS])
    assert set(map(repr, read_premis(tmp_path / "premis.xml"))) == set(
        map(repr, (FILE, WHOLE, CASE, EVENT, AGENT, RIGHTS))
    )


@pytest.mark.parametrize("entity", [FILE, WHOLE, CASE, EVENT, AGENT, RIGHTS], ids=lambda entity: type(entity).__name__)
def test_what_was_read_is_never_changed(entity: FileObject | Event) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        entity.identifier = "other"  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        entity.note_beside = "x"  # type: ignore[union-attr]
    assert dataclasses.replace(entity) == entity != dataclasses.replace(entity, identifier="other")


def test_what_is_not_said_is_empty_and_never_guessed() -> None:
    bare = FileObject("f", "data/a", 0, {}, Format("unknown"))
    assert (bare.original_name, bare.properties, bare.relationships, bare.format.puid) == ("", (), (), None)
    assert Event("e", "validation", "2026-01-05T02:00:00Z").outcome == "success"
