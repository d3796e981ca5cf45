"""Words of OFD in every form that is about: of other programs' files, and of those that programs get wrong."""

from __future__ import annotations

import zipfile
from pathlib import Path

import ofdkit
import pytest

from preserve.ingest.extraction.helper import HELPER
from tests.support.shared_cases import OFD

pytestmark = [pytest.mark.xdist_group("extraction"), pytest.mark.samples]
_SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_ROOT = (
    f"<ofd:OFD {_SPACE}><ofd:DocBody><ofd:DocInfo><ofd:Title>责令改正通知书</ofd:Title><ofd:CustomDatas>"
    '<ofd:CustomData Name="发票号码">04875996</ofd:CustomData></ofd:CustomDatas></ofd:DocInfo>'
    "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
)


def _text(words: str) -> str:
    return f'<ofd:TextObject Boundary="0 10 50 5"><ofd:TextCode>{words}</ofd:TextCode></ofd:TextObject>'


def _page(inside: str) -> str:
    return f"<ofd:Page {_SPACE}><ofd:Content><ofd:Layer>{inside}</ofd:Layer></ofd:Content></ofd:Page>"


def _document(pages: str, common: str = "", more: str = "") -> str:
    return (
        f"<ofd:Document {_SPACE}><ofd:CommonData>{common}</ofd:CommonData><ofd:Pages>{pages}</ofd:Pages>{more}"
        "</ofd:Document>"
    )


def _write(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return path


def _one(path: Path, page: str | bytes, **more: str) -> Path:
    document = _document('<ofd:Page ID="1" BaseLoc="P.xml"/>', more.get("common", ""), more.get("more", ""))
    parts: dict[str, str | bytes] = {"OFD.xml": _ROOT, "Doc_0/Document.xml": document, "Doc_0/P.xml": page}
    if "resources" in more:
        parts["Doc_0/Res.xml"] = more["resources"]
    return _write(path, parts)


@pytest.mark.parametrize("name", ["SESV4SignDoc", "chineseDir", "helloworld", "no_page_container"])
def test_another_reader_of_ofd_finds_no_word_that_is_not_found_here(name: str) -> None:
    ours = HELPER.extract(OFD / f"{name}.ofd", "ofd")
    assert ours.outcome == "text"
    with ofdkit.open(OFD / f"{name}.ofd") as theirs:
        words = {"".join(run.text.split()) for page in theirs.pages for run in page.runs}
    words.discard("")
    assert words and not [one for one in words if one not in "".join(ours.text.split())]


def test_an_invoice_is_found_by_its_template_by_what_was_filled_in_and_by_its_own_data() -> None:
    text = HELPER.extract(OFD / "no_page_container.ofd", "ofd").text
    for words in ("上海增值税电子普通发票", "上海浪潮云计算服务有限公司", "77669856890717802165", "original_invoice"):
        assert words in text
    assert "MIIBQwYJKoZI" not in text  # a signature inside the data is no word


def test_words_of_units_that_pages_share_and_of_the_root_are_read(tmp_path: Path) -> None:
    unit = f'<ofd:CompositeGraphicUnit ID="7"><ofd:Content>{_text("公章骑缝")}</ofd:Content></ofd:CompositeGraphicUnit>'
    resources = f"<ofd:Res {_SPACE}><ofd:CompositeGraphicUnits>{unit}</ofd:CompositeGraphicUnits></ofd:Res>"
    outline = '<ofd:Outlines><ofd:OutlineElem Title="第一章"/></ofd:Outlines>'
    page = _page(_text("正文") + '<ofd:CompositeObject ResourceID="7" Boundary="0 0 9 9"/>')
    common = "<ofd:PublicRes>Res.xml</ofd:PublicRes>"
    read = HELPER.extract(_one(tmp_path / "a.ofd", page, common=common, resources=resources, more=outline), "ofd")
    assert read.outcome == "text"
    assert all(words in read.text for words in ("正文", "公章骑缝", "第一章", "责令改正通知书", "04875996"))


def test_units_within_units_do_not_swell(tmp_path: Path) -> None:
    uses = '<ofd:CompositeObject ResourceID="7"/>' * 50
    unit = f'<ofd:CompositeGraphicUnit ID="7"><ofd:Content>{_text("字")}{uses}</ofd:Content></ofd:CompositeGraphicUnit>'
    resources = f"<ofd:Res {_SPACE}>{unit}</ofd:Res>"
    page = _page('<ofd:CompositeObject ResourceID="7"/>')
    common = "<ofd:PublicRes>Res.xml</ofd:PublicRes>"
    read = HELPER.extract(_one(tmp_path / "a.ofd", page, common=common, resources=resources), "ofd")
    assert read.outcome in ("text", "cut") and read.text.count("字") <= 10_000


def test_names_in_the_system_s_code_page_are_found(tmp_path: Path) -> None:
    parts = {
        "OFD.xml": _ROOT.replace("Doc_0/Document.xml", "文档/Document.xml"),
        "文档/Document.xml": _document('<ofd:Page ID="1" BaseLoc="页面/内容.xml"/>'),
        "文档/页面/内容.xml": _page(_text("处罚决定")),
    }
    read = HELPER.extract(_unflagged(tmp_path / "a.ofd", parts), "ofd")
    assert (read.outcome, "处罚决定" in read.text) == ("text", True)


def _unflagged(path: Path, parts: dict[str, str]) -> Path:
    """Names in GB18030 without the flag of UTF-8, as older programs write them: put over ASCII of the same length."""
    names = {name: f"{number:0{len(name.encode('gb18030'))}}" for number, name in enumerate(parts)}
    with zipfile.ZipFile(path, "w") as out:
        for name, content in parts.items():
            out.writestr(name if name.isascii() else names[name], content)
    data = path.read_bytes()
    for name, stand in names.items():
        if not name.isascii():
            data = data.replace(stand.encode(), name.encode("gb18030"))
    path.write_bytes(data)
    return path


def test_a_page_that_is_no_good_xml_costs_what_is_broken_only(tmp_path: Path) -> None:
    broken = f"<:Page>{_text('前半页').replace('ofd:', '')}<:bad"
    pages = '<ofd:Page ID="1" BaseLoc="P.xml"/><ofd:Page ID="2" BaseLoc="Q.xml"/>'
    parts: dict[str, str | bytes] = {
        "OFD.xml": _ROOT,
        "Doc_0/Document.xml": _document(pages),
        "Doc_0/P.xml": broken,
        "Doc_0/Q.xml": _page(_text("第二页")),
    }
    read = HELPER.extract(_write(tmp_path / "a.ofd", parts), "ofd")
    assert read.outcome == "partial" and "Doc_0/P.xml" in read.reason
    assert "前半页" in read.text and "第二页" in read.text


def test_hostile_files_end_in_an_answer(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + _page(_text("&b;"))
    assert "aaaaaaaaaa" not in HELPER.extract(_one(tmp_path / "bomb.ofd", bomb), "ofd").text
    outside = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{_page(_text("&a;"))}'
    assert "root:" not in HELPER.extract(_one(tmp_path / "outside.ofd", outside), "ofd").text
    large = _page("<ofd:Layer>" + " " * (80 << 20) + "</ofd:Layer>")
    assert HELPER.extract(_one(tmp_path / "large.ofd", large), "ofd").outcome in ("text", "partial")
    loop = _document('<ofd:Page ID="1" BaseLoc="../../../../etc/passwd"/>')
    path = _write(tmp_path / "away.ofd", {"OFD.xml": _ROOT, "Doc_0/Document.xml": loop})
    assert HELPER.extract(path, "ofd").outcome == "partial"
