"""Pages as a scanner or a telephone leaves them, drawn here, so that what stands on them is known."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw, ImageFont

from preserve.typesetting.fonts import face

NOTICE = (
    "行政处罚决定书",
    "云市监罚字〔2026〕第17号",
    "当事人：云港市星辰网络服务有限公司",
    "法定代表人：李晓敏",
    "罚款人民币伍仟元整（¥5,000.00）",
    "二〇二六年三月十四日",
)
INK, PAPER = 24, 246


def font(size: int) -> ImageFont.FreeTypeFont:
    """The Chinese face that papers are printed with."""
    path, index = face()
    return ImageFont.truetype(str(path), size, index=index)


def printed(
    lines: Sequence[str] = NOTICE, *, size: tuple[int, int] = (900, 560), height: int = 34, step: int = 80
) -> Image.Image:
    """A page with lines one below the other, grey."""
    page = Image.new("L", size, PAPER)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        draw.text((60, 40 + step * number), line, font=font(height), fill=INK)
    return page


def set_at(
    places: Sequence[tuple[int, int, str]], *, size: tuple[int, int] = (900, 560), height: int = 30
) -> Image.Image:
    """A page with texts at left and top."""
    page = Image.new("L", size, PAPER)
    draw = ImageDraw.Draw(page)
    for left, top, text in places:
        draw.text((left, top), text, font=font(height), fill=INK)
    return page


def columns(texts: Sequence[str], *, size: tuple[int, int] = (560, 700), height: int = 40) -> Image.Image:
    """A page of vertical writing, its columns from right to left."""
    page = Image.new("L", size, PAPER)
    draw = ImageDraw.Draw(page)
    for number, text in enumerate(texts):
        for row, sign in enumerate(text):
            left = size[0] - 60 - height - number * height * 2
            draw.text((left, 50 + row * (height + 6)), sign, font=font(height), fill=INK)
    return page


def jpeg(page: Image.Image, **options: object) -> bytes:
    """The page as a scanner's JPEG."""
    out = BytesIO()
    (page.convert("L") if page.mode == "1" else page).save(out, "JPEG", quality=88, **options)
    return out.getvalue()


def scanned_pdf(path: Path, pages: Sequence[Image.Image | str], dpi: int = 150) -> Path:
    """A PDF with a page for each picture, filled by it, or for each text, which is text of its own."""
    with pikepdf.new() as document:
        for page in pages:
            if isinstance(page, str):
                _text_page(document, page)
            else:
                _picture_page(document, page, dpi)
        document.save(path)
    return path


def _picture_page(document: pikepdf.Pdf, page: Image.Image, dpi: int) -> None:
    paper = [round(side * 72 / dpi, 2) for side in page.size]
    picture = pikepdf.Stream(document, jpeg(page))
    for key, value in {
        "/Type": pikepdf.Name.XObject,
        "/Subtype": pikepdf.Name.Image,
        "/Width": page.width,
        "/Height": page.height,
        "/ColorSpace": pikepdf.Name.DeviceGray if page.mode in ("1", "L") else pikepdf.Name.DeviceRGB,
        "/BitsPerComponent": 8,
        "/Filter": pikepdf.Name.DCTDecode,
    }.items():
        picture[key] = value
    document.add_blank_page(page_size=(paper[0], paper[1]))
    last = document.pages[-1]
    last.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
    last.Contents = pikepdf.Stream(document, f"q {paper[0]} 0 0 {paper[1]} 0 0 cm /P Do Q".encode())


def _text_page(document: pikepdf.Pdf, text: str) -> None:
    document.add_blank_page(page_size=(595, 842))
    last = document.pages[-1]
    helvetica = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    last.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=helvetica))
    last.Contents = pikepdf.Stream(document, f"BT /F 12 Tf 72 700 Td ({text}) Tj ET".encode())


def bomb(path: Path, side: int = 40_000) -> Path:
    """A PNG that says it has `side` by `side` pixels, and is small."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + parts)
    return path


_OFD = "http://www.ofdspec.org/2016"


def scanned_ofd(path: Path, pages: Sequence[bytes | str], box: str = "0 0 210 148") -> Path:
    """An OFD (GB/T 33190) with a page for each picture, shown in `box` (millimetres of 210 by 148), or for each text."""
    start = f'xmlns:ofd="{_OFD}"'
    media = "".join(
        f'<ofd:MultiMedia ID="{100 + n}" Type="Image"><ofd:MediaFile>page_{n}.jpg</ofd:MediaFile></ofd:MultiMedia>'
        for n in range(len(pages))
    )
    listed = "".join(f'<ofd:Page ID="{20 + n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "OFD.xml",
            f"<ofd:OFD {start}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        )
        archive.writestr(
            "Doc_0/Document.xml",
            f"<ofd:Document {start}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 148</ofd:PhysicalBox>"
            "</ofd:PageArea><ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes></ofd:CommonData>"
            f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        )
        archive.writestr(
            "Doc_0/DocumentRes.xml",
            f'<ofd:Res {start} BaseLoc="Res"><ofd:MultiMedias>{media}</ofd:MultiMedias></ofd:Res>',
        )
        for number, page in enumerate(pages):
            shown = (
                f'<ofd:TextObject ID="9" Boundary="0 0 90 9"><ofd:TextCode>{page}</ofd:TextCode></ofd:TextObject>'
                if isinstance(page, str)
                else f'<ofd:ImageObject ID="9" ResourceID="{100 + number}" Boundary="{box}" CTM="210 0 0 148 0 0"/>'
            )
            archive.writestr(
                f"Doc_0/Pages/Page_{number}/Content.xml",
                f'<ofd:Page {start}><ofd:Content><ofd:Layer ID="8">{shown}</ofd:Layer></ofd:Content></ofd:Page>',
            )
            if isinstance(page, bytes):
                archive.writestr(f"Doc_0/Res/page_{number}.jpg", page)
    return path
