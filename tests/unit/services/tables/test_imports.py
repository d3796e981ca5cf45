"""Why a case of a campaign was refused is said in whole sentences, as the report for the head shows them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

import pytest

from metadata.findings import Finding
from preserve.messages import speaking
from preserve.services.import_views import Line
from preserve.services.tables.imports import why

MISSING = Finding(
    "rule.document-missing", "立案审批表", "error", {"statute": "七", "stage": "启动", "document": "立案审批表"}
)
YOUNG = Finding("rule.legacy-not-old", "", "error", {"statute": "十六", "closed": "2026-10-10"})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_reason_has_its_values(language: Literal["zh", "en"]) -> None:
    line = Line("L5", why=f"{MISSING.code} {YOUNG.code}", told=(MISSING, YOUNG))
    with speaking(language):
        told = why(line)
    assert "立案审批表" in told and "2026-10-10" in told
    assert not re.search(r"[{}\n]", told)


def test_codes_and_ranges_without_findings_stay() -> None:
    line = Line("D1", why="100-4000")
    assert why(line) == "100-4000"
    with speaking("zh"):
        assert why(replace(line, why="sip.no-description")) != "sip.no-description"
