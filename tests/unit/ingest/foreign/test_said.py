"""Descriptions in the words of others: what they say is taken once, in whatever tree it stands."""

from __future__ import annotations

import pytest
from lxml import etree

from preserve.ingest.foreign.said import LONGEST, said_in

EAD = "http://ead3.archivists.org/schema/"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<dc xmlns:d="http://purl.org/dc/elements/1.1/"><d:title> 一 \n案</d:title></dc>', [("dc:title", "一 案")]),
        (f'<ead xmlns="{EAD}"><unittitle>一<em>案</em></unittitle></ead>', [("ead:unittitle", "一案")]),
        (
            "<ead><archdesc><unitid>A1</unitid><dsc><c><unitid>A1-1</unitid></c></dsc></archdesc></ead>",
            [("ead:unitid", "A1")],
        ),
        (
            '<dublin_core schema="dcterms"><dcvalue element="date" qualifier="issued">1990</dcvalue></dublin_core>',
            [("dcterms:date.issued", "1990")],
        ),
        (
            '<x xmlns:m="http://www.loc.gov/mods/v3"><m:name><m:namePart>某局</m:namePart></m:name></x>',
            [("mods:name.namePart", "某局")],
        ),
        ("<title>of nobody's vocabulary</title>", []),
    ],
)
def test_each_vocabulary_by_its_words(text: str, said: list[tuple[str, str]]) -> None:
    assert said_in(etree.fromstring(text)) == said


def test_what_is_said_very_often_or_at_length_is_bounded() -> None:
    many = "<dc:a>x</dc:a>" * 20_000 + f"<dc:b>{'x' * 100_000}</dc:b>"
    root = etree.fromstring(f'<r xmlns:dc="http://purl.org/dc/elements/1.1/">{many}</r>')
    assert len(said_in(root)) == 10_000
    long = etree.fromstring(f'<r xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:b>{"x" * 100_000}</dc:b></r>')
    assert [len(text) for _, text in said_in(long)] == [LONGEST]


def test_a_deep_tree_is_walked_once() -> None:
    """Nested as deep as the parser lets, each level would read all below it again."""
    depth = 2_000
    text = f'<ead xmlns="{EAD}">' + "<unittitle>" * depth + "x" + "</unittitle>" * depth + "</ead>"
    root = etree.fromstring(text, etree.XMLParser(huge_tree=True))
    assert said_in(root) == [("ead:unittitle", "x")]
