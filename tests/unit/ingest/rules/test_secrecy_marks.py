"""Marks of state secrets: every way of writing them, and words that only look like one."""

from __future__ import annotations

import pytest

from preserve.ingest.rules.profile import read_rules
from preserve.ingest.rules.secrecy_marks import mark_in, may_be_in
from tests.unit.ingest.rules.test_rules import judged, said

RULE = read_rules(None).secrecy_marks


@pytest.mark.parametrize(
    "text",
    [
        "机密★10年",
        "绝密★",
        "秘密★",
        "关于某案的情况\n机密★启用前",
        "机 密 ★ １０ 年",
        "机\u3000密\u3000★\u3000长期",
        "秘密★６个月",
        "绝密·30年",
        "机密•五年",
        "秘密*1年",
        "【机密】★",
        "机密☆5年",
        "密级：机密",
        "密 级: 绝密\n编号",
    ],
)
def test_a_mark_is_seen_however_it_is_written(text: str) -> None:
    assert mark_in(text, RULE)


@pytest.mark.parametrize(
    "text",
    [
        "商业秘密★",
        "工作秘密★",
        "保守国家秘密、商业秘密和个人隐私",
        "涉及机密的，按规定办理",
        "机密·文件管理办法",
        "绝密*",
        "密级：",
        "密级：绝密□ 机密□ 秘密□",
        "密级：机密文件管理",
        "五星级★★★ 秘书",
        "",
    ],
)
def test_what_is_no_mark_is_left_alone(text: str) -> None:
    assert not mark_in(text, RULE)


def test_levels_without_a_letter_in_common_are_looked_for_each() -> None:
    rule = RULE.model_copy(update={"levels": ("内部", "机密")})
    assert [may_be_in(text, rule) for text in ("部内", "密机", "密的级别", "内密", "")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_marks_in_what_the_description_says_stop_the_case_unless_it_is_declared() -> None:
    assert said(judged(note="机密★10年")) == [("secrecy-mark", "error")]
    assert said(judged(title="绝密★ 某案")) == [("secrecy-mark", "error")]
    assert said(judged(note="机密★10年", state_secrets=True)) == [("secrecy-mark-undeclared", "error")]
    assert judged(note="机密★10年", classification="国家秘密", state_secrets=True) == []
    assert said(judged(note="机密★10年", classification="国家秘密")) == [("state-secret", "refuse")]
    papers = (("立案审批表", "启动"), ("现场检查笔录（秘密★）", "调查"))
    found = [one for one in judged(papers=papers) if one.code == "rule.secrecy-mark"]
    assert [one.where for one in found] == ["现场检查笔录（秘密★）.pdf"]
