"""Answers to what a plan asks: from the workbook that went round, or one by one from a page."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metadata.findings import Finding
from preserve.administration.duties import Duty
from preserve.description.hostile import hostile
from preserve.errors import Refused
from preserve.ingest.legacy.keys import case_key
from preserve.ingest.legacy.plans import Decision, Deed
from preserve.ingest.legacy.records import ListedCase
from preserve.progress import check_stop
from preserve.services.import_files import Kept, keep_decisions, read_kept
from preserve.services.import_papers import COLUMNS
from preserve.services.operation import command
from preserve.services.session import Session

_KEY = re.compile(r"([MFD])(\d{1,9})")
_YES = frozenset(("是", "收", "照收", "对", "yes", "y", "1", "√", "v"))
_NO = frozenset(("否", "不", "不是", "不收", "不属于", "no", "n", "0", "×", "x"))
_MOST_ROWS = 200_000
_LARGEST = 32 << 20


@dataclass(frozen=True, slots=True)
class Decided:
    """How many answers were read now, and how many stand in all."""

    campaign: str
    read: int
    decisions: int


@command("import.decide", duty=Duty.INGEST, subject="campaign")
def decide(session: Session, campaign: str, data: bytes) -> Decided:
    """Read the answers from a workbook that came back; the ledger keeps the digest of all that stand.

    Raises Refused, with every cell that cannot be understood, and keeps nothing then; NotFound, NotIntact.
    """
    kept = read_kept(session.archive, campaign)
    return _keep(session, kept, _answers(kept, data))


@command("import.answer", duty=Duty.INGEST, subject="campaign")
def answer(session: Session, campaign: str, answers: Mapping[str, str]) -> Decided:
    """Answers by the key of the line, in the words that the workbook takes; empty ones say nothing.

    Raises Refused, with every answer that cannot be understood, and keeps nothing then; NotFound, NotIntact.
    """
    kept = read_kept(session.archive, campaign)
    return _keep(session, kept, ((key, key, said) for key, said in answers.items()))


def _keep(session: Session, kept: Kept, answers: Iterator[tuple[str, str, str]]) -> Decided:
    """Keep answers, each with where it stands, the key of its line, and what it says."""
    campaign = kept.plan.head.id
    mistakes: list[Finding] = []
    decisions: list[Decision] = []
    named = _cases_by_name(kept.plan.cases)
    for where, key, said in answers:
        match, said = _KEY.fullmatch(key), said.strip()
        if not said:
            continue
        decision = _decision(kept, named, match[1], int(match[2]), said) if match else None
        if decision is None:
            mistakes.append(Finding("imports.answer-unknown", where, "refuse", {"answer": said[:60]}))
        else:
            decisions.append(decision)
    if mistakes:
        raise Refused("imports.answers-wrong", campaign, findings=mistakes)
    if not decisions:
        raise Refused("imports.no-answers", campaign)
    count = keep_decisions(session.archive, kept, decisions, session.person.account)
    return Decided(campaign, len(decisions), count)


def _answers(kept: Kept, data: bytes) -> Iterator[tuple[str, str, str]]:
    if len(data) > _LARGEST:
        raise Refused("imports.list-too-large", kept.plan.head.id, limit=_LARGEST)
    if findings := list(hostile(data)):
        raise Refused("imports.answers-wrong", kept.plan.head.id, findings=findings)
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [(sheet.title, list(_rows(sheet))) for sheet in book.worksheets]
    except Refused:
        raise
    except Exception as error:  # the library raises many kinds on damaged files
        check_stop()
        raise Refused("imports.answers-unreadable", kept.plan.head.id, detail=repr(error)) from error
    first = sheets[0][1][0][1][0] if sheets and sheets[0][1] else ""
    if first != f"preserve import {kept.plan.head.id}":
        raise Refused("imports.answers-of-other", kept.plan.head.id, found=first[:60] or "—")
    for title, rows in sheets[1:]:
        for number, row in rows:
            if len(row) > len(COLUMNS) and _KEY.fullmatch(row[0]):
                yield f"{title}!{number}", row[0], row[len(COLUMNS)]


def _rows(sheet: Any) -> Iterator[tuple[int, Sequence[str]]]:
    for number, row in enumerate(sheet.iter_rows(max_col=len(COLUMNS) + 1, max_row=_MOST_ROWS, values_only=True), 1):
        cells = ["" if value is None else str(value).strip() for value in row]
        if any(cells):
            yield number, cells


def _decision(kept: Kept, named: Mapping[str, str], kind: str, at: int, answer: str) -> Decision | None:
    """What an answer means; None where it cannot be understood."""
    plan, word = kept.plan, unicodedata.normalize("NFKC", answer).strip().lower()
    deed: Deed | None = "yes" if word in _YES else "no" if word in _NO else None
    if kind == "M" and at < len(plan.matches) and deed is not None:
        match = plan.matches[at]
        return Decision(match.carrier, match.path, deed, plan.cases[match.case].key)
    if kind in "FD" and at < len(plan.files):
        file = plan.files[at]
        if kind == "D":
            return Decision(file.carrier, file.path, "damaged" if deed == "yes" else "no") if deed else None
        if deed == "no":
            return Decision(file.carrier, file.path, "left")
        case = named.get(answer) or named.get(case_key(answer))
        return Decision(file.carrier, file.path, "yes", case) if case is not None else None
    return None


def _cases_by_name(cases: Sequence[ListedCase]) -> dict[str, str]:
    """The keys of cases by what an answer may call them; made once, for a workbook may answer for every file."""
    named: dict[str, str] = {}
    for case in cases:
        named.setdefault(case.key, case.key)
        if case.number:
            named.setdefault(case_key(case.number), case.key)
    return named
