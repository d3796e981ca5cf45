"""The door asked by its own description, as three roles and as nobody: no defect, and nothing that it does not promise."""

from __future__ import annotations

from collections import Counter
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from preserve.api.app import BASE
from tests.support.bureau import Bureau
from tests.support.callers import bearer

pytestmark = pytest.mark.xdist_group("api")

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDS_ITSELF = {"DELETE /session"}
"""What ends the session that asks: nothing would be asked after it."""
EXAMPLES = {"archivist": 2, "auditor": 1, "security-administrator": 1}
"""How often each row is asked, by role: what takes bytes in and out is the archivist's."""


def bounded(who: str) -> hypothesis.settings:
    """The same examples at every run."""
    return hypothesis.settings(
        max_examples=EXAMPLES[who],
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.parametrize("who", EXAMPLES)
def test_it_keeps_to_its_description(who: str, api: Any, bureau: Bureau) -> None:
    schema = schemathesis.openapi.from_asgi(f"{BASE}/openapi.json", api)
    headers = bearer(bureau, who)
    broken, answered = [], Counter[int]()
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.label in ENDS_ITSELF:
            continue

        @hypothesis.seed(17)
        @bounded(who)
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            answer = case.call_and_validate(headers=headers, checks=CHECKS)
            answered[answer.status_code] += 1

        try:
            ask()
        except BaseExceptionGroup as error:  # all of them are told at once
            broken.append(f"{operation.label}: {error.exceptions} {error}"[:1500])
    assert not broken, "\n\n".join(broken)
    assert answered[200] > 5, answered
