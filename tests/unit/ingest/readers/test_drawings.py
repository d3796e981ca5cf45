"""Drawings that ezdxf wrote give their words and release; a DWG is named as kept."""

from __future__ import annotations

from pathlib import Path

import ezdxf
import pytest

from preserve.ingest.characterise import characterise
from preserve.ingest.extraction import way_of
from preserve.ingest.extraction.helper import HELPER
from preserve.ingest.identify import identify
from preserve.ingest.readers.drawings import plain_words

pytestmark = pytest.mark.xdist_group("extraction")


def _drawing(path: Path, release: str, form: str) -> Path:
    drawing = ezdxf.new(release)
    drawing.encoding = "gbk"
    drawing.layers.add("现场图层")
    space = drawing.modelspace()
    space.add_text("现场平面图 %%p0.5")
    if release != "R12":
        space.add_mtext("{\\fSimSun|b0;经营场所}面积\\P120\\U+33A1 \\S1/2;")
    drawing.saveas(path, fmt=form)
    return path


@pytest.mark.parametrize(
    ("release", "form", "version"),
    [
        ("R12", "asc", "AC1009 (AutoCAD 11/12)"),
        ("R2000", "asc", "AC1015 (AutoCAD 2000)"),
        ("R2000", "bin", "AC1015 (AutoCAD 2000)"),
        ("R2018", "asc", "AC1032 (AutoCAD 2018)"),
        ("R2018", "bin", "AC1032 (AutoCAD 2018)"),
    ],
)
def test_a_dxf_gives_its_words(tmp_path: Path, release: str, form: str, version: str) -> None:
    path = _drawing(tmp_path / "现场.dxf", release, form)
    identification = identify(path, path.name, path.stat().st_size)
    assert identification.mime == "image/vnd.dxf" and not identification.findings
    character = characterise(path, identification, path.name)
    assert (character.kind, dict(character.properties)["Version"], character.findings) == ("other", version, ())
    assert way_of(identification, character, path.name) == "dxf"
    read = HELPER.extract(path, "dxf")
    assert read.outcome == "text"
    assert "现场平面图 ±0.5" in read.text and "现场图层" in read.text
    if release != "R12":
        assert "经营场所面积\n120㎡ 1/2" in read.text


@pytest.mark.parametrize("release", ["AC1015", "AC1032", "AC9999"])
def test_a_dwg_is_named_as_kept(tmp_path: Path, release: str) -> None:
    path = tmp_path / "a.dwg"
    path.write_bytes(release.encode() + bytes(500))
    identification = identify(path, path.name, path.stat().st_size)
    character = characterise(path, identification, path.name)
    if identification.mime == "image/vnd.dwg":
        assert [one.code for one in character.findings if one.severity == "note"] == ["format.kept-and-named"]
    assert way_of(identification, character, path.name) is None


@pytest.mark.parametrize(
    "data", [b"", b"  0\nSECTION\n", b"not a number\nx\n", b"AutoCAD Binary DXF\r\n\x1a\0" + b"\xff" * 90, b"0\n" * 999]
)
def test_what_is_no_dxf_is_no_crash(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.dxf").write_bytes(data)
    assert HELPER.extract(tmp_path / "a.dxf", "dxf").outcome in ("none", "failed")


def test_signs_that_say_how_are_no_words() -> None:
    assert plain_words("\\A1;{\\H2.5x;消防\\L通道\\l} \\{1\\}\\\\x", formatted=True) == "消防通道 {1}\\x"
    assert plain_words("\\M+1B4A6%%c10%%D", formatted=False) == "处⌀10°"
