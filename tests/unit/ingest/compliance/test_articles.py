"""How a case stands article by article: the worst finding decides, and the ground is said."""

from __future__ import annotations

from datetime import date

import pytest

from metadata.findings import Finding, Severity
from preserve.ingest.compliance.articles import Article, filing_words, judge_articles, producer_words
from preserve.ingest.rules import View
from preserve.messages import speaking
from tests.support.views import recorded, video, view


def _article(view: View, findings: list[Finding], number: str) -> Article:
    (article,) = [article for article in judge_articles(view, findings) if article.article == number]
    return article


def _late(severity: Severity, **values: str) -> Finding:
    return Finding(
        "rule.filed-late", "", severity, {"article": "16", "closed": "", "due": "", "today": "", "days": 1, **values}
    )


@pytest.mark.parametrize(
    ("findings", "standing"),
    [
        ([], "passed"),
        ([_late("note")], "passed"),
        ([_late("warning")], "warning"),
        ([_late("warning"), _late("note", accepted_by="周建国")], "explained"),
        ([_late("note", accepted_by="周建国"), _late("error")], "failed"),
        ([_late("refuse")], "failed"),
    ],
)
def test_the_worst_of_its_own_findings_is_how_an_article_stands(findings: list[Finding], standing: str) -> None:
    article = _article(view({}), findings, "16")
    assert article.standing == standing
    assert list(article.findings) == findings
    assert _article(view({}), findings, "19").standing == "passed"


def test_an_article_without_ground_is_none_and_one_with_recordings_is_judged_by_them() -> None:
    silent = _article(view({}), [], "13")
    assert (silent.standing, silent.basis) == ("none", "—")
    files = {"a.mp4": video(0, 60), "b.mp4": video(60, 60), "c.mp4": video(300, 60)}
    with speaking("en"):
        article = _article(view(files, *(recorded(file) for file in files)), [], "13")
    assert article.standing == "passed"
    assert "3" in article.basis and "2" in article.basis, "three files, of which two are one recording"


def test_an_article_that_no_profile_numbers_comes_last() -> None:
    findings = [Finding("format.empty", "a.pdf", "warning", {"article": "99"})]
    articles = judge_articles(view({}), findings)
    assert [article.article for article in articles].count("99") == 1
    assert (articles[-1].article, articles[-1].standing) == ("99", "warning")


def test_what_was_entrusted_names_the_instrument_and_the_day_of_filing_is_said() -> None:
    producer = {"name": "乡政府", "entrusted_by": "文旅局", "instrument": "委托书3号"}
    words = producer_words(view({}, producer=producer))
    assert "乡政府" in words and "文旅局" in words and "委托书3号" in words
    assert producer_words(view({})) == "局"
    filing = filing_words(view({}, today=date(2026, 3, 20)))
    assert "2026年3月12日" in filing and "2026年3月20日" in filing
