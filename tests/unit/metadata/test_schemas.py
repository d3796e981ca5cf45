"""The schemas that go into a package lead to each other and to nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from metadata.schemas import IN_PACKAGE, mets_schema, packaged, premis_schema


@pytest.mark.parametrize("name", IN_PACKAGE)
def test_a_packaged_schema_imports_only_what_lies_beside_it(name: str) -> None:
    led = re.findall(rb'schemaLocation="([^"]*)"', packaged(name))
    assert {place.decode() for place in led} <= set(IN_PACKAGE)


@pytest.mark.parametrize("name", ["mets.xsd", "premis-v3-0.xsd"])
def test_the_schemas_of_a_package_compile_alone_without_network(name: str, tmp_path: Path) -> None:
    for schema in IN_PACKAGE:
        (tmp_path / schema).write_bytes(packaged(schema))
    parser = etree.XMLParser(no_network=True)
    assert etree.XMLSchema(etree.parse(str(tmp_path / name), parser))


def test_the_verifier_s_own_compile_too() -> None:
    assert mets_schema() is mets_schema()
    assert premis_schema() is premis_schema()
