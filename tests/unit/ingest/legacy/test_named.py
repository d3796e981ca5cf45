"""What a name says: the best ground there is, and no case by anything less than its name."""

from __future__ import annotations

import pytest

from preserve.ingest.legacy.named import MOST_ASKED, NamedCases
from preserve.ingest.legacy.records import ListedCase

CASES = [
    ListedCase("文罚字〔2012〕1号", "", (), {"title": "张某擅自经营案", "parties": "张某", "closed": "2012-03-05"}),
    ListedCase("文罚字〔2012〕12号", "", (), {"parties": "某文化传播有限公司"}, archival_number="J019-3-012"),
    ListedCase("J019-3-013", "", (), number_is="archival_number"),
]


@pytest.mark.parametrize(
    ("name", "hits"),
    [
        ("001 文罚字【2012】第001号 张某", [(0, "case-number", "certain")]),
        ("文罚字〔2012〕112号", []),
        ("文罚〔2012〕1号", [(0, "case-number", "question")]),
        ("（2012）12号", [(1, "case-number", "likely")]),
        ("J019-3-012.pdf", [(1, "archival-number", "certain")]),
        ("J019-003-13", [(2, "archival-number", "likely")]),
        ("12张某擅自经营案", [(0, "title", "likely")]),
        ("2012.3.5张某询问.mp4", [(0, "party-date", "question")]),
        ("某文化传播有限公司 现场", [(1, "party", "question")]),
        ("现场录像", []),
        ("20120305_093000.mp4", []),
    ],
)
def test_what_a_name_says(name: str, hits: list[tuple[int, str, str]]) -> None:
    assert [(one.case, one.basis, one.certainty) for one in NamedCases(CASES).hits(name)] == hits


def test_a_name_that_says_nothing_asks_of_few() -> None:
    cases = [ListedCase(f"文罚字〔2012〕{number}号", "", (), {"parties": "张某"}) for number in range(100)]
    assert len(NamedCases(cases).hits("张某")) == MOST_ASKED
