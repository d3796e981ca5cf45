"""How a case stands article by article, and on what ground."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from metadata.findings import Finding
from preserve.calendar import working_days_after
from preserve.description.labels import label_of
from preserve.ingest.rules import View
from preserve.ingest.rules.case_is_marked import strictest
from preserve.ingest.rules.documents_are_there import required
from preserve.ingest.rules.long_term import reasons
from preserve.ingest.rules.recordings import recordings, runs_by_day
from preserve.messages import listed, say


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it applies to the case. `standing` is `passed`, `warning`, `explained`, `failed` or `none`."""

    article: str
    title: str
    standing: str
    basis: str
    findings: tuple[Finding, ...]


def judge_articles(view: View, findings: Sequence[Finding]) -> list[Article]:
    """Every article that asks something of a case, in the regulation's order."""
    judged = []
    for article, basis in _ARTICLES.items():
        own = tuple(one for one in findings if str(one.values.get("article", "")) == article)
        words = basis(view)
        judged.append(Article(article, say(f"compliance.article-{article}"), _standing(own, words), words or "—", own))
    return judged


def _standing(own: Sequence[Finding], words: str) -> str:
    if any(one.severity in ("refuse", "error") for one in own):
        return "failed"
    if any("accepted_by" in one.values for one in own):
        return "explained"
    if any(one.severity == "warning" for one in own):
        return "warning"
    return "passed" if words else "none"


def _producer(view: View) -> str:
    producer = view.case.producer
    if not producer.entrusted_by:
        return producer.name
    return say("compliance.entrusted", name=producer.name, by=producer.entrusted_by, instrument=producer.instrument)


def _stages(view: View) -> str:
    return say("compliance.stages", stages=listed(dict.fromkeys(label_of(one.stage) for one in view.case.objects)))


def _documents(view: View) -> str:
    return say("compliance.documents", names=listed(one.name.spoken for one in required(view)))


def _files(view: View) -> str:
    return say("compliance.files", count=len(view.case.objects))


def _measures(mandatory: bool) -> Callable[[View], str]:
    def words(view: View) -> str:
        kinds = view.profile.coverage.measures if mandatory else view.profile.situational.measures
        taken = [label_of(one.measure) for one in view.case.measures if one.measure in kinds]
        return say("compliance.measures", measures=listed(taken)) if taken else ""

    return words


def _recordings(view: View) -> str:
    days = runs_by_day(view)
    files = sum(len(run.parts) for runs in days for run in runs)
    joined = sum(len(runs) for runs in days)
    return say("compliance.recordings", files=files, runs=joined) if files else ""


def _holes(view: View) -> str:
    holes = sum(len(runs) - 1 for runs in runs_by_day(view))
    return say("compliance.holes", count=holes) if any(True for _ in recordings(view)) else ""


def _storing(view: View) -> str:
    told = sum(1 for one in recordings(view) if one.item and one.item.stored)
    return say("compliance.storing", count=told) if _recordings(view) else ""


def _filing(view: View) -> str:
    due, certain = working_days_after(view.calendar, view.case.closed, view.profile.filing.working_days)
    unsure = "" if certain else say("compliance.uncertain")
    return say("compliance.filing", closed=str(view.case.closed), due=str(due), today=str(view.today)) + unsure


def _evidence(view: View) -> str:
    count = sum(one.evidence for one in view.case.objects)
    return say("compliance.evidence", count=count) if count else ""


def _long_term(view: View) -> str:
    why = reasons(view.case, view.profile.long_term)
    return say("compliance.long-term", reasons=listed(why)) if why else ""


def _keeping(view: View) -> str:
    years = view.profile.keeping.years
    closed = view.case.closed
    try:
        until = closed.replace(year=closed.year + years)
    except ValueError:  # 29 February
        until = date(closed.year + years, 3, 1)
    return say(
        "compliance.keeping", retention=label_of(view.case.retention), start=str(closed), years=years, until=str(until)
    )


def _classification(view: View) -> str:
    return say("compliance.classification", classification=label_of(strictest(view.case)))


_ARTICLES: dict[str, Callable[[View], str]] = {
    "28": _producer, "3": _stages, "7": _documents, "8": _files, "9": _measures(True), "10": _measures(False),
    "11": _recordings, "12": _recordings, "13": _recordings, "14": _holes, "15": _storing, "16": _filing,
    "17": _evidence, "18": _long_term, "19": _keeping, "20": _classification,
}  # fmt: skip
