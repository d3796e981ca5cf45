"""The mark of an old case: where it comes from, what nobody knows of it any more, and what is said in place of that."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from preserve.description.fixed_values import LegacyFact

if TYPE_CHECKING:
    from preserve.description.schema import CaseDescription

CHINESE: Mapping[str, str] = {
    "case_number": "案号",
    "title": "题名",
    "case_type": "案件类型",
    "cause": "案由",
    "producer": "形成单位",
    "parties": "当事人",
    "officers": "执法人员",
    "start": "立案日期",
    "closed": "结案日期",
    "outcome": "处理结果",
    "retention": "保管期限",
    "stages": "文件所属阶段",
    "kinds": "文件种类",
}
ENGLISH: Mapping[str, str] = {
    "case_number": "case number",
    "title": "title",
    "case_type": "type of case",
    "cause": "cause",
    "producer": "producer",
    "parties": "parties",
    "officers": "officers",
    "start": "day it was opened",
    "closed": "day it was closed",
    "outcome": "outcome",
    "retention": "retention",
    "stages": "stages of its files",
    "kinds": "kinds of its files",
}
"""What people read for each fact, by its value."""


NEEDED = ("cause", "start", "closed")
"""Fields that only an old case may lack, where its mark says so."""


def started(case: CaseDescription) -> str:
    """The day it was opened; of an old case perhaps a year or a month, or nothing (ISO 8601; EDTF level 0)."""
    return case.start.isoformat() if case.start else case.legacy.start if case.legacy else ""


def closed(case: CaseDescription) -> str:
    """The day it was closed; of an old case perhaps a year or a month, or nothing (ISO 8601; EDTF level 0)."""
    return case.closed.isoformat() if case.closed else case.legacy.closed if case.legacy else ""


def closed_at_latest(case: CaseDescription) -> date | None:
    """The last day on which it can have been closed, by what is known; None where nothing is."""
    return case.closed or last_day_of(closed(case))


def span(case: CaseDescription) -> str:
    """From when to when, as far as that is known, as EDTF has it: `2009-03-12/2009`; empty where nothing is known."""
    known = (started(case), closed(case))
    return "/".join(known) if any(known) else ""


def span_for_people(case: CaseDescription) -> str:
    """The same for people."""
    return f"{started(case) or '—'} – {closed(case) or '—'}"


def is_known(case: CaseDescription, fact: LegacyFact) -> bool:
    """Whether somebody vouches for a fact."""
    return case.legacy is None or fact not in case.legacy.not_known


def last_day_of(written: str) -> date | None:
    """The last day of a year, a month or a day as ISO 8601 writes it; None where nothing is written."""
    if len(written) == 4:
        return date(int(written), 12, 31)
    if len(written) == 7:
        year, month = int(written[:4]), int(written[5:])
        return date(year, month, monthrange(year, month)[1])
    return date.fromisoformat(written) if written else None
