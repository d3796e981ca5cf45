"""OFD by every form of path, with templates, annotations, attachments and more than one document."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from preserve.ingest.extraction.helper import HELPER
from preserve.ingest.identifiers import extensions
from preserve.ingest.readers import ofd
from preserve.ingest.readers.report import Report

pytestmark = pytest.mark.xdist_group("extraction")
_SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def _page(words: str, template: str = "") -> str:
    text = f'<ofd:TextObject Boundary="0 10 50 5"><ofd:TextCode>{words}</ofd:TextCode></ofd:TextObject>'
    used = f'<ofd:Template TemplateID="{template}"/>' if template else ""
    return f"<ofd:Page {_SPACE}>{used}<ofd:Content><ofd:Layer>{text}</ofd:Layer></ofd:Content></ofd:Page>"


def _root(*places: str) -> str:
    bodies = "".join(f"<ofd:DocBody><ofd:DocRoot>{place}</ofd:DocRoot></ofd:DocBody>" for place in places)
    return f"<ofd:OFD {_SPACE}>{bodies}</ofd:OFD>"


def _document(*pages: str, more: str = "", common: str = "") -> str:
    listed = "".join(f'<ofd:Page ID="{number}" BaseLoc="{place}"/>' for number, place in enumerate(pages, 1))
    return (
        f"<ofd:Document {_SPACE}><ofd:CommonData>{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>{more}"
        "</ofd:Document>"
    )


def _write(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as out:
        for name, text in parts.items():
            out.writestr(name, text)
    return path


def _read(path: Path) -> Report:
    report = Report(path.name)
    ofd.read(path, report)
    return report


@pytest.mark.parametrize(
    "place",
    [
        "/Doc_0/Pages/P0/C.xml",
        "Pages/P0/C.xml",
        "./Pages/P0/C.xml",
        "Pages\\P0\\C.xml",
        "Doc_0/Pages/P0/C.xml",
        "pages/p0/c.XML",
        "../Doc_0/Pages/P0/C.xml",
        "/Pages/P0/C.xml",
    ],
)
@pytest.mark.parametrize("root", ["Doc_0/Document.xml", "/Doc_0/Document.xml", "doc_0\\document.xml"])
def test_pages_are_found_by_every_form_of_path(tmp_path: Path, place: str, root: str) -> None:
    parts = {
        "OFD.xml": _root(root),
        "Doc_0/Document.xml": _document(place),
        "Doc_0/Pages/P0/C.xml": _page("行政处罚决定书"),
    }
    path = _write(tmp_path / "a.ofd", parts)
    read = HELPER.extract(path, "ofd")
    assert (read.outcome, read.text) == ("text", "行政处罚决定书")
    report = _read(path)
    assert (dict(report.properties)["Pages"], report.findings) == ("1", [])


@pytest.mark.parametrize("names", ["/{}", ".\\{}", "{}"])
def test_names_in_the_archive_may_have_other_forms_too(tmp_path: Path, names: str) -> None:
    parts = {
        "ofd.XML": _root("Doc_0/Document.xml"),
        "Doc_0/Document.xml": _document("P.xml"),
        "Doc_0/P.xml": _page("甲"),
    }
    path = _write(tmp_path / "a.ofd", {names.format(name.replace("/", "\\")): text for name, text in parts.items()})
    assert HELPER.extract(path, "ofd").text == "甲"
    (answer,) = extensions.answers(path.read_bytes()[:64], "a.ofd", path)
    assert answer.mime == "application/ofd"


def test_templates_annotations_attachments_and_every_document_are_read(tmp_path: Path) -> None:
    annotations = f'<ofd:Annotations {_SPACE}><ofd:Page PageID="1"><ofd:FileLoc>Annot.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>'
    attachments = f'<ofd:Attachments {_SPACE}><ofd:Attachment Name="附图.jpg"><ofd:FileLoc>a.jpg</ofd:FileLoc></ofd:Attachment></ofd:Attachments>'
    more = "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations><ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>"
    parts = {
        "OFD.xml": _root("Doc_0/Document.xml", "Doc_1/Document.xml"),
        "Doc_0/Document.xml": _document("P.xml", more=more, common='<ofd:TemplatePage ID="9" BaseLoc="T.xml"/>'),
        "Doc_0/P.xml": _page("正文", "9"),
        "Doc_0/T.xml": _page("红头"),
        "Doc_0/Annots/Annotations.xml": annotations,
        "Doc_0/Annots/Annot.xml": _page("批注"),
        "Doc_0/Attachs/Attachments.xml": attachments,
        "Doc_1/Document.xml": _document("P.xml"),
        "Doc_1/P.xml": _page("第二份"),
    }
    path = _write(tmp_path / "a.ofd", parts)
    assert "".join(HELPER.extract(path, "ofd").text.split()) == "红头正文批注附图.jpg第二份"
    known = dict(_read(path).properties)
    assert (known["Pages"], known["Documents"], known["Attachments"]) == ("2", "2", "1")


def test_a_page_that_is_not_there_is_told(tmp_path: Path) -> None:
    parts = {"OFD.xml": _root("D/Document.xml"), "D/Document.xml": _document("P.xml", "Q.xml"), "D/P.xml": _page("甲")}
    path = _write(tmp_path / "a.ofd", parts)
    read = HELPER.extract(path, "ofd")
    assert (read.outcome, read.text, read.reason) == ("partial", "甲", "Q.xml: not there")
    assert [(finding.code, finding.values["reason"]) for finding in _read(path).findings] == [
        ("format.truncated", "Q.xml")
    ]
