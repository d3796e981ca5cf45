"""Art. 20: marks of state secrets (机密★10年) in what a case says and in the texts of its files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from metadata.findings import Finding
from preserve.description.fixed_values import Classification
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.profile import SecrecyMarks

_SPACE = r"[\s\u3000\u200b-\u200d\ufeff\u2060]*"
_PERIOD = (
    rf"(?:[0-9０-９一二三四五六七八九十]+{_SPACE}(?:年|个{_SPACE}月|月|天|日)|长{_SPACE}期|启{_SPACE}用{_SPACE}前)"
)


def check(view: View) -> Iterator[Finding]:
    """Files and words that bear such a mark; where the archive may hold secrets, those that are not declared as one."""
    rule, case = view.profile.secrecy_marks, view.case
    marks = dict(view.marks)
    for item in case.objects:
        if mark := mark_in(" \n".join((item.file, item.kind, item.title, item.note)), rule):
            marks.setdefault(item.file, mark)
    if mark := mark_in(" \n".join((case.title, case.cause, case.note, case.case_number)), rule):
        marks.setdefault("", mark)
    known = {item.file: item.classification for item in case.objects if item.file in marks} if marks else {}
    for file, mark in marks.items():
        if Classification.STATE_SECRET in (known.get(file) or case.classification, case.classification):
            continue  # what is declared is judged as such
        found = finding("secrecy-mark", rule, file, mark=mark)
        yield found if not view.state_secrets else replace(found, code="rule.secrecy-mark-undeclared")


def may_be_in(text: str, rule: SecrecyMarks) -> bool:
    """Whether a text has the letters of such a mark at all, wherever they stand."""
    shared, words = _letters(rule.levels)
    return all(letter in text for letter in shared) and any(all(letter in text for letter in word) for word in words)


@cache
def _letters(levels: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The letters that every mark has, which most texts lack, and the words that marks begin with."""
    words = (*levels, "密级")
    return tuple(sorted(set.intersection(*map(set, words)))), words


def mark_in(text: str, rule: SecrecyMarks) -> str:
    """The first mark of a state secret in a text, or nothing."""
    if not may_be_in(text, rule):
        return ""  # as nearly every text; the pattern is tried at each of its letters
    for found in _pattern(rule).finditer(text):
        before = re.sub(_SPACE, "", text[max(0, found.start() - 12) : found.start()])
        if not before.endswith(rule.but):
            return re.sub(r"\s+", "", found[0])
    return ""


@cache
def _pattern(rule: SecrecyMarks) -> re.Pattern[str]:
    """A level, whatever spaces lie in it, and a star; or a weaker sign and a period; or the field 密级 with a level."""
    levels = "|".join(_SPACE.join(map(re.escape, level)) for level in rule.levels)
    stars, weak = re.escape(rule.stars), re.escape(rule.weak)
    closing = rf"{_SPACE}[】\])）〕]?{_SPACE}"
    field = rf"密{_SPACE}级{_SPACE}[:：]{_SPACE}(?:{levels})(?![ \t\u3000]*[□☐○/、\w])"
    return re.compile(rf"(?:{levels}){closing}(?:[{stars}]|[{weak}]{_SPACE}{_PERIOD})(?:{_SPACE}{_PERIOD})?|{field}")
