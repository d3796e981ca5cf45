"""The names of errors: no two alike, and each stands for its code in either language."""

from __future__ import annotations

from preserve.description.problems import PROBLEMS, name_of_problem, problem_of
from preserve.messages import LANGUAGES, known, speaking


def test_each_name_stands_for_its_code() -> None:
    names = [name for pair in PROBLEMS.values() for name in pair]
    assert len(set(names)) == len(names)
    for code, (chinese, english) in PROBLEMS.items():
        assert problem_of(chinese) == problem_of(english) == problem_of(code) == code
    assert problem_of("没有这种问题") == "没有这种问题"


def test_each_code_is_one_that_a_rule_or_a_reader_finds() -> None:
    for code in PROBLEMS:
        assert any(
            known(f"{domain}.{code}", language) for domain in ("rule", "format", "foreign") for language in LANGUAGES
        ), code


def test_people_call_it_by_its_name_in_chinese_and_by_its_code_in_english() -> None:
    with speaking("zh"):
        assert name_of_problem("rule.secrecy-mark") == "出现国家秘密标志"
    with speaking("en"):
        assert name_of_problem("rule.secrecy-mark") == "secrecy-mark"
