"""The words of hand-over folders: the shipped ones, an archive's own, and numbers for comparing."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.description.fixed_values import Classification, Retention
from preserve.ingest.foreign.handover import handover_folders
from preserve.ingest.foreign.handover_profile import above, plain_number, read_handover
from preserve.profiles import SHIPPED


def test_the_shipped_profile_knows_terms_and_degrees() -> None:
    profile = read_handover(None)
    assert (profile.retained("30 年"), profile.retained("15年")) == (Retention.YEARS_30, None)
    assert (profile.classified("非密"), profile.classified("机密")) == (
        Classification.INTERNAL,
        Classification.STATE_SECRET,
    )


def test_an_archives_own_dialect_counts(tmp_path: Path) -> None:
    text = (SHIPPED / "handover.toml").read_text(encoding="utf-8")
    (tmp_path / "handover.toml").write_text(
        text.replace('kind = "handover-2012"', 'kind = "handover-own"'), encoding="utf-8"
    )
    assert [reader.kind for reader in handover_folders(tmp_path)] == [
        "handover-package",
        "handover-dat93",
        "handover-own",
    ]


@pytest.mark.parametrize(
    ("number", "volume"),
    [
        ("J019－ZY•JC·2019·D30—001-001", "J019-ZY·JC·2019·D30-001"),
        ("A439-WS·2015·D30·003-005", "A439-WS·2015·D30·003-005"),
        ("C038-001-002-003", "C038-001-002"),
    ],
)
def test_numbers_are_compared_whatever_their_separators(number: str, volume: str) -> None:
    assert above(number) == volume
    assert plain_number(f" {number} ") == plain_number(number)
