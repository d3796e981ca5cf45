"""Documents of results: what people are told is said in the document, in the language in use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from metadata.findings import Finding
from preserve.messages import speaking
from preserve.services.documents import FindingShown, Sentence, SentenceShown, as_document, schemas

FINDING = Finding("cli.severity-note", "a.txt", "note", {})


@dataclass(frozen=True)
class Part:
    findings: tuple[FindingShown, ...]


@dataclass(frozen=True)
class OtherPart:
    findings: tuple[FindingShown, ...]
    path: Path


@dataclass(frozen=True)
class Whole:
    status: int
    parts: tuple[Part | OtherPart, ...]
    message: SentenceShown


def test_findings_may_stand_in_several_parts() -> None:
    whole = Whole(3, (Part((FINDING,)), OtherPart((FINDING,), Path("x"))), Sentence())
    document = as_document(whole)
    assert document["ok"] is False
    assert document["message"] == ""
    first, second = (part["findings"][0] for part in document["parts"])
    assert first == second
    assert first["message"] == "［记录］"


@pytest.mark.parametrize(("language", "message"), [("zh", "［记录］"), ("en", "[note]")])
def test_a_sentence_is_said_in_the_language_in_use(language: str, message: str) -> None:
    with speaking("zh" if language == "zh" else "en"):
        assert as_document(Whole(0, (), Sentence("cli.severity-note")))["message"] == message


def test_every_operation_has_a_schema() -> None:
    for name, schema in schemas().items():
        assert schema["title"] == name
        assert schema["type"] == "object"
