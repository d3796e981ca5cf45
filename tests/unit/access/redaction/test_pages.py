"""A PDF redacted: what is covered is gone from the file, and the rest is as it was."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import ImageChops, ImageStat

from demo import papers
from preserve.access.redaction.pages import prove_clean, scale_for
from preserve.access.redaction.plan import Redaction
from preserve.errors import PreserveError, Refused
from tests.support.redacting import SECRET, as_printed, box, drawn, everything, holds, picture_of, redacted, text_in

pytestmark = pytest.mark.xdist_group("redaction")


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


def test_a_page_is_drawn_with_200_dpi_unless_it_is_enormous() -> None:
    assert scale_for(595, 842) == 200 / 72
    for width, height in ((5000.0, 5000.0), (14_400.0, 14_400.0), (14_400.0, 100.0)):
        assert width * height * scale_for(width, height) ** 2 <= 25_000_001


@pytest.mark.parametrize("trap", [trap_text_layer, trap_bookmark, trap_metadata, trap_annotation])
def test_a_result_that_is_not_clean_is_not_let_through(trap: Callable[[pikepdf.Pdf], None], tmp_path: Path) -> None:
    source = tmp_path / "clean.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(300, 400))
        pdf.save(source)
    result = redacted(source, [box(0, 0, 10, 10)])
    prove_clean(result, 1)
    with pikepdf.open(result, allow_overwriting_input=True) as pdf:
        trap(pdf)
        pdf.save(result)
    with pytest.raises(PreserveError, match=r"redaction\.proof-fails"):
        prove_clean(result, 1)


def test_a_result_with_a_page_too_few_is_not_let_through(tmp_path: Path) -> None:
    source = tmp_path / "one.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(300, 400))
        pdf.save(source)
    with pytest.raises(PreserveError, match=r"redaction\.proof-fails"):
        prove_clean(redacted(source, [box(0, 0, 10, 10)]), 2)
