"""Office documents as PDF/A-2b: what can be checked of it, and what a document may not do."""

from __future__ import annotations

import http.server
import threading
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.errors import Stopped
from preserve.ingest.transcoders import Made, office
from preserve.ingest.transcoders.office import check_pdfa
from preserve.programs import ToolFailed
from tests.support import office_samples
from tests.support.office_samples import complex_field


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF/A of one page."""
    path = tmp_path_factory.mktemp("paper") / "a.pdf"
    path.write_bytes(as_pdf("题", "下", "局", datetime(2026, 3, 1, tzinfo=UTC), [Section("节", "现场检查笔录")]))
    return path


def test_a_pdfa_passes_what_is_checked(paper: Path) -> None:
    findings, checks, pages = check_pdfa(paper, "a.pdf")
    assert (findings, pages) == ((), 1)
    assert (checks["output intent"], checks["encrypted"], checks["fonts not embedded"]) == ("yes", "no", "0")


@pytest.mark.parametrize("wound", ["output intent", "XMP identification", "fonts not embedded", "encrypted"])
def test_each_lack_is_told_by_its_check(wound: str, paper: Path, tmp_path: Path) -> None:
    whole = check_pdfa(paper, "a.pdf")[1]
    path = tmp_path / "a.pdf"
    with pikepdf.open(paper) as pdf:
        if wound == "output intent":
            del pdf.Root.OutputIntents
        elif wound == "XMP identification":
            del pdf.Root.Metadata
        elif wound == "fonts not embedded":
            for item in pdf.objects:
                if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                    for key in ("/FontFile", "/FontFile2", "/FontFile3"):
                        if key in item:
                            del item[key]
        pdf.save(path, encryption=pikepdf.Encryption(owner="o") if wound == "encrypted" else False)
    findings, checks, _ = check_pdfa(path, "附件.pdf")
    assert [(finding.code, finding.where) for finding in findings] == [("normalise.pdfa-incomplete", "附件.pdf")]
    assert checks[wound] != whole[wound]


@pytest.mark.parametrize(
    ("extension", "application"),
    [("docx", "writer"), ("wps", "writer"), ("et", "calc"), ("xlsx", "calc"), ("dps", "impress"), ("", "writer")],
)
def test_a_document_is_opened_by_its_application(extension: str, application: str) -> None:
    assert office._application(extension) == application


def test_what_makes_no_pdf_is_a_failure_and_leaves_nothing(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (tmp_path / "a.docx").write_bytes(b"PK\3\4" + bytes(400))
    with pytest.raises(ToolFailed):
        office.to_pdfa(tmp_path / "a.docx", scratch, "x", "docx", lambda seconds: None, "a.docx")
    assert list(scratch.iterdir()) == []


def test_a_stop_ends_it_and_leaves_nothing(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (tmp_path / "a.txt").write_text("现场检查笔录", encoding="utf-8")

    def pulse(seconds: float) -> None:
        raise Stopped("work.stopped")

    with pytest.raises(Stopped):
        office.to_pdfa(tmp_path / "a.txt", scratch, "x", "odt", pulse, "a.txt")
    assert list(scratch.iterdir()) == []


def test_a_document_fetches_nothing_and_shows_no_other_file(tmp_path: Path) -> None:
    """Pictures and texts that a document links to, on the network or on this machine, stay out of its PDF."""

    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - the library's names

        def log_message(self, *arguments: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    there = f"http://127.0.0.1:{server.server_address[1]}"
    Image.new("RGB", (300, 300), "red").save(tmp_path / "secret.png")
    frame = '<draw:frame text:anchor-type="paragraph" svg:width="5cm" svg:height="5cm"><draw:image xlink:href="{}"/></draw:frame>'
    names = {"office": "office:1.0", "text": "text:1.0", "draw": "drawing:1.0", "svg": "svg-compatible:1.0"}
    spaces = " ".join(f'xmlns:{k}="urn:oasis:names:tc:opendocument:xmlns:{v}"' for k, v in names.items())
    path = tmp_path / "linked.odt"
    path.write_text(
        f'<?xml version="1.0"?><office:document {spaces} xmlns:xlink="http://www.w3.org/1999/xlink" '
        'office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>'
        f"<text:p>Hello{frame.format(there + '/i.png')}{frame.format((tmp_path / 'secret.png').as_uri())}</text:p>"
        "</office:text></office:body></office:document>",
        encoding="utf-8",
    )
    try:
        result = office.to_pdfa(path, tmp_path, "x", "odt", lambda seconds: None, path.name)
    finally:
        server.shutdown()
    assert asked == []
    with pikepdf.open(result.path) as pdf:
        assert len(pdf.pages) == 1
        assert not [one for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"]


def _text(made: Made) -> str:
    with pypdfium2.PdfDocument(made.path) as pdf:
        return "".join(page.get_textpage().get_text_bounded() for page in pdf)


def test_a_text_shows_its_days_as_they_were_saved(tmp_path: Path) -> None:
    body = f"<w:p>{complex_field('DATE', '2019年3月8日')}</w:p><w:p>{complex_field('FILENAME', '定稿.docx')}</w:p>"
    path = office_samples.docx(tmp_path / "a.docx", body)
    made = office.to_pdfa(path, tmp_path, "x", "docx", lambda seconds: None, path.name)
    assert _text(made).split() == ["2019年3月8日", "定稿.docx"]
    assert [finding.code for finding in made.findings] == ["derivative.field-frozen"]
    assert "DATE: 2019年3月8日" in made.proof.note


def test_a_workbook_shows_saved_results_and_what_is_cut_is_named(tmp_path: Path) -> None:
    inside = '<cols><col min="1" max="1" width="4"/></cols>' + office_samples.rows(
        office_samples.words("A1", "长文字会不会被截断") + office_samples.words("B1", "右邻"),
        '<c r="A2"><v>1234567890123</v></c>',
        '<c r="B3"><f>RAND()</f><v>777</v></c>' + office_samples.words("C3", "看得见"),
    )
    path = office_samples.xlsx(tmp_path / "a.xlsx", {"表": inside})
    made = office.to_pdfa(path, tmp_path, "x", "xlsx", lambda seconds: None, path.name)
    assert "777" in _text(made)
    found = {finding.code: str(finding.values["where"]) for finding in made.findings}
    assert found["derivative.formula-frozen"] == "表!B3 RAND"
    assert found["derivative.cut-text"].split("; ")[0] == "表!A1"
    assert any(sentence.startswith("cells whose text is cut") for sentence in made.lost)


def test_a_document_that_cannot_be_looked_through_is_converted_and_that_is_said(tmp_path: Path) -> None:
    path = office_samples.docx(tmp_path / "a.docx", "<w:p><w:r><w:t>正文</w:t></w:r></w:p>", header1="<!DOCTYPE a><a/>")
    made = office.to_pdfa(path, tmp_path, "x", "docx", lambda seconds: None, path.name)
    assert "正文" in _text(made)
    assert [finding.code for finding in made.findings] == ["derivative.not-looked-through"]
