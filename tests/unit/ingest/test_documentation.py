"""The documents in a package for people: what was found, worst first, and no name that becomes markup."""

from __future__ import annotations

import json
from pathlib import Path

from lxml import html

from metadata.findings import Finding
from preserve.ingest.documentation import documents
from preserve.messages import say, speaking
from tests.support.taking import ingest_in

FINDINGS = (
    Finding("sip.litter", "", "note", {"count": 1, "names": "Thumbs.db"}),
    Finding("format.empty", "<b>空</b>.pdf", "error", {"article": "8"}),
    Finding("sip.no-scanner", "", "warning"),
)


def _made(folder: Path, *findings: Finding, **changes: str) -> dict[str, bytes]:
    return {name: data for name, _, data in documents(ingest_in(folder, **changes), findings, 3, 4096)}


def test_findings_are_written_for_programs_worst_first(tmp_path: Path) -> None:
    with speaking("en"):
        rows = json.loads(_made(tmp_path, *FINDINGS)["findings.json"])
    assert [row["code"] for row in rows] == ["format.empty", "sip.no-scanner", "sip.litter"]
    assert rows[0]["values"] == {"article": "8"}
    with speaking("en"):
        assert rows[2]["message"] == say("sip.litter", **FINDINGS[0].values)


def test_names_are_text_on_the_page(tmp_path: Path) -> None:
    page = html.document_fromstring(_made(tmp_path, *FINDINGS, title="<script>x</script>案")["findings.html"].decode())
    assert page.findtext(".//h1") == "<script>x</script>案"
    assert not list(page.iter("script", "b"))
    assert [row.get("class") for row in page.iter("tr") if row.get("class")] == ["error", "warning", "note"]
    assert "<b>空</b>.pdf" in [cell.text for cell in page.iter("td")]


def test_where_nothing_was_found_the_page_says_so(tmp_path: Path) -> None:
    made = _made(tmp_path)
    assert say("ingest.page-none") in made["findings.html"].decode()
    assert json.loads(made["findings.json"]) == []


def test_who_answers_for_a_finding_stands_beside_it(tmp_path: Path) -> None:
    answer = {"accepted_by": "周建国", "reason": "遗失", "authority": "", "document": "", "date": ""}
    made = _made(tmp_path, Finding("format.empty", "a.pdf", "note", {"article": "8", **answer}))
    assert "周建国" in json.loads(made["findings.json"])[0]["message"]
    assert "周建国" in made["findings.html"].decode()


def test_a_name_that_is_no_unicode_can_be_written(tmp_path: Path) -> None:
    made = _made(tmp_path, Finding("format.empty", "\udcff.pdf", "error", {"article": "8"}))
    assert json.loads(made["findings.json"])[0]["where"] == "[0xFF].pdf"


def test_the_readme_tells_what_lies_here_and_how_it_is_checked(tmp_path: Path) -> None:
    readme = _made(tmp_path)["README.md"].decode()
    assert "3 originals, 4096 bytes" in readme
    assert "sha256sum -c manifest-sha256.txt" in readme
    assert "档号 —" in readme
