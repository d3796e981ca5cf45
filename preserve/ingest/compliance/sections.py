"""The report as headings, sentences, tables and pictures in the language in use."""

from __future__ import annotations

from collections.abc import Sequence

from metadata.findings import Finding
from preserve.administration.printing import Section
from preserve.description.labels import label_of
from preserve.ingest.compliance.articles import judge_articles
from preserve.ingest.compliance.properties import four_properties
from preserve.ingest.compliance.time_line import days_with_recordings, draw_day, draw_stages
from preserve.ingest.rules import View
from preserve.messages import hint, say

_MOST = 300


def sections(view: View, findings: Sequence[Finding]) -> list[Section]:
    """The verdict first, on a page of its own; what to send back; then the articles, time lines, four properties."""
    parts = [_verdict(view, findings), *_to_do(findings), _articles(view, findings), _stages(view)]
    parts += [
        Section(say("compliance.time-line", day=day), picture=draw_day(view, day)) for day in days_with_recordings(view)
    ]
    return [*parts, _four(view, findings), _all(findings)]


def _heads(*names: str) -> tuple[str, ...]:
    return tuple(say(f"compliance.head-{name}") for name in names)


def _verdict(view: View, findings: Sequence[Finding]) -> Section:
    from preserve.ingest.compliance import verdict

    case = view.case
    reached = verdict(findings)
    count = {name: sum(one.severity == name for one in findings) for name in ("refuse", "error", "warning")}
    words = say(f"compliance.verdict-{reached}") + "\n" + say("compliance.counts", **count)
    facts = (
        (say("compliance.case"), f"{case.case_number}　{case.title}"),
        (say("compliance.kind"), f"{view.case_type.name.spoken}　{label_of(case.procedure)}"),
        (say("compliance.producer"), case.producer.name),
        (say("compliance.dates"), f"{case.start} — {case.closed}"),
        (say("compliance.size"), say("compliance.files", count=len(case.objects))),
    )
    return Section(
        say("compliance.verdict"), words, _heads("what", "content"), facts, bad=reached in ("refuse", "error")
    )


def _to_do(findings: Sequence[Finding]) -> list[Section]:
    """What goes back to the officers: everything that a person can mend."""
    rows = [
        (str(number), say("ingest.severity-" + one.severity), _article(one), one.where or "—",
         say(one.code, **one.values), hint(one.code, **one.values) or "—")
        for number, one in enumerate((f for f in findings if _open(f)), 1)
    ]  # fmt: skip
    if not rows:
        return []
    heads = _heads("number", "severity", "article", "where", "found", "do")
    return [Section(say("compliance.to-do"), say("compliance.to-do-words"), heads, tuple(rows[:_MOST]))]


def _open(one: Finding) -> bool:
    return (
        one.severity in ("refuse", "error", "warning") and "accepted_by" not in one.values and "article" in one.values
    )


def _article(one: Finding) -> str:
    return str(one.values.get("article", "—"))


def _articles(view: View, findings: Sequence[Finding]) -> Section:
    rows = []
    for one in judge_articles(view, findings):
        told = "\n".join(say(f.code, **f.values) + _answer(f) for f in one.findings[:8])
        rows.append((one.article, one.title, say(f"compliance.{one.standing}"), one.basis, told or "—"))
    return Section(
        say("compliance.articles"), "", _heads("article", "asks", "standing", "basis", "found"), tuple(rows)
    )  # fmt: skip


def _answer(one: Finding) -> str:
    return " " + say("rule.accepted", **one.values) if "accepted_by" in one.values else ""


def _stages(view: View) -> Section:
    return Section(say("compliance.stages-title"), "", picture=draw_stages(view))


def _four(view: View, findings: Sequence[Finding]) -> Section:
    rows = [
        (say(f"report.{one.kind}"), say(f"compliance.item-{one.item}"), say(f"compliance.{one.result}"), one.basis)
        for one in four_properties(view, findings)
    ]
    heads = _heads("property", "item", "result", "basis")
    return Section(say("compliance.four"), say("compliance.four-words"), heads, tuple(rows))


def _all(findings: Sequence[Finding]) -> Section:
    order = ("refuse", "error", "warning", "note")
    ranked = sorted(findings, key=lambda one: order.index(one.severity))[:_MOST]
    rows = [
        (say("ingest.severity-" + one.severity), _article(one), one.where or "—",
         say(one.code, **one.values) + _answer(one))
        for one in ranked
    ]  # fmt: skip
    words = "" if rows else say("compliance.nothing")
    return Section(
        say("compliance.all"), words, _heads("severity", "article", "where", "found") if rows else (), tuple(rows)
    )  # fmt: skip
