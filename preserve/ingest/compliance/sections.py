"""The report as headings, sentences, tables and pictures in the language in use."""

from __future__ import annotations

from collections.abc import Sequence

from metadata.findings import Finding
from preserve.administration.printing import Section
from preserve.description.labels import label_of
from preserve.description.legacy import span_for_people
from preserve.grouping import grouped
from preserve.ingest.compliance.articles import Article, filing_words, judge_articles, producer_words
from preserve.ingest.compliance.keeping import keeping
from preserve.ingest.compliance.properties import Item, four_properties, overall
from preserve.ingest.compliance.time_line import days_with_recordings, draw_day, draw_stages
from preserve.ingest.rules import View
from preserve.ingest.rules.long_term import reasons
from preserve.messages import listed, say

_MOST = 300
_EACH = 12  # findings of an article; all of them stand at the end
_SOME = 12  # sentences on the first page


def sections(view: View, findings: Sequence[Finding], *, sealing: bool = False) -> list[Section]:
    """A page for the head of the bureau, one to send back to the officers, then the grounds; see `four_properties`."""
    four = four_properties(view, findings, sealing=sealing)
    parts = [_verdict(view, findings), _missing(findings), _four_in_short(four), *_to_do(view, findings)]
    parts += [_articles(view, findings), *_stages(view)]
    parts += [
        Section(say("compliance.time-line", day=day), picture=draw_day(view, day)) for day in days_with_recordings(view)
    ]
    return [*parts, _four(four), _all(findings)]


def _heads(*names: str) -> tuple[str, ...]:
    return tuple(say(f"compliance.head-{name}") for name in names)


def _verdict(view: View, findings: Sequence[Finding]) -> Section:
    from preserve.ingest.compliance import verdict

    case = view.case
    reached = verdict(findings)
    count = {
        name: sum(finding.severity == name and "accepted_by" not in finding.values for finding in findings)
        for name in ("refuse", "error", "warning")
    }
    count["explained"] = sum("accepted_by" in finding.values for finding in findings)
    words = say(f"compliance.verdict-{reached}") + "\n" + say("compliance.counts", **count)
    why = reasons(case, view.profile.long_term, view.words)
    facts = (
        (say("compliance.case"), f"{case.case_number}　{case.title}"),
        (say("compliance.kind"), f"{view.case_type.name.spoken}　{label_of(case.procedure)}"),
        (say("compliance.producer"), producer_words(view)),
        (say("compliance.dates"), span_for_people(case)),
        (say("compliance.size"), say("compliance.files", count=len(case.objects))),
        (say("compliance.due"), filing_words(view)),
        (say("compliance.retention"), "\n".join(keeping(view))),
        (say("compliance.restriction"), label_of(case.strictest)),
        (
            say("compliance.storage"),
            say("compliance.storage-long-term", reasons=listed(why)) if why else say("compliance.storage-ordinary"),
        ),
    )
    return Section(
        say("compliance.verdict"), words, _heads("what", "content"), facts, bad=reached in ("refuse", "error")
    )


_KINDS = {
    "rule.document-missing": ("documents", "document"),
    "rule.measure-not-recorded": ("measures", "measure"),
    "rule.measure-not-recorded-situational": ("measures", "measure"),
    "rule.measure-not-recorded-undated": ("measures", "measure"),
    "rule.measure-only-photographs": ("measures", "measure"),
    "rule.measure-partly-recorded": ("measures", "measure"),
    "rule.recording-gap": ("gaps", ""),
    "rule.recording-gap-spoken-nowhere": ("gaps", ""),
}
"""What is missing, as the head of the bureau asks for it: kind, and the value that names it."""


def _missing(findings: Sequence[Finding]) -> Section:
    """What is missing, in short: documents, recordings, explanations; then the other errors in words."""
    kinds: dict[str, dict[str, None]] = {}
    for finding in findings:
        if not _open(finding):
            continue
        kind, value = _KINDS.get(finding.code, ("others", ""))
        if kind == "others" and finding.severity == "warning":
            kind = "warnings"
        sentence = say("compliance.gap", **finding.values) if kind == "gaps" else say(finding.code, **finding.values)
        named = str(finding.values[value]) if value else sentence
        kinds.setdefault(kind, {})[named] = None
    rows = []
    for kind in ("documents", "measures", "gaps", "others", "warnings"):
        if named_ones := list(kinds.get(kind, ())):
            some = named_ones[:_SOME] if kind in ("others", "warnings") else named_ones[:_MOST]
            told = ("\n" if kind in ("others", "warnings") else say("work.list-separator")).join(some)
            more = say("compliance.and-more", count=len(named_ones) - len(some)) if len(some) < len(named_ones) else ""
            rows.append((say(f"compliance.missing-{kind}"), str(len(named_ones)), told + more))
    if not rows:
        return Section(say("compliance.missing"), say("compliance.missing-nothing"))
    return Section(say("compliance.missing"), "", _heads("what", "count", "content"), tuple(rows))


def _four_in_short(four: Sequence[Item]) -> Section:
    kinds = list(dict.fromkeys(one.kind for one in four))
    row = tuple(say(f"compliance.{overall(four, kind)}") for kind in kinds)
    return Section(say("compliance.four"), "", tuple(say(f"report.{kind}") for kind in kinds), (row,))


def _to_do(view: View, findings: Sequence[Finding]) -> list[Section]:
    """What goes back to the officers: everything that a person can mend."""
    rows = [
        (
            str(number),
            say("ingest.severity-" + one.severity),
            _article(one.first),
            one.where() or "—",
            one.sentence(),
            one.hint() or "—",
        )
        for number, one in enumerate(grouped(finding for finding in findings if _open(finding)), 1)
    ]
    if not rows:
        return []
    heads = _heads("number", "severity", "article", "where", "found", "do")
    words = say("compliance.to-do-words", number=view.case.case_number, title=view.case.title)
    return [Section(say("compliance.to-do"), words, heads, tuple(rows[:_MOST]), fresh=True)]


def _open(finding: Finding) -> bool:
    return (
        finding.severity in ("refuse", "error", "warning")
        and "accepted_by" not in finding.values
        and ("article" in finding.values or finding.code.startswith("rule."))
    )


def _article(finding: Finding) -> str:
    return str(finding.values.get("article", "—"))


def _articles(view: View, findings: Sequence[Finding]) -> Section:
    rows = []
    for article in sorted(judge_articles(view, findings), key=_number):
        told = "\n".join(map(_sentence, article.findings[:_EACH]))
        if (more := len(article.findings) - _EACH) > 0:
            told += say("compliance.and-more", count=more)
        rows.append((article.article, article.title, say(f"compliance.{article.standing}"), article.basis, told or "—"))
    return Section(
        say("compliance.articles"), "", _heads("article", "asks", "standing", "basis", "found"), tuple(rows), fresh=True
    )


def _number(article: Article) -> tuple[int, str]:
    """In the order of the regulation, whatever a profile calls its articles."""
    return int(article.article) if article.article.isdecimal() else 10**6, article.article


def _sentence(finding: Finding) -> str:
    """What was found, and of which file: four alike sentences of four files are four."""
    told = say(finding.code, **finding.values) + _answer(finding)
    return f"{finding.where}：{told}" if finding.where and finding.where not in told else told


def _answer(finding: Finding) -> str:
    return " " + say("rule.accepted", **finding.values) if "accepted_by" in finding.values else ""


def _stages(view: View) -> list[Section]:
    """The stages against the months, where the description dates any."""
    picture = draw_stages(view)
    return [Section(say("compliance.stages-title"), "", picture=picture)] if picture else []


def _four(four: Sequence[Item]) -> Section:
    rows = [
        (
            say(f"report.{one.kind}"),
            say(f"compliance.subject-{one.subject}"),
            say(f"compliance.item-{one.item}"),
            say(f"compliance.{one.result}"),
            one.basis,
        )
        for one in four
    ]
    heads = _heads("property", "subject", "item", "result", "basis")
    return Section(say("compliance.four"), say("compliance.four-words"), heads, tuple(rows), fresh=True)


def _all(findings: Sequence[Finding]) -> Section:
    order = ("refuse", "error", "warning", "note")
    ranked = sorted(findings, key=lambda one: order.index(one.severity))[:_MOST]
    rows = [
        (
            say("ingest.severity-" + one.severity),
            _article(one),
            one.where or "—",
            say(one.code, **one.values) + _answer(one),
        )
        for one in ranked
    ]
    words = "" if rows else say("compliance.nothing")
    return Section(
        say("compliance.all"), words, _heads("severity", "article", "where", "found") if rows else (), tuple(rows)
    )
