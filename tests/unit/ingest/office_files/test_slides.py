"""Slides: the day as it was saved, what is hidden, notes."""

from __future__ import annotations

import zipfile
from pathlib import Path

from preserve.ingest.office_files.holding import hold
from tests.support.office_samples import package, relations

_P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


def _slide(inside: str, more: str = "") -> str:
    return f"<p:sld {_P} {_A}{more}><p:cSld><p:spTree>{inside}</p:spTree></p:cSld></p:sld>"


def _field(kind: str, shown: str) -> str:
    return f'<a:p><a:fld id="{{1}}" type="{kind}"><a:t>{shown}</a:t></a:fld></a:p>'


def test_days_are_held_and_what_is_not_shown_is_named(tmp_path: Path) -> None:
    parts = {
        "ppt/presentation.xml": f"<p:presentation {_P}/>",
        "ppt/_rels/presentation.xml.rels": relations(
            ("r1", "slide", "slides/slide1.xml"),
            ("r2", "slide", "slides/slide2.xml"),
            ("r3", "oleObject", "file://c/a"),
        ),
        "ppt/slides/slide1.xml": _slide(
            _field("datetime1", "2019/3/8") + _field("slidenum", "1") + '<p:cNvPr name="图章" hidden="1"/>'
        ),
        "ppt/slides/_rels/slide1.xml.rels": relations(("r1", "notesSlide", "../notesSlides/notesSlide1.xml")),
        "ppt/notesSlides/notesSlide1.xml": _slide(
            "<a:p><a:r><a:t>先不要给</a:t></a:r></a:p>" + _field("slidenum", "1")
        ),
        "ppt/slides/slide2.xml": _slide(_field("datetimeFigureOut", ""), ' show="0"'),
        "ppt/media/vbaProject.bin": "x",
    }
    package(tmp_path / "a.pptx", "ppt/presentation.xml", parts)
    remarks = hold(tmp_path / "a.pptx", tmp_path / "b.pptx")
    assert remarks.places == {
        "field-frozen": ["1 datetime1: 2019/3/8"],
        "hidden-object": ["1 图章"],
        "speaker-notes": ["1 先不要给"],
        "field-empty": ["2 datetimefigureout"],
        "hidden-slide": ["2"],
        "macro": [],
        "link": ["file://c/a"],
    }
    with zipfile.ZipFile(tmp_path / "b.pptx") as archive:
        first = archive.read("ppt/slides/slide1.xml").decode()
    assert '<a:fld id="{1}"><a:t>2019/3/8' in first
    assert 'type="slidenum"' in first
