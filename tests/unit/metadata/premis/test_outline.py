"""An outline says of each entity what the whole reader says, in this library's form and in any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata.entities import Agent, Event, FileObject, Format, Link, Relationship, Representation, Rights
from metadata.errors import XMLRefused
from metadata.premis import read_premis, write_premis
from metadata.premis.outline import Outline, read_outlines
from metadata.schemas import premis_schema

PLAIN = FileObject(
    "f-1",
    "data/一.txt",
    12,
    {"sha256": "a" * 64, "sm3": "b" * 64},
    Format("Plain Text File", puid="x-fmt/111", note="basis: text"),
    "一.txt",
    (("EncodingEvidence", "utf-8"), ("Language", "zh")),
)
DERIVED = FileObject(
    "f-2",
    "data/二.pdf",
    34,
    {"sha256": "c" * 64},
    Format("PDF/A"),
    relationships=(Relationship("derivation", "has source", "f-1", "e-1"),),
)
EVENT = Event("e-1", "migration", "2026-12-11T00:00:00Z", agents=(Link("a-1"),), objects=(Link("f-1"), Link("f-2")))


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "premis.xml"
    objects = (Representation("r-1", "original"), PLAIN, DERIVED)
    rights = Rights("s-1", "statute", citation="第九条", act="disseminate", objects=(Link("r-1"),))
    write_premis(path, objects, (EVENT,), (Agent("a-1", "program", "software"),), (rights,))
    return path


def test_each_entity_has_its_outline_in_order(document: Path) -> None:
    assert list(read_outlines(document, premis_schema())) == [
        Outline("object", "r-1"),
        Outline("file", "f-1", "data/一.txt", 12, "a" * 64),
        Outline("file", "f-2", "data/二.pdf", 34, "c" * 64, (("derivation", "has source", "f-1", "e-1"),)),
        Outline("event", "e-1", agents=("a-1",), objects=("f-1", "f-2")),
        Outline("agent", "a-1"),
        Outline("rights", "s-1", objects=("r-1",)),
    ]


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        pytest.param("<size>12</size>", "<!-- 13 --><size>1<?x y?>2</size>", id="comments"),
        pytest.param("<storage>", "<storage/><storage>", id="two-storages"),
        pytest.param("data/一.txt", "<![CDATA[data/一.txt]]>", id="cdata"),
        pytest.param(
            "<objectCharacteristics>", "<objectCharacteristics><compositionLevel>0</compositionLevel>", id="level"
        ),
        pytest.param("<size>12</size>", "<size>12</size><size>13</size>", id="two-sizes"),
    ],
)
def test_another_form_is_read_as_the_whole_reader_does(document: Path, what: str, instead: str) -> None:
    document.write_text(document.read_text().replace(what, instead, 1))
    whole = [entity for entity in read_premis(document) if isinstance(entity, FileObject)]
    files = [outline for outline in read_outlines(document) if outline.kind == "file"]
    assert [(file.identifier, file.path, file.size, file.sha256) for file in files] == [
        (file.identifier, file.path, file.size, file.digests["sha256"]) for file in whole
    ]


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        pytest.param("SHA-256", "SHA-257", id="unknown-algorithm"),
        pytest.param("<size>12</size>", "<size>twelve</size>", id="no-number"),
        pytest.param("<size>12</size>", "", id="no-size"),
        pytest.param("f-1</objectIdentifierValue>", "</objectIdentifierValue>", id="no-identifier"),
        pytest.param("premis:file", "premis:bitstream", id="another-kind"),
    ],
)
def test_what_the_whole_reader_refuses_is_refused_with_its_words(document: Path, what: str, instead: str) -> None:
    document.write_text(document.read_text().replace(what, instead, 1))
    with pytest.raises(XMLRefused) as whole:
        list(read_premis(document))
    with pytest.raises(XMLRefused) as outlines:
        list(read_outlines(document))
    assert outlines.value.values == whole.value.values
