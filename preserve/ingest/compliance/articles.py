"""How a case stands article by article, and on what ground."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metadata.findings import Finding
from preserve.description.labels import label_of
from preserve.ingest.compliance.keeping import keeping
from preserve.ingest.rules import View
from preserve.ingest.rules.documents_are_there import required
from preserve.ingest.rules.filing_day import filing_day_of
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
    for article, subjects in _subjects(view, findings).items():
        own = tuple(finding for finding in findings if str(finding.values.get("article", "")) == article)
        titles = listed(dict.fromkeys(say(f"compliance.asks-{subject}") for subject in subjects))
        words = "\n".join(dict.fromkeys(said for subject in subjects if (said := _BASIS[subject](view))))
        judged.append(
            Article(article, titles or say("compliance.asks-other"), _standing(own, words), words or "—", own)
        )
    return judged


def _subjects(view: View, findings: Sequence[Finding]) -> dict[str, list[str]]:
    """What each article asks for, as the profiles number them; an article that only a finding names comes last."""
    profile = view.profile
    by_article: dict[str, list[str]] = {}
    for subject in _BASIS:
        if subject == "documents":
            articles = [*dict.fromkeys(one.article for one in required(view))] or _documents_article(view)
        else:
            articles = [getattr(profile, subject).article]
        for article in articles:
            by_article.setdefault(article, []).append(subject)
    for finding in findings:
        if "article" in finding.values:
            by_article.setdefault(str(finding.values["article"]), [])
    return by_article


def _documents_article(view: View) -> list[str]:
    return [one.article for one in view.case_type.document[:1]]


def _standing(own: Sequence[Finding], words: str) -> str:
    if any(one.severity in ("refuse", "error") for one in own):
        return "failed"
    if any("accepted_by" in one.values for one in own):
        return "explained"
    if any(one.severity == "warning" for one in own):
        return "warning"
    return "passed" if words else "none"


def producer_words(view: View) -> str:
    """Who made the records, and by what instrument where they were entrusted with it."""
    producer = view.case.producer
    if not producer.entrusted_by:
        return producer.name
    return say(
        "compliance.entrusted", name=producer.name, by=producer.entrusted_by, instrument=producer.instrument or "—"
    )


def _stages(view: View) -> str:
    return say("compliance.stages", stages=listed(dict.fromkeys(label_of(one.stage) for one in view.case.objects)))


def _documents(view: View) -> str:
    return say("compliance.documents", names=listed(one.name.spoken for one in required(view)))


def _files(view: View) -> str:
    return say("compliance.files", count=len(view.case.objects))


def _measures(mandatory: bool) -> Callable[[View], str]:
    def words(view: View) -> str:
        kinds = view.profile.coverage.measures if mandatory else view.profile.situational.measures
        taken = [
            view.words.label("measure", measure.measure) for measure in view.case.measures if measure.measure in kinds
        ]
        return say("compliance.measures", measures=listed(taken)) if taken else ""

    return words


def _recordings(view: View) -> str:
    days = runs_by_day(view)
    files = sum(len(run.parts) for runs in days for run in runs)
    joined = sum(len(runs) for runs in days)
    return say("compliance.recordings", files=files, runs=joined) if files else ""


def _checked(view: View) -> str:
    count = sum(bool(one.device_checked) for one in view.case.objects)
    return say("compliance.devices", count=count) if count else ""


def _holes(view: View) -> str:
    holes = sum(len(runs) - 1 for runs in runs_by_day(view))
    return say("compliance.holes", count=holes) if any(True for _ in recordings(view)) else ""


def _storing(view: View) -> str:
    told = sum(1 for recording in recordings(view) if recording.item and recording.item.stored)
    return say("compliance.storing", count=told) if _recordings(view) else ""


def filing_words(view: View) -> str:
    """What it counts from, by when it must be filed, and what day it is."""
    day = filing_day_of(view)
    unsure = "" if day.certain else say("compliance.uncertain")
    event = say(f"rule.filing-from-{day.event}")
    days = {"closed": str(day.begun), "due": str(day.due), "today": str(view.today)}
    return say("compliance.filing", event=event, **days) + unsure


def _evidence(view: View) -> str:
    count = sum(one.evidence for one in view.case.objects)
    return say("compliance.evidence", count=count) if count else ""


def _long_term(view: View) -> str:
    why = reasons(view.case, view.profile.long_term, view.words)
    return say("compliance.long-term", reasons=listed(why)) if why else ""


def _keeping(view: View) -> str:
    return "\n".join(keeping(view))


def _classification(view: View) -> str:
    return say("compliance.classification", classification=label_of(view.case.strictest))


_BASIS: dict[str, Callable[[View], str]] = {
    "entrusted": producer_words,
    "stages": _stages,
    "documents": _documents,
    "readable": _files,
    "coverage": _measures(True),
    "situational": _measures(False),
    "contents": _recordings,
    "device_check": _checked,
    "preamble": _recordings,
    "continuity": _recordings,
    "times": _recordings,
    "interruption": _holes,
    "storing": _storing,
    "filing": filing_words,
    "evidence": _evidence,
    "long_term": _long_term,
    "keeping": _keeping,
    "secrets": _classification,
}
"""By the rule of the profile, in the regulation's order: on what ground the case is judged; empty where it has none."""
