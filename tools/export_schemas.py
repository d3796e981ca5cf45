"""Write the JSON Schema of the case description to `docs/schemas/`: `python tools/export_schemas.py`.

Titles are the workbook's Chinese headings with the field's name beside them, so that an editor that knows JSON Schema
shows a person the same words; each choice has its Chinese word under `x-zh`, which is accepted in its place. Words that
a bureau may add to in its profiles are no closed choice here: those of the shipped profiles stand as examples.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from preserve.description.labels import CASE, SHEETS, VALUES
from preserve.description.schema import CaseDescription
from preserve.description.vocabulary import FIELDS, Term, read_vocabulary

TARGET = Path(__file__).parent.parent / "docs" / "schemas" / "case.schema.json"

_ROWS = {
    "parties": "Party",
    "officers": "Officer",
    "stages": "StageDates",
    "measures": "MeasureTaken",
    "incidents": "IncidentNoted",
    "clocks": "ClockOffset",
    "acceptances": "Acceptance",
    "objects": "CaseObject",
}


def case_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the case description, with Chinese and English titles."""
    schema = CaseDescription.model_json_schema()
    _entitle(schema["properties"], CASE)
    for field, model in _ROWS.items():
        sheet, columns = SHEETS[field]
        schema["properties"][field]["title"] = f"{sheet} {field}"
        _entitle(schema["$defs"][model]["properties"], columns)
    _entitle(schema["$defs"]["Producer"]["properties"], {key.partition(".")[2]: zh for key, zh in CASE.items()})
    for kind, words in VALUES.items():
        schema["$defs"][kind.__name__]["x-zh"] = dict(words)
    words = read_vocabulary().terms
    models = {"measure": "MeasureTaken", "incident": "IncidentNoted", "shows": "CaseObject"}
    for field in FIELDS:
        holder = schema["$defs"][models[field]] if field in models else schema
        described = holder["properties"][field]
        _exemplify(described.get("items", described), words[field])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "案件说明 case description"}


def _entitle(properties: dict[str, Any], labels: Any) -> None:
    for name, field in properties.items():
        if name in labels:
            field["title"] = f"{labels[name]} {name}"


def _exemplify(field: dict[str, Any], terms: Sequence[Term]) -> None:
    field["examples"] = [term.name for term in terms]
    field["x-zh"] = {term.name: term.label.zh for term in terms}
    field["x-profile"] = "vocabulary.toml, cases/*.toml"


def text() -> str:
    """The file's content."""
    return json.dumps(case_schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text(), encoding="utf-8")
    print(TARGET)
