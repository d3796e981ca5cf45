"""PREMIS entities come back from the file as they were, and the file is valid whatever they hold."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata.entities import (
    Agent,
    Event,
    FileObject,
    Format,
    IntellectualEntity,
    Link,
    Object,
    Relationship,
    Representation,
    Rights,
)
from metadata.errors import DoctypeRefused, XMLNotValid, XMLRefused
from metadata.premis import read_premis, write_premis
from metadata.schemas import premis_schema

# What XML 1.0 holds, without CR, which every reader turns into LF.
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
TEXT = st.text(LETTERS, min_size=1, max_size=30)
MAYBE = st.one_of(st.just(""), TEXT)
NAME = st.uuids().map(str)
PROPERTIES = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
RELATION = st.one_of(
    st.builds(
        Relationship, st.just("derivation"), st.sampled_from(["has source", "is source of"]), NAME, st.none() | NAME
    ),
    st.builds(Relationship, st.just("structural"), st.sampled_from(["represents", "is included in"]), NAME, st.none()),
)
RELATIONS = st.lists(RELATION, max_size=2).map(tuple)
DIGESTS = st.dictionaries(st.sampled_from(["sha256", "sha512", "sm3"]), st.from_regex(r"[0-9a-f]{64}", fullmatch=True))
FORMAT = st.builds(Format, TEXT, MAYBE, st.none() | st.just("fmt/19"), MAYBE)
OBJECT = st.one_of(
    st.builds(FileObject, NAME, TEXT, st.integers(0, 1 << 50), DIGESTS, FORMAT, MAYBE, PROPERTIES, RELATIONS),
    st.builds(Representation, NAME, TEXT, RELATIONS),
    st.builds(IntellectualEntity, NAME, MAYBE, PROPERTIES, RELATIONS),
)
LINKS = st.lists(st.builds(Link, NAME, MAYBE), max_size=2, unique_by=lambda link: link.identifier).map(tuple)
EVENT = st.builds(
    Event,
    NAME,
    st.sampled_from(["ingestion start", "normalization", "virus check"]),
    st.just("2026-01-05T02:00:00Z"),
    MAYBE,
    st.sampled_from(["success", "fail", "warning"]),
    MAYBE,
    LINKS,
    LINKS,
)
AGENT = st.builds(Agent, NAME, TEXT, st.sampled_from(["software", "person", "organization", "hardware"]), MAYBE, MAYBE)
RIGHTS = st.builds(
    Rights,
    NAME,
    st.just("statute"),
    st.just("cn"),
    TEXT,
    st.just("disclose"),
    MAYBE,
    st.just("2026-01-01"),
    st.just("2036-01-01"),
    st.lists(st.builds(Link, NAME), max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(OBJECT, min_size=1, max_size=3),
    st.lists(EVENT, max_size=2),
    st.lists(AGENT, max_size=2),
    st.lists(RIGHTS, max_size=1),
)
def test_entities_come_back(
    objects: list[Object], events: list[Event], agents: list[Agent], rights: list[Rights]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "premis.xml"
        write_premis(path, objects, events, agents, rights)
        assert list(read_premis(path, premis_schema())) == [*objects, *events, *agents, *rights]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_makes_a_valid_document(name: str, detail: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "premis.xml"
        write_premis(
            path,
            [FileObject("a", "data/x", 1, {"sha256": "0" * 64}, Format(name or "x"), name)],
            [Event("e", "validation", "2026-01-05T02:00:00Z", detail, "warning", name)],
        )
        assert len(list(read_premis(path, premis_schema()))) == 2


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A document with one object."""
    path = tmp_path / "premis.xml"
    write_premis(path, [FileObject("a", "data/x", 1, {"sha256": "0" * 64}, Format("x"))])
    return path


def test_a_document_that_breaks_off_anywhere_is_refused(small: Path) -> None:
    data = small.read_bytes()
    for end in range(len(data.rstrip())):
        small.write_bytes(data[:end])
        with pytest.raises(XMLRefused):
            list(read_premis(small, premis_schema()))


def test_what_the_schema_does_not_know_is_refused(small: Path) -> None:
    small.write_bytes(small.read_bytes().replace(b"<objectCharacteristics>", b"<objectCharacteristics><colour/>"))
    with pytest.raises(XMLNotValid):
        list(read_premis(small, premis_schema()))


@pytest.mark.parametrize(
    "before",
    [
        b"<!DOCTYPE premis>",
        b'<!DOCTYPE premis [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
        b"<!-- " + b"x" * 100 + b" -->\n<?x y?><!DOCTYPE premis SYSTEM 'file:///etc/passwd'>",
        b"<?x ?><!DOCTYPE premis><?y ?>",
        b"<!-- <premis> --><!DOCTYPE premis>",
    ],
)
def test_a_document_type_is_refused_wherever_it_stands(before: bytes, small: Path) -> None:
    small.write_bytes(small.read_bytes().replace(b"<premis ", before + b"<premis ", 1))
    with pytest.raises(DoctypeRefused):
        list(read_premis(small))


def test_a_document_type_behind_much_white_space_or_another_encoding_is_refused(small: Path) -> None:
    whole = small.read_bytes()
    small.write_bytes(whole.replace(b"<premis ", b" " * 70_000 + b"<!DOCTYPE premis><premis ", 1))
    with pytest.raises(XMLRefused):
        list(read_premis(small))
    text = (
        whole.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').replace("<premis ", "<!DOCTYPE premis><premis ")
    )
    small.write_bytes(text.encode("utf-16"))
    with pytest.raises(DoctypeRefused):
        list(read_premis(small))
