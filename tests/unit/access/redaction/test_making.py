"""One order carried out: each kind of file by its own tool, and a sentence that tells nothing of what was taken out."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from preserve.access.redaction.making import Made, Order, Representation, make
from preserve.access.redaction.plan import Box, Redaction
from preserve.access.redaction.sources import Source, kind_of
from preserve.access.requests.model import Selected
from preserve.errors import Refused
from preserve.messages import say, speaking
from preserve.typesetting.judging import judge
from tests.support.redacting import MARK, MOMENT, text_in


def selected(name: str, size: int = 1, **changes: object) -> Selected:
    return Selected(
        objid="aip-1",
        case_number="临文综罚〔2026〕1号",
        package="aip-1_v0001",
        path=name,
        identifier="f1",
        representation="original",
        file=f"data/{name}",
        size=size,
        sha256="0" * 64,
        original_sha256="0" * 64,
    ).model_copy(update=changes)


def order(
    name: str, *redactions: Redaction, to: Representation = "redacted", marked: bool = False, **changes: object
) -> Order:
    file = selected(name, **changes)  # type: ignore[arg-type]
    return Order(file, Source(file, kind_of(name)), to, redactions, MARK if marked else None)


def carried_out(wanted: Order, source: Path, progress: Callable[[int], None] = lambda moved: None) -> Made:
    (source.parent / "out").mkdir(exist_ok=True)
    with speaking("zh"):
        return make(wanted, source, source.parent / "out", MOMENT, progress)


def test_a_text_without_its_lines(tmp_path: Path) -> None:
    source = tmp_path / "source.txt"
    source.write_text("举报人张某\n内容\n", encoding="utf-8")
    gone = Redaction("笔录.txt", "lines", "隐私", "20", "p", lines=((1, 1),))
    made = carried_out(order("笔录.txt", gone), source)
    with speaking("zh"):
        assert made.path.read_text(encoding="utf-8") == say("redaction.line-gone") + "\n内容\n"
        assert say("redaction.did-redact", count=1) in made.made_by
    assert "张某" not in made.made_by and made.path.suffix == ".txt"


def test_a_paper_is_redacted_or_only_marked(tmp_path: Path) -> None:
    source = tmp_path / "source.pdf"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(300, 400))
        font = pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
        page.add_resource(font, pikepdf.Name.Font, pikepdf.Name("/F"))
        page.contents_add(b"BT /F 20 Tf 50 200 Td (public) Tj ET")
        pdf.save(source)
    box = Redaction("a.pdf", "box", "隐私", "20", "p", box=Box(0, 0, 10, 10, "%"))
    redacted = carried_out(order("a.pdf", box), source)
    assert text_in(redacted.path) == "" and "pypdfium2" in redacted.made_by
    assert f"PDF/A-2b {judge(redacted.path).words()}" in redacted.made_by and judge(redacted.path).passed
    marked = carried_out(order("a.pdf", to="access", marked=True), source)
    assert "public" in text_in(marked.path) and "pypdfium2" not in marked.made_by
    assert (order("a.pdf", box).event, order("a.pdf", marked=True).event) == ("redaction", "modification")


def test_a_picture_keeps_its_kind(tmp_path: Path) -> None:
    source = tmp_path / "source.png"
    Image.new("RGB", (60, 40), "white").save(source)
    box = Redaction("a.png", "box", "隐私", "20", "p", box=Box(0, 0, 50, 50, "%"))
    made = carried_out(order("a.png", box), source)
    with Image.open(made.path) as picture:
        assert (picture.format, picture.getpixel((10, 10)), picture.getpixel((50, 30))) == (
            "PNG",
            (0, 0, 0),
            (255,) * 3,
        )


def test_a_clip_tells_what_was_asked_and_what_it_is(tmp_path: Path) -> None:
    source = tmp_path / "source.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=2"]
    subprocess.run(["ffmpeg", "-loglevel", "error", *picture, "-c:v", "libx264", str(source)], check=True)
    size = source.stat().st_size
    moved: list[int] = []
    wanted = order("录像.mp4", to="clip", size=size, begin=0.55, end=1.25)
    made = carried_out(wanted, source, moved.append)
    assert (made.clip["asked_begin"], made.clip["asked_end"]) == (0.55, 1.25)
    assert (made.clip["first_frame"], made.clip["last_frame"]) == (5, 12)
    assert made.path.suffix == ".mp4" and made.command
    assert min(moved, default=0) >= 0 and sum(moved) <= size
    assert not wanted.lossless
    assert order("录像.mkv", to="clip", representation="preservation").lossless


def test_of_another_kind_nothing_is_made(tmp_path: Path) -> None:
    source = tmp_path / "source.docx"
    source.write_bytes(b"PK")
    with pytest.raises(Refused, match=r"redaction\.kind-unknown"):
        carried_out(order("通知.docx", Redaction("x", "pages", "隐私", "20", "p", pages=((1, 1),))), source)
    assert list((tmp_path / "out").iterdir()) == []
