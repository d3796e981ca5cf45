"""The XML schemas, off-line: METS 1.12, its DILCIS extension, XLink and PREMIS 3.0; installed with the program."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from lxml import etree

from metadata.errors import SchemaMissing
from metadata.xml import CSIP, METS, PREMIS, XLINK

FILES = ("mets.xsd", "xlink.xsd", "xml.xsd", "DILCISExtensionMETS.xsd", "premis-v3-0.xsd")
IN_PACKAGE = ("mets.xsd", "xlink.xsd", "DILCISExtensionMETS.xsd", "premis-v3-0.xsd")


def schema_folder() -> Path:
    """Where the schemas lie. Raises SchemaMissing when one of them is not there."""
    folder = Path(sys.prefix) / "share" / "preserve" / "schemas"
    for name in FILES:
        if not (folder / name).is_file():
            raise SchemaMissing(str(folder / name))
    return folder


def packaged(name: str) -> bytes:
    """A schema as it goes into a package: METS's refers to the XLink beside it, so that no network is asked for it."""
    schema = (schema_folder() / name).read_bytes()
    return schema.replace(
        b'schemaLocation="http://www.loc.gov/standards/xlink/xlink.xsd"', b'schemaLocation="xlink.xsd"'
    )


class _Local(etree.Resolver):
    """Answers every request for a schema from the folder, by its last name; anything else gets nothing."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def resolve(self, url: str, public: str, context: object) -> object:  # type: ignore[override]
        name = url.rpartition("/")[2]
        name = {"xlink.xsd": "xlink.xsd", "xml.xsd": "xml.xsd"}.get(name, name)
        if (self._folder / name).is_file():
            return self.resolve_filename(str(self._folder / name), context)  # type: ignore[attr-defined]
        return self.resolve_empty(context)  # type: ignore[attr-defined]


# The wrapper imports XLink before METS: libxml2 keeps the first schema it meets for a namespace, so that METS's own
# reference to a copy in the network is never followed.
_WRAPPER = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:import namespace="{xlink}" schemaLocation="xlink.xsd"/>
<xs:import namespace="{mets}" schemaLocation="mets.xsd"/>
<xs:import namespace="{csip}" schemaLocation="DILCISExtensionMETS.xsd"/>
</xs:schema>"""


def _load(text: bytes, base: Path) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    parser.resolvers.add(_Local(base))
    return etree.XMLSchema(etree.fromstring(text, parser, base_url=str(base / "wrapper.xsd")))


@cache
def mets_schema() -> etree.XMLSchema:
    """METS with its E-ARK extension."""
    folder = schema_folder()
    return _load(_WRAPPER.format(xlink=XLINK, mets=METS, csip=CSIP).encode(), folder)


@cache
def premis_schema() -> etree.XMLSchema:
    """PREMIS 3.0."""
    folder = schema_folder()
    text = (
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        f'<xs:import namespace="{XLINK}" schemaLocation="xlink.xsd"/>'
        f'<xs:import namespace="{PREMIS}" schemaLocation="premis-v3-0.xsd"/></xs:schema>'
    )
    return _load(text.encode(), folder)
