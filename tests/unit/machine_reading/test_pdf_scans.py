"""Scanned pages of PDFs: their pictures go over as they are, and what shows more or less than that is drawn."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageChops

from preserve.machine_reading.pdf_scans import NotAScan, opened
from preserve.machine_reading.searchable import ScannedFile, write_searchable
from tests.support.searchables import WORDS, by_pdfium, check_by_qpdf, coded, drawn, page, rows, scanned_pdf, searchable


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "a.pdf"
    scanned_pdf(path, [page()])
    return path


def _alike(one: Image.Image, other: Image.Image) -> bool:
    if abs(one.width - other.width) > 1 or abs(one.height - other.height) > 1:
        return False
    difference = ImageChops.difference(one, other.resize(one.size)).convert("L").resize((60, 85))
    return difference.getextrema()[1] < 40


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_the_stream_of_a_scan_goes_over_and_looks_as_it_did(turned: int, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    scanned_pdf(path, [page()], turned=turned)
    output, made = searchable(path, rows())
    check_by_qpdf(output)
    assert made.kept == {"copied": 1} and made.verdict.passed, made.verdict.words()
    assert coded(output)[0] == coded(path)[0]
    assert _alike(drawn(output), drawn(path))


def _change(path: Path, change: Callable[[pikepdf.Pdf, pikepdf.Page], None]) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf, pdf.pages[0])
        pdf.save(path)


def _content(data: bytes) -> Callable[[pikepdf.Pdf, pikepdf.Page], None]:
    def change(pdf: pikepdf.Pdf, one: pikepdf.Page) -> None:
        one.obj.Contents = pdf.make_stream(data)

    return change


_SCAN = b"q 595 0 0 842 0 0 cm /Scan Do Q"


def _cropped(pdf: pikepdf.Pdf, one: pikepdf.Page) -> None:
    one.obj.CropBox = pikepdf.Array([50, 100, 500, 700])


def _moved(pdf: pikepdf.Pdf, one: pikepdf.Page) -> None:
    one.obj.MediaBox = pikepdf.Array([-20, -30, 575, 812])
    one.obj.Contents = pdf.make_stream(b"q 595 0 0 842 -20 -30 cm /Scan Do Q")


def _unseen_layer(pdf: pikepdf.Pdf, one: pikepdf.Page) -> None:
    one.obj.Contents = pdf.make_stream(_SCAN + b" BT 3 Tr /F1 12 Tf 50 700 Td (of another program) Tj ET")
    one.obj.Resources.Font = pikepdf.Dictionary(
        F1=pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )


def _interpolated(pdf: pikepdf.Pdf, one: pikepdf.Page) -> None:
    picture = one.obj.Resources.XObject.Scan
    picture.Interpolate = True
    picture.Metadata = pdf.make_stream(b"<x/>")


def _inherited(pdf: pikepdf.Pdf, one: pikepdf.Page) -> None:
    pdf.Root.Pages.Resources = one.obj.Resources
    del one.obj["/Resources"]


TAKEN = {
    "cropped": _cropped,
    "moved": _moved,
    "interpolated": _interpolated,
    "inherited": _inherited,
    "another program's unseen text": _unseen_layer,
    "a black box above": _content(_SCAN + b" 0 g 100 100 200 50 re f"),
    "cut to a part": _content(b"q 100 100 300 400 re W n " + _SCAN + b" Q"),
    "twice": _content(b"q 290 0 0 842 0 0 cm /Scan Do Q q 290 0 0 842 300 0 cm /Scan Do Q"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_nothing_is_seen_but_what_the_page_showed(name: str, scan: Path) -> None:
    _change(scan, TAKEN[name])
    output, made = searchable(scan, rows())
    check_by_qpdf(output)
    assert made.kept == {"copied": 1} and made.verdict.passed, made.verdict.words()
    assert _alike(drawn(output), drawn(scan))
    assert "another program" not in by_pdfium(output)


def _stamped(pdf: pikepdf.Pdf, one: pikepdf.Page) -> None:
    look = pdf.make_stream(b"1 0 0 rg 0 0 100 100 re f")
    look.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=pikepdf.Array([0, 0, 100, 100])
    )
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Stamp,
        Rect=pikepdf.Array([300, 300, 400, 400]),
        F=4,
        AP=pikepdf.Dictionary(N=pdf.make_indirect(look)),
    )
    one.obj.Annots = pikepdf.Array([pdf.make_indirect(note)])


def _pale(pdf: pikepdf.Pdf, one: pikepdf.Page) -> None:
    one.obj.Resources.ExtGState = pikepdf.Dictionary(Pale=pikepdf.Dictionary(ca=0.3))
    one.obj.Contents = pdf.make_stream(b"/Pale gs " + _SCAN)


def _printed(pdf: pikepdf.Pdf, one: pikepdf.Page) -> None:
    _unseen_layer(pdf, one)
    one.obj.Contents = pdf.make_stream(_SCAN + b" BT /F1 40 Tf 50 700 Td (seen) Tj ET")


def _in_four_colours(pdf: pikepdf.Pdf, one: pikepdf.Page) -> None:
    picture, data = one.obj.Resources.XObject.Scan, io.BytesIO()
    page().convert("CMYK").save(data, "JPEG")
    picture.write(data.getvalue(), filter=pikepdf.Name.DCTDecode)
    picture.ColorSpace, picture.Decode = pikepdf.Name.DeviceCMYK, pikepdf.Array([1, 0] * 4)


def _in_a_form(pdf: pikepdf.Pdf, one: pikepdf.Page) -> None:
    form = pdf.make_stream(_SCAN)
    form.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Form,
        BBox=pikepdf.Array([0, 0, 595, 842]),
        Resources=one.obj.Resources,
    )
    one.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Form=pdf.make_indirect(form)))
    one.obj.Contents = pdf.make_stream(b"/Form Do")


DRAWN = {
    "a stamp as annotation": _stamped,
    "pale": _pale,
    "print beside the scan": _printed,
    "four colours": _in_four_colours,
    "in a form": _in_a_form,
    "a fill in four colours": _content(_SCAN + b" 0 1 1 0 k 0 0 100 100 re f"),
    "a Q too many": _content(b"Q " + _SCAN + b" Q"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_more_than_a_scan_is_drawn(name: str, scan: Path) -> None:
    _change(scan, DRAWN[name])
    output, made = searchable(scan, rows())
    check_by_qpdf(output)
    assert made.kept == {"redrawn": 1} and made.verdict.passed, made.verdict.words()
    assert _alike(drawn(output), drawn(scan))


def _black_and_white() -> tuple[bytes, pikepdf.Dictionary]:
    from preserve.machine_reading.pdf_pictures import code_pixels

    coded = code_pixels(page().convert("1"), lossy=False)
    said = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=coded.width,
        Height=coded.height,
        BitsPerComponent=1,
        ColorSpace=pikepdf.Name.DeviceGray,
        Filter=pikepdf.Name.CCITTFaxDecode,
        DecodeParms=pikepdf.Dictionary(K=-1, Columns=coded.width, Rows=coded.height, BlackIs1=False),
    )
    return coded.data, said


def _flate() -> tuple[bytes, pikepdf.Dictionary]:
    picture = page().convert("L")
    said = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        BitsPerComponent=8,
        ColorSpace=pikepdf.Name.DeviceGray,
        Filter=pikepdf.Array([pikepdf.Name.FlateDecode]),
    )
    return zlib.compress(picture.tobytes()), said


@pytest.mark.parametrize("make", [_black_and_white, _flate])
def test_other_codings_go_over_as_they_are(make: Callable[[], tuple[bytes, pikepdf.Dictionary]], scan: Path) -> None:
    data, said = make()

    def change(pdf: pikepdf.Pdf, one: pikepdf.Page) -> None:
        picture = pikepdf.Stream(pdf, data)
        picture.stream_dict = said
        one.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=pdf.make_indirect(picture)))

    _change(scan, change)
    output, made = searchable(scan, rows())
    check_by_qpdf(output)
    assert made.kept == {"copied": 1} and made.verdict.passed, made.verdict.words()
    assert coded(output)[0] == coded(scan)[0] == data
    assert _alike(drawn(output), drawn(scan))


def test_a_picture_of_several_pages_is_in_the_copy_once(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    scanned_pdf(path, [page()])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for _ in range(5):
            pdf.pages.append(pdf.pages[0])
        pdf.save(path)
    output, made = searchable(path, rows())
    with pikepdf.open(output) as pdf:
        placed = {one.obj.Resources.XObject.Scan.objgen for one in pdf.pages}
    assert made.pages == 6 and len(placed) == 1


def test_a_page_too_large_for_pdfa_is_drawn_smaller(scan: Path) -> None:
    def change(pdf: pikepdf.Pdf, one: pikepdf.Page) -> None:
        one.obj.MediaBox = pikepdf.Array([0, 0, 20_000, 10_000])

    _change(scan, change)
    with opened(scan) as source, pytest.raises(NotAScan):
        source.size(1)
    _, made = searchable(scan, rows())
    assert made.kept == {"redrawn": 1} and made.verdict.passed, made.verdict.words()


def test_a_page_with_text_of_its_own_keeps_it_where_nothing_was_read(scan: Path) -> None:
    for turned in (0, 90):

        def change(pdf: pikepdf.Pdf, one: pikepdf.Page, turned: int = turned) -> None:
            _printed(pdf, one)
            one.obj.Contents = pdf.make_stream(
                _SCAN + b" BT /F1 40 Tf 50 700 Td (First row) Tj 0 -60 Td (Second) Tj ET"
            )
            one.obj.Rotate = turned

        _change(scan, change)
        output = scan.with_name("copy.pdf")
        made = write_searchable([ScannedFile(scan, scan.name, {})], output, WORDS)
        assert made.kept == {"redrawn": 1} and made.lines == 2 and made.verdict.passed, made.verdict.words()
        assert sorted(by_pdfium(output).split()) == ["First", "Second", "row"]
        assert _alike(drawn(output), drawn(scan))
