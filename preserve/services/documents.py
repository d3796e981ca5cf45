"""Results made into documents: the one serializer of `--json` and of REST bodies, and the schemas of both.

A result is a frozen dataclass or a pydantic model of facts. Its fields are the document's keys, in their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler, PlainSerializer, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema
from typing_extensions import TypedDict

from metadata.findings import Finding, Value
from preserve.messages import hint, say
from preserve.services.operation import OPERATIONS, Operation


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def as_document(result: Any) -> dict[str, Any]:
    """The document of a result: `ok`, and the result's fields.

    `ok` is false where the result has a `status`, an exit status, that is not 0.
    """
    if result is None:
        return {"ok": True}
    fields: dict[str, Any] = _adapter(result.__class__).dump_python(
        result, mode="json", by_alias=True, warnings="error"
    )
    return {"ok": not fields.get("status", 0), **fields}


class _Untitled(GenerateJsonSchema):
    """Schemas without titles of fields: they would only repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False


def schema_of(operation: Operation[..., Any]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of an operation's document."""
    kind = operation.result
    fields: dict[str, Any] = (
        {} if kind is type(None) else _adapter(kind).json_schema(mode="serialization", schema_generator=_Untitled)
    )
    properties = {"ok": {"type": "boolean"}, **fields.pop("properties", {})}
    required = ["ok", *fields.pop("required", [])]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": operation.name, "type": "object"}
    return {**fields, **head, "properties": properties, "required": required}


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of every operation's document, by the operation's name."""
    import preserve.services.rooms  # noqa: F401  declares them all

    return {name: schema_of(OPERATIONS[name]) for name in sorted(OPERATIONS)}


class FindingDocument(TypedDict):
    """One finding, with its sentence and what to do in the language in use."""

    code: str
    severity: str
    where: str
    values: dict[str, Value]
    message: str
    hint: str


def finding_document(finding: Finding) -> FindingDocument:
    """One finding, with its sentence in the language in use."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "where": finding.where,
        "values": dict(finding.values),
        "message": say(finding.code, **finding.values),
        "hint": hint(finding.code, **finding.values),
    }


@dataclass(frozen=True, slots=True)
class SchemaOf:
    """As part of a field's type: in schemas the field has that of another type. It is made when a schema is asked for,
    and no command waits for it."""

    kind: Any

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return _adapter(self.kind).json_schema() if handler.mode == "serialization" else handler(schema)


# Not `return_type=FindingDocument`: pydantic (2.14) builds no serializer where two parts of a result refer to it.
FindingShown = Annotated[
    Finding, PlainSerializer(finding_document, return_type=dict[str, Any]), SchemaOf(FindingDocument)
]
"""A finding as a field of a result: a fact, with its sentence in the document."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is to be said: a code and its values; of an empty code nothing."""

    code: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    def said(self) -> str:
        """In the language in use."""
        return say(self.code, **self.values) if self.code else ""


SentenceShown = Annotated[Sentence, PlainSerializer(Sentence.said, return_type=str)]
"""A sentence as a field of a result: a fact, said in the document."""
