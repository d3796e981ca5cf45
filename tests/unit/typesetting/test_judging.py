"""The validator's verdict on our own papers and on what only claims to be PDF/A."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pikepdf.pdfa
import pytest

from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.ingest.readers import pdf as reader
from preserve.ingest.readers.report import Report
from preserve.typesetting.judging import judge


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A paper as we set it."""
    path = tmp_path_factory.mktemp("paper") / "a.pdf"
    path.write_bytes(as_pdf("题", "下", "局", datetime(2026, 3, 1, tzinfo=UTC), [Section("节", "现场检查笔录")]))
    return path


def test_our_own_papers_break_no_rule(paper: Path) -> None:
    verdict = judge(paper)
    assert verdict.rules == ()
    assert verdict.words().startswith(f"pikepdf.pdfa {pikepdf.__version__}: ")


def test_a_plain_page_that_is_made_pdfa_passes(tmp_path: Path) -> None:
    with pikepdf.new() as document:
        document.add_blank_page()
        pikepdf.pdfa.save(document, tmp_path / "a.pdf", "2b")
    assert judge(tmp_path / "a.pdf").passed
    assert judge(tmp_path / "a.pdf").words().endswith(": pass")


def test_a_broken_rule_is_named_and_a_deposit_with_it_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with pikepdf.new() as document:
        document.add_blank_page()
        pikepdf.pdfa.save(document, path, "2b")
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        document.pages[0].Contents = document.make_stream(b"/Foo ri 1 0 0 0 k 0 0 5 5 re f")
        document.save(path)
    verdict = judge(path)
    assert not verdict.passed
    assert verdict.rules
    assert all(rule.startswith("19005_2:6.") for rule in verdict.rules)
    report = Report("a.pdf")
    reader.read(path, report)
    (finding,) = report.findings
    assert (finding.code, finding.severity, finding.values["claim"]) == ("format.pdfa-denied", "warning", "2b")
    assert dict(report.properties)["PDF/A check"] == verdict.words()


def test_what_claims_nothing_is_not_judged(tmp_path: Path) -> None:
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(tmp_path / "a.pdf")
    report = Report("a.pdf")
    reader.read(tmp_path / "a.pdf", report)
    assert report.findings == []
    assert "PDF/A check" not in dict(report.properties)


def test_a_claim_is_read_however_xmp_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    for number, claim in enumerate(
        (
            b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>",
            b"<a pdfaid:part=\"2\" pdfaid:conformance='B'/>",
            b'<pdfaid:part xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">2</pdfaid:part>'
            b'<pdfaid:conformance xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">B</pdfaid:conformance>',
        )
    ):
        with pikepdf.new() as document:
            document.add_blank_page()
            document.Root.Metadata = document.make_stream(claim)
            document.save(path, fix_metadata_version=False)
        report = Report("a.pdf")
        reader.read(path, report)
        assert dict(report.properties)["PDF/A"] == "2b", number
