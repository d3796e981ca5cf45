"""Cases through the program: what is refused, what a person answers for, and what the package then says of it."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pytest
from lxml import etree

from demo.make_case import make_case
from tests.support.pdfa import against_pdfa
from tests.support.program import Archive


def preserve(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program on this home."""
    return Archive(home).run(*arguments)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive and three cases: one to be taken in, one with errors, one that cannot be read."""
    root = tmp_path_factory.mktemp("compliance")
    assert preserve(root / "home", "init", "--institution", "临江市文化和旅游局").returncode == 0
    make_case(root / "cases" / "甲案", small=True)
    make_case(root / "cases" / "乙案", small=True)
    _change(root / "cases" / "乙案", case_number="临文综罚〔2026〕13号", acceptances=[])
    (root / "cases" / "丙案").mkdir()
    (root / "cases" / "丙案" / "case.json").write_text("{", encoding="utf-8")
    return root


def _change(case: Path, **changes: Any) -> None:
    file = case / "case.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changes}, ensure_ascii=False), "utf-8")


def test_a_folder_of_cases_becomes_a_table(place: Path, tmp_path: Path) -> None:
    done = preserve(
        place / "home",
        "--json",
        "check",
        str(place / "cases"),
        "--xlsx",
        str(tmp_path / "t.xlsx"),
        "--report",
        str(tmp_path / "reports"),
    )
    assert done.returncode == 3
    # Several at once or one after the other: the same, in the same order.
    alone = preserve(place / "home", "--json", "check", str(place / "cases"), "--jobs", "1")
    checks = [json.loads(one.stdout)["checks"] for one in (done, alone)]
    for one in (*checks[0], *checks[1]):
        one["free"] = 0
    assert checks[0] == checks[1]
    assert [Path(one["sip"]).name for one in checks[0]] == sorted(["甲案", "乙案", "丙案"])
    told = {Path(one["sip"]).name: one["ok"] for one in json.loads(done.stdout)["checks"]}
    assert told == {"甲案": True, "乙案": False, "丙案": False}
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    cases = {row[8]: row for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)}
    assert set(cases) == {"甲案", "乙案", "丙案"}
    assert cases["乙案"][0] == "临文综罚〔2026〕13号"
    assert cases["乙案"][4] > 0
    assert cases["甲案"][4] == 0
    assert cases["甲案"][5] == cases["乙案"][4]  # what one answers for is what the other lacks
    problems = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    assert any("送达回证" in str(row[3]) and str(row[2]) == "7" for row in problems)
    with pikepdf.open(tmp_path / "reports" / "乙案.compliance.pdf") as document:
        assert b"pdfaid" in document.Root.Metadata.read_bytes()
    words = subprocess.run(
        ["pdftotext", str(tmp_path / "reports" / "乙案.compliance.pdf"), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "送达回证" in words
    assert "四性检测" in words or "Four-property" in words


def test_an_error_keeps_the_case_out_until_a_person_answers(place: Path) -> None:
    refused = preserve(place / "home", "--json", "ingest", str(place / "cases" / "乙案"))
    assert refused.returncode == 3
    assert json.loads(refused.stdout)["error"]["code"] == "sip.unexplained"
    assert list((place / "home" / "store" / "packages").glob("*")) == []
    done = preserve(place / "home", "--json", "ingest", str(place / "cases" / "甲案"))
    assert done.returncode == 0, done.stderr
    ingest = json.loads(done.stdout)["ingests"][0]
    package = Path(ingest["location"])
    documents = package / "data" / ingest["objid"] / "documentation"
    # Art. 3: the structural map has the originals by stage, in the regulation's order.
    mets = etree.parse(package / "data" / ingest["objid"] / "representations" / "original" / "METS.xml")
    ns = {"m": "http://www.loc.gov/METS/"}
    stages = [(one.get("TYPE"), len(one)) for one in mets.iterfind(".//m:structMap[@TYPE='LOGICAL']/m:div/m:div", ns)]
    assert stages == [("initiation", 2), ("investigation", 4)]
    report = json.loads((documents / "compliance.json").read_text("utf-8"))
    assert report["verdict"] == "explained"
    standing = {one["article"]: one["standing"] for one in report["articles"]}
    assert standing["7"] == "explained"
    assert standing["20"] == "passed"
    assert "周建国" in (documents / "compliance.html").read_text("utf-8")
    told = preserve(place / "home", "--json", "show", ingest["objid"])
    (entry,) = [one for one in json.loads(told.stdout)["ledger"] if one["action"] == "case.registered"]
    assert {one["person"] for one in entry["details"]["accepted"]} == {"周建国"}
    notes = sorted((documents / "explanatory-notes").glob("*.pdf"))
    assert len(notes) == 2
    for paper in (documents / "compliance.pdf", *notes):
        assert against_pdfa(paper) == [], paper
    words = subprocess.run(["pdftotext", str(notes[0]), "-"], capture_output=True, text=True, check=True).stdout
    manifest = (package / "manifest-sha256.txt").read_text("utf-8")
    digests = {line.split()[0] for line in manifest.splitlines() if line.endswith(".mp4") and "/original/" in line}
    assert any(digest in "".join(words.split()) for digest in digests)
    assert preserve(place / "home", "verify", str(package)).returncode == 0


def test_what_is_no_pdfa_is_found_out(tmp_path: Path) -> None:
    """The check on the papers can fail: a plain PDF, and one whose font was taken out."""
    import typst

    (tmp_path / "a.typ").write_text("= a", encoding="utf-8")
    plain = tmp_path / "plain.pdf"
    plain.write_bytes(bytes(typst.compile(str(tmp_path / "a.typ"), format="pdf")))
    assert {one.split()[0] for one in against_pdfa(plain)} == {"6.6.4", "6.2.3", "validator:"}
    claimed = tmp_path / "claimed.pdf"
    claimed.write_bytes(bytes(typst.compile(str(tmp_path / "a.typ"), format="pdf", pdf_standards="a-2b")))
    assert against_pdfa(claimed) == []
    with pikepdf.open(claimed) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary):
                for key in ("/FontFile", "/FontFile2", "/FontFile3"):
                    if key in one:
                        del one[key]
        pdf.Root.OpenAction = pikepdf.Dictionary(Type=pikepdf.Name.Action, S=pikepdf.Name.JavaScript, JS="1")
        pdf.save(tmp_path / "broken.pdf")
    assert {one.split()[0] for one in against_pdfa(tmp_path / "broken.pdf")} >= {"6.2.11.4", "6.5.1"}


def test_deadlines(place: Path) -> None:
    told = preserve(place / "home", "--json", "deadlines", str(place / "cases"))
    rows = {Path(one["path"]).name: one for one in json.loads(told.stdout)["deadlines"]}
    assert rows["丙案"]["standing"] == "unknown"
    assert date.fromisoformat(rows["甲案"]["due"]) > date.fromisoformat(rows["甲案"]["closed"])


def test_profiles(place: Path) -> None:
    assert preserve(place / "home", "profiles", "check").returncode == 0
    own = place / "home" / "profiles" / "cases"
    own.mkdir(parents=True)
    try:
        (own / "penalty.toml").write_text('case_type = "penalty"\n', encoding="utf-8")
        wrong = preserve(place / "home", "profiles", "check")
        assert wrong.returncode == 3
        assert "penalty.toml:1" in wrong.stderr
        assert preserve(place / "home", "check", str(place / "cases" / "甲案")).returncode == 3
    finally:
        (own / "penalty.toml").unlink()
    shown = preserve(place / "home", "profiles", "show", "penalty")
    assert "decision on the penalty" in shown.stdout
    assert preserve(place / "home", "profiles", "show", "nothing").returncode == 3
