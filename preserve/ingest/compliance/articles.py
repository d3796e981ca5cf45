"""How a case stands article by article, and on what ground."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metadata.findings import Finding
from preserve.description.labels import label_of
from preserve.description.schema import CaseObject
from preserve.ingest.compliance.keeping import keeping
from preserve.ingest.rules import View
from preserve.ingest.rules.documents_are_there import required
from preserve.ingest.rules.filed_in_time import due_of
from preserve.ingest.rules.long_term import items, reasons
from preserve.ingest.rules.recordings import recordings, runs_by_day, undated
from preserve.ingest.rules.stages_agree import stages_by_papers
from preserve.messages import listed, say


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it applies to the case.

    `standing` is `passed`, `warning`, `explained`, `failed`, `unknown` (what would tell is not known) or `none`.
    """

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
        unknown = any(subject in _NEED_TIMES for subject in subjects) and any(True for _ in undated(view))
        unknown = unknown or "editing" in subjects  # what names no program may be edited all the same
        standing = _standing(own, words, unknown and bool(words))
        judged.append(Article(article, titles or say("compliance.asks-other"), standing, words or "—", own))
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


def _standing(own: Sequence[Finding], words: str, unknown: bool) -> str:
    if any(one.severity in ("refuse", "error") for one in own):
        return "failed"
    if any("accepted_by" in one.values for one in own):
        return "explained"
    if any(one.severity == "warning" for one in own):
        return "warning"
    if unknown:
        return "unknown"
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
    there, empty = stages_by_papers(view)
    told = say("compliance.stages", stages=listed(label_of(stage) for stage in there))
    return "\n".join((told, say("compliance.stages-empty", stages=listed(map(label_of, empty))))) if empty else told


def _documents(view: View) -> str:
    return say("compliance.documents", names=listed(dict.fromkeys(one.name.spoken for one in required(view))))


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
    told = [say("compliance.recordings", files=files, runs=joined)] if files else []
    return "\n".join((*told, *_without_time(view)))


def _without_time(view: View) -> list[str]:
    count = sum(1 for _ in undated(view))
    return [say("compliance.undated", count=count)] if count else []


def _checked(view: View) -> str:
    items = _recorded(view)
    checked = sum(bool(item.device_checked) for item in items)
    unsaid = sum(item.device_checked is None for item in items)
    if not items:
        return ""
    told = [say("compliance.devices", count=checked)] if checked or not unsaid else []
    return "\n".join((*told, *([say("compliance.devices-unsaid", count=unsaid)] if unsaid else [])))


def _recorded(view: View) -> list[CaseObject]:
    """Every recording, whether or not anybody knows when it was made."""
    dated = [recording.item for recording in recordings(view) if recording.item is not None]
    return [*dated, *(item for item, _ in undated(view))]


def _holes(view: View) -> str:
    holes = sum(len(runs) - 1 for runs in runs_by_day(view))
    told = [say("compliance.holes", count=holes)] if any(True for _ in recordings(view)) else []
    return "\n".join((*told, *_without_time(view)))


def _storing(view: View) -> str:
    items = _recorded(view)
    return say("compliance.storing", count=sum(item.stored is not None for item in items)) if items else ""


def _disputes(view: View) -> str:
    noted = [one.incident for one in view.case.incidents if one.incident in view.profile.disputes.incidents]
    labels = dict.fromkeys(view.words.label("incident", name) for name in noted)
    return say("compliance.disputes", incidents=listed(labels)) if noted else ""


def filing_words(view: View) -> str:
    """When the case was closed, by when it must be filed, and what day it is."""
    filing = due_of(view)
    if filing is None:
        return say("rule.legacy-unknown")
    event = say("rule.filing-inspected" if filing.inspection else "rule.filing-closed")
    values = {"closed": str(filing.counted_from), "due": str(filing.due), "today": str(view.today), "event": event}
    return say("compliance.filing", **values) + ("" if filing.certain else say("compliance.uncertain"))


def _evidence(view: View) -> str:
    count = sum(one.evidence for one in view.case.objects)
    return say("compliance.evidence", count=count) if count else ""


def _long_term(view: View) -> str:
    why = reasons(view.case, view.profile.long_term, view.words)
    under = items(view.case, view.profile.long_term)
    return (say("compliance.long-term", reasons=listed(why)) + under) if why else ""


def _keeping(view: View) -> str:
    return "\n".join(keeping(view))


def _edited(view: View) -> str:
    count = len(_recorded(view))
    return say("compliance.editing", count=count) if count else ""


def _classification(view: View) -> str:
    return say("compliance.classification", classification=label_of(view.case.strictest))


_NEED_TIMES = ("coverage", "situational", "disputes", "continuity", "course", "times", "interruption", "storing")
"""What nobody can judge of a recording that bears no time."""

_BASIS: dict[str, Callable[[View], str]] = {
    "entrusted": producer_words,
    "stages": _stages,
    "documents": _documents,
    "readable": _files,
    "coverage": _measures(True),
    "situational": _measures(False),
    "disputes": _disputes,
    "start_known": _recordings,
    "contents": _recordings,
    "device_check": _checked,
    "preamble": _recordings,
    "continuity": _recordings,
    "course": _recordings,
    "times": _recordings,
    "interruption": _holes,
    "storing": _storing,
    "filing": filing_words,
    "evidence": _evidence,
    "long_term": _long_term,
    "keeping": _keeping,
    "secrets": _classification,
    "editing": _edited,
}
"""By the rule of the profile, in the regulation's order: on what ground the case is judged; empty where it has none."""
