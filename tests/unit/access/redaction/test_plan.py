"""Redacting documents, pictures and text: what is covered is gone from the file, and the rest is as it was."""

from __future__ import annotations

import hashlib
import io
import math
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageChops, ImageDraw, ImageStat

from demo import papers
from preserve.access.redaction import overlay
from preserve.access.redaction.lines import read_lines, redact_lines
from preserve.access.redaction.pages import redact_pdf
from preserve.access.redaction.painting import Copy, Mark
from preserve.access.redaction.pictures import ending, redact_picture
from preserve.access.redaction.plan import Box, Redaction, ranges, read_plan, seconds
from preserve.errors import Refused
from preserve.messages import say

pytestmark = pytest.mark.xdist_group("redaction")
SECRET = "SECRET-420106"
MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
MARK = Mark("申请号 2026-0001　张某　2026-03-01")


def box(
    left: float, top: float, width: float, height: float, unit: Any = "mm", pages: Any = (), **more: Any
) -> Redaction:
    return Redaction(
        "x", "box", "个人隐私", "20", "plan.toml:1", pages=pages, box=Box(left, top, width, height, unit), **more
    )


def redacted(source: Path, redactions: Sequence[Redaction], mark: Mark | None = None) -> Path:
    """The redacted copy, with the proof that making it did not touch the source."""
    before = hashlib.sha256(source.read_bytes()).hexdigest(), source.stat().st_mtime_ns
    result = source.with_name(f"{source.stem}-redacted.pdf")
    redact_pdf(source, result, Copy("x", "标题", redactions, mark, MOMENT), lambda: None)
    assert before == (hashlib.sha256(source.read_bytes()).hexdigest(), source.stat().st_mtime_ns)
    assert sorted(path.name for path in source.parent.iterdir() if "piece" in path.name) == []
    return result


def everything(pdf: Path) -> bytes:
    """Every object of a PDF, streams uncompressed, as qpdf writes them."""
    out = pdf.with_suffix(".qdf")
    done = subprocess.run(
        ["qpdf", "--qdf", "--object-streams=disable", "--stream-data=uncompress", str(pdf), str(out)],
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 3), done.stderr
    return out.read_bytes()


def holds(data: bytes, secret: str = SECRET) -> bool:
    """Whether a word is there, in any of the ways in which PDF writes one."""
    ways = [
        secret.encode(),
        secret.encode("utf-16-be"),
        secret.encode("utf-16-le"),
        secret.encode().hex().encode(),
        secret.encode().hex().upper().encode(),
    ]
    return any(way in data for way in ways)


def text_in(pdf: Path) -> str:
    """What two strangers read: poppler and PDFium."""
    said = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    document = pdfium.PdfDocument(pdf)
    said += "".join(page.get_textpage().get_text_range() for page in document)
    return said.replace("\f", "").strip()


def drawn(pdf: Path, page: int = 0) -> Image.Image:
    """A page as poppler draws it, which is not what draws it in the program."""
    data = subprocess.run(
        ["pdftoppm", "-r", "100", "-f", str(page + 1), "-l", str(page + 1), "-png", str(pdf)],
        capture_output=True,
        check=True,
    ).stdout
    return Image.open(io.BytesIO(data)).convert("RGB")


def as_printed(pdf: Path, page: int) -> Image.Image:
    """A page of the source at 200 dpi."""
    document = pdfium.PdfDocument(pdf)
    return document[page].render(scale=200 / 72).to_pil().convert("L")


def picture_of(pdf: Path, page: int) -> Image.Image:
    """The picture that a page of the result is."""
    with pikepdf.open(pdf) as document:
        return pikepdf.PdfImage(document.pages[page].Resources.XObject.Im0).as_pil_image().convert("L")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages of an interrogation record."""
    path = tmp_path_factory.mktemp("pdf") / "询问笔录.pdf"
    lines = [f"问：第{n}个问题，你的身份证号码是多少？答：{SECRET}，住在江滨路。" for n in range(90)]
    papers.pdf(path, "询问笔录", "临文综罚〔2026〕12号", papers.paragraphs(*lines), "李某")
    assert SECRET in text_in(path)
    return path


def trap_text_layer(pdf: pikepdf.Pdf) -> None:
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    pdf.pages[0].add_resource(font, Name.Font, Name("/Hidden"))
    pdf.pages[0].contents_add(f"BT /Hidden 9 Tf 3 Tr 100 700 Td ({SECRET}) Tj ET".encode())


def trap_annotation(pdf: pikepdf.Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([100, 700, 120, 720]), Contents=String(SECRET))
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])


def trap_attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["secret.txt"] = pikepdf.AttachedFileSpec(pdf, SECRET.encode(), filename=f"{SECRET}.txt")


def trap_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{SECRET}')"))


def trap_field(pdf: pikepdf.Pdf) -> None:
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String("id"),
            V=String(SECRET),
            Rect=Array([60, 700, 200, 720]),
            F=2,
        )
    )
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    pdf.pages[0].obj.Annots = Array([field])


def trap_bookmark(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(SECRET, 0))


def trap_metadata(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Author"] = SECRET
    with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
        xmp["dc:subject"] = {SECRET}


def trap_layer(pdf: pikepdf.Pdf) -> None:
    trap_text_layer(pdf)
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(SECRET)))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(OFF=Array([group])))


TRAPS: list[Callable[[pikepdf.Pdf], None]] = [
    trap_text_layer,
    trap_annotation,
    trap_attachment,
    trap_script,
    trap_field,
    trap_bookmark,
    trap_metadata,
    trap_layer,
]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.__name__)
def test_nothing_hidden_in_the_source_goes_over(trap: Callable[[pikepdf.Pdf], None], tmp_path: Path) -> None:
    source = tmp_path / "source.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(300, 400))
        trap(pdf)
        pdf.save(source, compress_streams=False)
    assert holds(everything(source)), "the trap is not set"
    result = redacted(source, [box(0, 0, 100, 100, "%")])
    assert not holds(everything(result))
    assert text_in(result) == ""
    attached = subprocess.run(["pdfdetach", "-list", str(result)], capture_output=True, text=True, check=True).stdout
    assert attached.startswith("0 ")
    with pikepdf.open(result) as pdf:
        assert set(pdf.Root.keys()) == {"/Type", "/Pages", "/Metadata", "/OutputIntents"}
        assert set(pdf.pages[0].obj.keys()) <= {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}


def test_an_older_state_kept_in_the_file_does_not_go_over(tmp_path: Path) -> None:
    """An incremental update leaves what it replaces in the file."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    source = tmp_path / "updated.pdf"
    first = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(300, 400))
        trap_text_layer(pdf)
        pdf.save(first, compress_streams=False)
    writer = IncrementalPdfFileWriter(first)
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 m"))
    writer.update_container(page)
    with source.open("wb") as out:
        writer.write(out)
    assert holds(source.read_bytes())
    assert source.read_bytes().count(b"%%EOF") == 2
    result = redacted(source, [box(0, 0, 10, 10)])
    assert not holds(result.read_bytes())
    assert not holds(everything(result))


def test_boxes_are_black_and_the_rest_is_as_it_was(record: Path) -> None:
    boxes = [box(25, 60, 120, 30, pages=((1, 1),)), box(50, 50, 25, 10, "%", pages=((1, 2),)), box(190, 280, 80, 90)]
    result = redacted(record, boxes)
    assert text_in(result) == ""
    assert not holds(everything(result))
    for page in range(3):
        before, after, stranger = as_printed(record, page), picture_of(result, page), drawn(result, page)
        assert before.size == after.size
        for one in boxes:
            if not one.covers_page(page + 1):
                continue
            assert one.box is not None
            for seen, dpi in ((after, 200), (stranger, 100)):
                left, top, right, bottom = one.box.pixels(*seen.size, dpi / 25.4) or (0, 0, 0, 0)
                inner = seen.convert("L").crop((left + 8, top + 8, right - 8, bottom - 8))
                assert inner.getextrema() == (0, 0), "something shines through"
            left, top, right, bottom = one.box.pixels(*before.size, 200 / 25.4) or (0, 0, 0, 0)
            for picture in (before, after):
                picture.paste(255, (left - 8, top - 8, right + 8, bottom + 8))
        difference = ImageChops.difference(before, after)
        assert ImageStat.Stat(difference).mean[0] < 1, "the rest of the page is not as it was"
        assert difference.getextrema()[1] < 64


def test_it_is_pdf_a_as_far_as_can_be_seen_here(record: Path) -> None:
    from preserve.ingest.transcoders.office import check_pdfa

    findings, checks, pages = check_pdfa(redacted(record, [box(0, 0, 9, 9)]), "x")
    assert findings == ()
    assert checks["XMP identification"] == "2B"
    assert pages == 3


def test_pages_taken_out_leave_a_page_that_says_so(record: Path) -> None:
    gone = Redaction("x", "pages", "第三人隐私", "20", "p", pages=((2, 3),))
    result = redacted(record, [gone])
    with pikepdf.open(result) as pdf:
        assert len(pdf.pages) == 2
    assert ImageStat.Stat(ImageChops.difference(as_printed(record, 0), picture_of(result, 0))).mean[0] < 1
    said = drawn(result, 1)
    dark = sum(count for value, count in enumerate(said.convert("L").histogram()) if value < 128)
    assert 0 < dark < said.width * said.height * 0.02, "the page should hold two lines and nothing else"


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_positions_are_those_that_one_sees(turn: int, tmp_path: Path) -> None:
    source = tmp_path / "turned.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(400, 600))
        pdf.pages[0].contents_add(b"1 0 0 rg 0 0 400 600 re f")
        pdf.pages[0].rotate(turn, relative=False)
        pdf.save(source)
    seen = drawn(redacted(source, [box(0, 0, 50, 10, "%")]))
    assert (seen.width > seen.height) == (turn in (90, 270))
    assert seen.getpixel((10, 10)) == (0, 0, 0)
    for x, y in ((0.6, 0.05), (0.2, 0.2), (0.8, 0.9)):
        red = seen.getpixel((int(seen.width * x), int(seen.height * y)))
        assert isinstance(red, tuple) and red[0] > 240 and red[1] < 16


def test_a_page_of_five_metres_does_not_fill_the_memory(tmp_path: Path) -> None:
    source = tmp_path / "plan.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(14000, 14000))
        pdf.save(source)
    with pikepdf.open(redacted(source, [box(0, 0, 50, 50, "%")])) as pdf:
        image = pdf.pages[0].Resources.XObject.Im0
        assert int(image.Width) * int(image.Height) <= 25_100_000


def test_more_pages_than_fit_in_one_piece(tmp_path: Path) -> None:
    source = tmp_path / "long.pdf"
    with pikepdf.new() as pdf:
        for number in range(130):
            pdf.add_blank_page(page_size=(60, 80))
            pdf.pages[-1].contents_add(f"{number / 130:.3f} g 0 0 60 80 re f".encode())
        pdf.save(source)
    result = redacted(source, [box(0, 0, 10, 10, "%")])
    document = pdfium.PdfDocument(result)
    shades = [document[number].render(scale=0.2).to_pil().convert("L").getpixel((10, 12)) for number in range(130)]
    assert len(document) == 130
    assert shades == sorted(shades), "pages are out of order"


def test_encrypted_and_damaged_ones_are_refused(tmp_path: Path, record: Path) -> None:
    locked, cut = tmp_path / "locked.pdf", tmp_path / "cut.pdf"
    with pikepdf.open(record) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="o", user="u"))
    cut.write_bytes(b"%PDF-1.7\n" + bytes(2000))
    for path, code in ((locked, "redaction.encrypted"), (cut, "redaction.unreadable")):
        with pytest.raises(Refused) as caught:
            redacted(path, [box(0, 0, 10, 10)])
        assert caught.value.code == code
        assert not path.with_name(f"{path.stem}-redacted.pdf").exists()
    with pytest.raises(Refused) as caught:
        overlay.mark_pdf(locked, tmp_path / "out.pdf", "x", MARK, lambda: None)
    assert caught.value.code == "redaction.encrypted"


def test_a_watermark_lies_over_every_page_and_text_stays_text(record: Path, tmp_path: Path) -> None:
    result = tmp_path / "marked.pdf"
    overlay.mark_pdf(record, result, "x", MARK, lambda: None)
    assert text_in(result).replace("\n", "").count(SECRET) == text_in(record).replace("\n", "").count(SECRET)
    for page in range(3):
        assert ImageChops.difference(drawn(record, page), drawn(result, page)).getbbox() is not None
    subprocess.run(["qpdf", "--check", str(result)], check=True, capture_output=True)


# Pictures


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A telephone's picture: upright only by its EXIF, with place, device, and a thumbnail of itself."""
    import piexif

    path = tmp_path_factory.mktemp("pictures") / "photo.jpg"
    picture = Image.new("RGB", (400, 300))
    draw = ImageDraw.Draw(picture)
    for x in range(0, 400, 20):
        draw.rectangle((x, 0, x + 9, 299), fill=(x // 2, 255 - x // 2, 90))
    small = io.BytesIO()
    picture.resize((80, 60)).save(small, "JPEG")
    exif = {
        "0th": {piexif.ImageIFD.Make: SECRET.encode(), piexif.ImageIFD.Orientation: 6},
        "GPS": {piexif.GPSIFD.GPSLatitudeRef: b"N", piexif.GPSIFD.GPSLatitude: ((30, 1), (10, 1), (0, 1))},
        "1st": {piexif.ImageIFD.Make: SECRET.encode()},
        "thumbnail": small.getvalue(),
    }
    picture.save(path, quality=95, exif=piexif.dump(exif), comment=SECRET.encode())
    return path


def test_a_picture_keeps_its_pixels_and_nothing_else(photograph: Path, tmp_path: Path) -> None:
    assert ending(photograph, "x") == ".jpg"
    result = tmp_path / "out.jpg"
    redact_picture(photograph, result, Copy("x", "t", [box(0, 0, 50, 25, "%")], None, MOMENT), lambda: None)
    data = result.read_bytes()
    assert not holds(data)
    assert b"Exif" not in data and b"ICC_PROFILE" not in data
    assert data.count(b"\xff\xd8\xff") == 1, "a thumbnail is left"
    with Image.open(result) as seen:
        assert seen.size == (300, 400), "not upright"
        assert max(high for _, high in seen.crop((0, 0, 144, 96)).getextrema()) <= 4
        assert min(low for low, _ in seen.crop((160, 0, 299, 399)).getextrema()) >= 0
        assert ImageStat.Stat(seen.crop((160, 110, 299, 399)).convert("L")).stddev[0] > 10


def test_a_lossless_picture_is_the_same_outside_the_box(tmp_path: Path) -> None:
    source, result = tmp_path / "in.png", tmp_path / "out.png"
    picture = Image.effect_noise((200, 160), 90).convert("RGB")
    picture.putalpha(255)
    picture.paste((1, 2, 3, 0), (0, 150, 200, 160))  # colours hidden by transparency
    picture.save(source)
    assert ending(source, "x") == ".png"
    redact_picture(source, result, Copy("x", "t", [box(10, 10, 30, 30, "%")], None, MOMENT), lambda: None)
    with Image.open(result) as seen:
        assert seen.mode == "RGB"
        assert seen.getpixel((5, 155)) == (255, 255, 255)
        changed = ImageChops.difference(picture.convert("RGB"), seen).crop((0, 0, 200, 150)).getbbox()
        assert changed is not None and changed[:2] >= (20, 16) and changed[2:] <= (80, 64)
        assert seen.crop((20, 16, 80, 64)).getextrema() == ((0, 0), (0, 0), (0, 0))


def test_a_scan_of_several_pages_becomes_a_pdf(tmp_path: Path) -> None:
    source, result = tmp_path / "scan.tif", tmp_path / "out.pdf"
    first, *others = (Image.new("L", (200, 280), shade) for shade in (100, 150, 200))
    first.save(source, save_all=True, append_images=others)
    assert ending(source, "x") == ".pdf"
    redact_picture(
        source, result, Copy("x", "t", [box(0, 0, 100, 50, "%", pages=((2, 2),))], MARK, MOMENT), lambda: None
    )
    tops = [drawn(result, page).convert("L").getpixel((3, 3)) for page in range(3)]
    assert tops[1] == 0
    assert [round(value / 10) for value in (tops[0], tops[2])] == [10, 20]


# Text and plans


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_lines_of_a_text(encoding: str, tmp_path: Path) -> None:
    source, result = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_bytes("举报人：张某\r\n电话：13900000000\r\n内容：无证演出\r\n".encode(encoding))
    gone = Redaction("x", "lines", "举报人隐私", "20", "p", lines=((1, 2),))
    redact_lines(source, result, "x", [gone])
    assert result.read_text(encoding="utf-8").split("\n") == [say("redaction.line-gone")] * 2 + ["内容：无证演出", ""]
    assert len(read_lines(source, "x")) == 4


GOOD = """
[[redaction]]
object = "02/笔录.pdf"
what = "box"
pages = "1, 3-4"
left = 20
top = 30.5
width = 80
height = 6
reason = "个人隐私"
article = "20"

[[redaction]]
object = "02/录像.mp4"
what = "blur-mute"
from = "0:01:10.5"
to = "1:20"
reason = "未成年人"
article = "20"
"""


def test_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text("\ufeff" + GOOD, encoding="utf-8")
    first, second = read_plan(path)
    assert (first.pages, first.box) == (((1, 1), (3, 4)), Box(20, 30.5, 80, 6, "mm"))
    assert (second.begin, second.end, second.what) == (70.5, 80.0, "blur-mute")
    assert second.place == "plan.toml:14"


def test_every_mistake_at_once_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(
        GOOD.replace('pages = "1, 3-4"', 'pages = "4-2"')
        .replace("width = 80", "width = -3")
        .replace('to = "1:20"', 'to = "0:50"')
        .replace('reason = "未成年人"\n', "")
        .replace('article = "20"\n\n', 'article = "20"\ncolour = "red"\n\n'),
        encoding="utf-8",
    )
    with pytest.raises(Refused) as caught:
        read_plan(path)
    found = [(one.code, one.where, one.values["key"]) for one in caught.value.findings]
    assert found == [
        ("redaction.key-unknown", "plan.toml:12", "colour"),
        ("redaction.value-wrong", "plan.toml:5", "pages"),
        ("redaction.value-wrong", "plan.toml:8", "width"),
        ("redaction.key-missing", "plan.toml:14", "reason"),
    ]


@pytest.mark.parametrize(
    "text", ["", "x = 1", "[[redaction]]\nwhat='erase'", "redaction = 3", "[[redaction]", "\x00", "redaction = [[1]]"]
)
def test_what_is_no_plan_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused):
        read_plan(path)
    with pytest.raises(Refused):
        read_plan(tmp_path / "none.toml")


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999))
def test_times_are_read_as_they_are_written(hours: int, minutes: int, whole: int, part: int) -> None:
    wanted = hours * 3600 + minutes * 60 + whole + part / 1000
    assert math.isclose(seconds(f"{hours}:{minutes:02d}:{whole:02d}.{part:03d}"), wanted)
    assert math.isclose(seconds(f"{wanted:.3f}"), wanted)


@given(st.text(max_size=12))
def test_anything_else_is_no_time_and_no_range(text: str) -> None:
    for read in (seconds, ranges):
        try:
            found = read(text)
        except ValueError:
            continue
        assert any(character.isdigit() for character in text), found


@given(*[st.floats(-500, 500)] * 2, *[st.floats(0.01, 500)] * 2, st.integers(1, 4000), st.integers(1, 4000))
def test_a_box_never_leaves_its_page_and_never_shrinks(
    left: float, top: float, width: float, height: float, wide: int, high: int
) -> None:
    found = Box(left, top, width, height, "%").pixels(wide, high, 1)
    if found is None:
        assert left + width <= 0 or top + height <= 0 or left >= 100 or top >= 100
    else:
        assert 0 <= found[0] < found[2] <= wide and 0 <= found[1] < found[3] <= high
        assert found[0] <= max(left, 0) / 100 * wide and found[2] >= min(left + width, 100) / 100 * wide - 1e-6
