"""The errors of this library, one tree:

MetadataError
├── BagUnreadable       not a bag, or one that no reader could make sense of
├── XMLRefused          not well formed, or of another vocabulary
│   ├── DoctypeRefused  declares a document type or entities
│   └── XMLNotValid     not valid by its schema
└── SchemaMissing       the XSDs are not in this environment
"""

from __future__ import annotations

from metadata.findings import Value


def _again(kind: type[MetadataError], where: str, values: dict[str, Value]) -> MetadataError:
    return kind(where, **values)


class MetadataError(Exception):
    """Root. `code` names the sentence, `where` the file, `values` fill the sentence."""

    code = "metadata.error"

    def __init__(self, where: str = "", /, **values: Value) -> None:
        super().__init__(self.code, where, values)
        self.where = where
        self.values = values

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        # Errors come back from worker processes, which takes more than Exception does by itself.
        return _again, (type(self), self.where, dict(self.values))

    def __str__(self) -> str:
        return f"{self.code}: {self.where} {self.values or ''}".rstrip()


class BagUnreadable(MetadataError):
    """The folder is not a bag, or its declaration or manifests cannot be read."""

    code = "bag.unreadable"


class XMLRefused(MetadataError):
    """The XML is not well formed, declares a DOCTYPE or entities, or has another root than expected."""

    code = "ip.xml-refused"


class DoctypeRefused(XMLRefused):
    """The XML declares a document type or entities, which could reach outside or swell."""

    code = "ip.doctype"


class XMLNotValid(XMLRefused):
    """The XML is well formed but not valid by its schema."""

    code = "ip.not-valid"


class SchemaMissing(MetadataError):
    """The XML schemas were not installed beside this environment."""

    code = "ip.schema-missing"
