"""The finding aid is valid EAD3 whatever stands in it, and tells fonds, year and case."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from metadata.schemas import schema_folder
from preserve.access.openness.acts import PublicEntry
from preserve.access.openness.finding_aid import EAD, finding_aid, terms
from tests.support.asking import Counter

pytestmark = pytest.mark.xdist_group("openness")


def entry(number: int, fonds: str = "A001", closed: str = "2026-02-02", title: str = "一案") -> PublicEntry:
    objid = f"aip-{number:026d}"
    moment = "2026-03-01T00:00:00.000000Z"
    return PublicEntry(objid, f"〔2026〕{number}号", "", title, "某局", "2026-01-05", closed, fonds, "某全宗", moment)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(Path(schema_folder()) / "ead3.xsd")))


@pytest.mark.parametrize(
    "found",
    [
        [],
        [entry(1)],
        [entry(1), entry(2, closed="2025-12-31"), entry(3, fonds="A002"), entry(4, closed="")],
        [entry(5, title="<title>&\x00\x0b\ufffe 一案\x1f")],
    ],
)
def test_it_is_valid(counter: Counter, schema: etree.XMLSchema, found: list[PublicEntry]) -> None:
    document = etree.fromstring(finding_aid(counter.archive.home, found, "2026-11-30T00:00:00Z"))
    schema.assertValid(document)
    files = document.findall(f".//{{{EAD}}}c03")
    assert {file.get("id") for file in files} == {one.objid for one in found}
    fonds = document.findall(f".//{{{EAD}}}c01")
    assert len(fonds) == len({one.fonds for one in found})


def test_dublin_core_names_what_everybody_may_read() -> None:
    told = dict(terms(entry(1)))
    assert told["title"] == "一案"
    assert set(told) <= {
        "title",
        "creator",
        "publisher",
        "date",
        "coverage",
        "type",
        "identifier",
        "relation",
        "language",
    }
