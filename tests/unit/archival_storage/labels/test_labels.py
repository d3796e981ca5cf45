"""Labels as printed: every field in the page's text, codes that another decoder reads, the same bytes every time."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import get_args

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from preserve.archival_storage.labels import Form, Label, make_labels, qr_text, read_qr_text
from preserve.errors import Refused

DIGEST = "975feea9c264d67b55a9c56908bc744e6d01a782533b77cbabf8ae5c05cfb985"
HOSTILE = '#panic("x") $y$ \\ *b* _i_ <a> @r [c] ' + "长" * 120


def label(**more: object) -> Label:
    facts: dict[str, object] = {
        "identity": "disc-01m85m8sc7193ha9qd4bgyk7xg-a",
        "kind": "optical",
        "name": "DA26_0001_01A",
        "title": "未经批准从事营业性演出案",
        "institution": "临江市文化和旅游局",
        "archival_numbers": ("X123-2026-0012",),
        "volume": 2,
        "volumes": 3,
        "date": "2026-11-24",
        "digest": DIGEST,
        "size": 735_836_160,
        "place": "二号楼/A3/盒1",
        "copy": "A",
    }
    return Label(**(facts | more))  # type: ignore[arg-type]


def text_of(pdf: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True)
    return "".join(done.stdout.replace("\u200b", "").split())


@pytest.mark.parametrize("form", get_args(Form))
def test_every_field_is_on_the_label_and_the_code_reads(form: Form, tmp_path: Path) -> None:
    one = label()
    make_labels([one], tmp_path / "a.pdf", form)
    text = text_of(tmp_path / "a.pdf")
    for field in (
        "DA26_0001_01A",
        "未经批准从事营业性演出案",
        "临江市文化和旅游局",
        "X123-2026-0012",
        "第2盘",
        "共3盘",
        "2026-11-24",
        "735.8MB",
        DIGEST[:8],
        one.identity,
    ):
        assert field.replace(" ", "") in text, field
    subprocess.run(["pdftoppm", "-r", "200", "-png", tmp_path / "a.pdf", tmp_path / "page"], check=True)
    codes = {code.text for page in tmp_path.glob("page*.png") for code in zxingcpp.read_barcodes(Image.open(page))}
    assert codes == {qr_text(one)}
    assert read_qr_text(codes.pop()) == (one.identity, DIGEST)
    fonts = subprocess.run(["pdffonts", tmp_path / "a.pdf"], capture_output=True, text=True, check=True).stdout
    assert all(line.split()[-5] == "yes" for line in fonts.splitlines()[2:]), fonts
    make_labels([one], tmp_path / "b.pdf", form)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


@pytest.mark.parametrize("form", get_args(Form))
def test_a_drive_is_no_volume_and_its_numbers_are_called_what_they_are(form: Form, tmp_path: Path) -> None:
    more = {"numbers_are": "case", "kept": "至2056-12-31", "restricted": "个人隐私", "volume": 1, "volumes": 1}
    make_labels([label(kind="drive", archival_numbers=("临文综罚〔2026〕35号",), **more)], tmp_path / "a.pdf", form)
    text = text_of(tmp_path / "a.pdf")
    for words in ("案号", "临文综罚〔2026〕35号", "至2056-12-31", "个人隐私"):
        assert words in text, words
    assert "盘" not in text and "档号" not in text


@pytest.mark.parametrize("form", get_args(Form))
def test_hostile_and_long_text_stays_text(form: Form, tmp_path: Path) -> None:
    many = label(
        title=HOSTILE,
        name="N" * 40,
        institution=HOSTILE,
        place=HOSTILE,
        archival_numbers=tuple(f"X-{n:04d}" for n in range(300)),
    )
    make_labels([many, label(archival_numbers=(), digest="", place="")], tmp_path / "a.pdf", form)
    text = text_of(tmp_path / "a.pdf")
    assert '#panic("x")$y$' in text
    assert "等300件" in text


def test_twenty_fill_pages(tmp_path: Path) -> None:
    make_labels([label(name=f"DRV-{n:02d}", kind="drive") for n in range(20)], tmp_path / "a.pdf", "drive")
    assert all(f"DRV-{n:02d}" in text_of(tmp_path / "a.pdf") for n in range(20))
    with pytest.raises(Refused):
        make_labels([], tmp_path / "b.pdf", "drive")


@given(st.from_regex(r"[a-z0-9-]{1,80}", fullmatch=True), st.sampled_from(["", DIGEST]))
def test_codes_round_trip(identity: str, digest: str) -> None:
    assert read_qr_text(qr_text(label(identity=identity, digest=digest))) == (identity, digest)


@given(st.text(max_size=60))
def test_other_codes_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_qr_text("x" + text)
