"""Real files of many formats, made by real encoders: what cases consist of, small and the same each time.

`make(folder)` writes them and returns them by name. Media last 1 s at 160×120 (AMR: the file format of RFC 4867 with
frames of its «no data» type, since no AMR encoder is free; body-camera DAV: Dahua's header before raw H.264).
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import subprocess
import tarfile
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.support.once import copy_of

CHINESE = "行政处罚决定书\n当事人:某演出经纪有限公司\n案由:未经批准擅自变更营业性演出内容\n" * 20
MOMENT = (2026, 3, 12, 9, 30, 14)

_PICTURE = ("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=1")
_TONE = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=1")
_BOTH = (*_PICTURE, *_TONE)
_H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
_H265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p")
_MPEG2 = ("-c:v", "mpeg2video", "-c:a", "mp2")
_CREATED = ("-metadata", "creation_time=2026-03-12T01:30:15Z")

MEDIA: dict[str, tuple[str, ...]] = {
    "h264.mp4": (*_BOTH, *_H264, "-c:a", "aac", *_CREATED),
    "faststart.mp4": (*_BOTH, *_H264, "-c:a", "aac", "-movflags", "+faststart"),
    "fragmented.mp4": (*_BOTH, *_H264, "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"),
    "hevc.mp4": (*_BOTH, *_H265, "-tag:v", "hvc1", "-c:a", "aac"),
    "mjpeg.avi": (*_BOTH, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le"),
    "h264.mov": (*_BOTH, *_H264, "-c:a", "aac", *_CREATED),
    "mpeg4.avi": (*_BOTH, "-c:v", "mpeg4", "-c:a", "libmp3lame"),
    "h264.mkv": (*_BOTH, *_H264, "-c:a", "aac"),
    "ffv1.mkv": (*_BOTH, "-c:v", "ffv1", "-level", "3", "-slicecrc", "1", "-c:a", "flac"),
    "vp8.webm": (*_BOTH, "-c:v", "libvpx", "-c:a", "libvorbis"),
    "wmv2.wmv": (*_BOTH, "-c:v", "wmv2", "-c:a", "wmav2"),
    "h263.3gp": (*_PICTURE, "-s", "176x144", "-c:v", "h263"),
    "camera.mts": (*_BOTH, *_H264, "-c:a", "ac3", "-f", "mpegts", "-mpegts_m2ts_mode", "1"),
    "stream.ts": (*_BOTH, *_H264, "-c:a", "aac", "-f", "mpegts"),
    "mpeg2.mpg": (*_BOTH, *_MPEG2, "-f", "vob"),
    "mpeg1.mpg": (*_BOTH, "-c:v", "mpeg1video", "-c:a", "mp2", "-f", "mpeg"),
    "flash.flv": (*_BOTH, *_H264, "-c:a", "aac"),
    "raw.h264": (*_PICTURE, *_H264, "-f", "h264"),
    "raw.h265": (*_PICTURE, *_H265, "-f", "hevc"),
    "pcm.wav": (*_TONE, "-c:a", "pcm_s16le"),
    "alaw.wav": (*_TONE, "-ar", "8000", "-c:a", "pcm_alaw"),
    "sound.mp3": (*_TONE, "-c:a", "libmp3lame"),
    "sound.m4a": (*_TONE, "-c:a", "aac"),
    "sound.aac": (*_TONE, "-c:a", "aac", "-f", "adts"),
    "sound.wma": (*_TONE, "-c:a", "wmav2"),
    "sound.flac": (*_TONE, "-c:a", "flac"),
    "sound.ogg": (*_TONE, "-c:a", "libvorbis"),
    "sound.opus": (*_TONE, "-c:a", "libopus"),
    "sound.aiff": (*_TONE, "-c:a", "pcm_s16be"),
}


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg so that the same command gives the same bytes."""
    common = ("ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-threads", "1")
    *rest, target = arguments
    exact = ("-map_metadata", "-1") if "-metadata" not in rest else ()
    subprocess.run([*common, *rest, *exact, "-fflags", "+bitexact", target], check=True, capture_output=True)


def make_media(folder: Path, *names: str) -> dict[str, Path]:
    """The named media files (all, when none is named)."""
    made = {}
    for name in names or MEDIA:
        ffmpeg(*MEDIA[name], str(folder / name))
        made[name] = folder / name
    return made


def make_zip(path: Path, members: dict[str, bytes], *, first_stored: bool = False) -> Path:
    """A ZIP with fixed times; the first member uncompressed where the format asks for it (ODF, OFD's mimetype)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, data) in enumerate(members.items()):
            entry = zipfile.ZipInfo(name, MOMENT)
            stored = first_stored and number == 0
            archive.writestr(entry, data, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    return path


_OFD = "http://www.ofdspec.org/2016"


def make_ofd(path: Path, pages: int = 2) -> Path:
    """An OFD document by GB/T 33190: OFD.xml, Document.xml and `pages` pages of text."""
    page = (
        f'<ofd:Page xmlns:ofd="{_OFD}"><ofd:Area><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:Area>'
        '<ofd:Content><ofd:Layer ID="10"><ofd:TextObject ID="11" Boundary="20 20 100 10" Font="2" Size="5">'
        '<ofd:TextCode X="0" Y="5">行政处罚决定书</ofd:TextCode></ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>'
    )
    listed = "".join(f'<ofd:Page ID="{20 + n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(pages))
    members = {
        "OFD.xml": f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="{_OFD}" DocType="OFD" Version="1.0">'
        "<ofd:DocBody><ofd:DocInfo><ofd:DocID>0123456789abcdef0123456789abcdef</ofd:DocID></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f'<?xml version="1.0" encoding="UTF-8"?><ofd:Document xmlns:ofd="{_OFD}"><ofd:CommonData>'
        "<ofd:MaxUnitID>99</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
        f"</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    members |= {f"Doc_0/Pages/Page_{n}/Content.xml": page for n in range(pages)}
    return make_zip(path, {name: text.encode() for name, text in members.items()})


def make_images(folder: Path) -> dict[str, Path]:
    """Still images by Pillow and libheif; the JPEG with a camera's EXIF."""
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener()
    picture = Image.linear_gradient("L").resize((160, 120)).convert("RGB")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Canon", "EOS R6", 6
    exif.get_ifd(0x8769).update({0x9003: "2026:03:12 09:30:14", 0x9011: "+08:00"})
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 15.0), 3: "E", 4: (116.0, 23.0, 30.0)})
    made = {}
    for name in ("photo.jpg", "photo.heic", "scan.tif", "scan.png", "scan.bmp", "scan.gif", "scan.webp", "scan.jp2"):
        made[name] = folder / name
        picture.save(made[name], exif=exif) if name == "photo.jpg" else picture.save(made[name])
    return made


def make_pdfs(folder: Path) -> dict[str, Path]:
    """A PDF of three pages, and the same encrypted with a password."""
    import pikepdf

    made = {"paper.pdf": folder / "paper.pdf", "locked.pdf": folder / "locked.pdf"}
    with pikepdf.new() as document:
        for _ in range(3):
            document.add_blank_page(page_size=(595, 842))
        document.save(made["paper.pdf"], deterministic_id=True)
        document.save(made["locked.pdf"], encryption=pikepdf.Encryption(owner="o", user="secret", R=6))
    return made


def make_office(folder: Path) -> dict[str, Path]:
    """Office files: those of today by python-docx and openpyxl, the rest converted by LibreOffice in two runs."""
    import docx
    import msoffcrypto.format.ooxml
    import openpyxl

    letter = folder / "letter.docx"
    document = docx.Document()
    document.add_paragraph(CHINESE)
    document.save(str(letter))
    table = folder / "table.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].append(["案号", "日期"])
    book.save(table)
    slides = folder / "slides.fodp"
    slides.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><office:document '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" office:version="1.2" '
        'office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body><office:presentation>'
        '<draw:page draw:name="1"/></office:presentation></office:body></office:document>',
        encoding="utf-8",
    )
    made = {"letter.docx": letter, "table.xlsx": table}
    for source, targets in ((letter, ("doc", "odt", "rtf")), (table, ("xls", "ods")), (slides, ("pptx", "ppt", "odp"))):
        for target in targets:
            profile = f"-env:UserInstallation={(folder / 'office-profile').as_uri()}"
            subprocess.run(
                ["soffice", profile, "--headless", "--convert-to", target, "--outdir", str(folder), str(source)],
                check=True,
                capture_output=True,
                timeout=120,
            )
            name = f"{source.stem}.{target}"
            made[name] = folder / name
    slides.unlink()
    made["letter.wps"] = folder / "letter.wps"  # Kingsoft writes the Word 97 format under its own extension
    made["letter.wps"].write_bytes(made["letter.doc"].read_bytes())
    made["locked.docx"] = folder / "locked.docx"
    with letter.open("rb") as plain, made["locked.docx"].open("wb") as locked:
        msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("secret", locked)
    return made


def make_texts(folder: Path) -> dict[str, Path]:
    """Text in the encodings that Chinese offices use, and formats written as text."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@example.org", "b@example.org", "案件材料"
    letter["Date"] = "Thu, 12 Mar 2026 09:30:14 +0800"
    letter.set_content("见附件。\n")
    letter.add_attachment(b"%PDF-1.4\n", maintype="application", subtype="pdf", filename="a.pdf")
    letter.set_boundary("=====boundary=====")
    contents = {
        "utf8.txt": CHINESE.encode(),
        "gb18030.txt": CHINESE.encode("gb18030"),
        "utf16.txt": CHINESE.encode("utf-16"),
        "ascii.txt": b"Case 12 of 2026\n" * 30,
        "list.csv": "案号,日期\n12,2026-03-12\n".encode(),
        "page.html": f"<!DOCTYPE html>\n<html><head><title>a</title></head><body>{CHINESE}</body></html>".encode(),
        "data.xml": b'<?xml version="1.0" encoding="UTF-8"?>\n<case><number>12</number></case>\n',
        "data.json": json.dumps({"case": 12, "media": []}).encode(),
        "mail.eml": letter.as_bytes(),
        "picture.svg": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" version="1.1"/>\n',
        "subtitles.srt": "1\n00:00:00,000 --> 00:00:01,000\n执法记录\n".encode(),
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in contents}


def make_archives(folder: Path) -> dict[str, Path]:
    """Archives, one of them encrypted, and a disc image."""
    text = folder / "utf8.txt"
    text.write_bytes(CHINESE.encode())
    made = {"plain.zip": make_zip(folder / "plain.zip", {"a.txt": CHINESE.encode(), "b.txt": b"b"})}
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.GNU_FORMAT) as archive:
        entry = tarfile.TarInfo("a.txt")
        entry.size = len(CHINESE.encode())
        archive.addfile(entry, io.BytesIO(CHINESE.encode()))
    packed = {
        "plain.tar": tar.getvalue(),
        "plain.tar.gz": gzip.compress(tar.getvalue(), mtime=0),
        "plain.bz2": bz2.compress(CHINESE.encode()),
        "plain.xz": lzma.compress(CHINESE.encode()),
    }
    for name, data in packed.items():
        made[name] = folder / name
        made[name].write_bytes(data)
    for name, options in (("plain.7z", ()), ("locked.zip", ("-tzip", "-psecret")), ("locked.7z", ("-psecret",))):
        made[name] = folder / name
        made[name].unlink(missing_ok=True)
        subprocess.run(["7z", "a", "-bd", *options, str(made[name]), str(text)], check=True, capture_output=True)
    made["disc.iso"] = folder / "disc.iso"
    subprocess.run(
        ["xorriso", "-as", "mkisofs", "-quiet", "-o", str(made["disc.iso"]), str(text)], check=True, capture_output=True
    )
    return made


def make_camera_files(folder: Path) -> dict[str, Path]:
    """Files of recorders that no free encoder writes: AMR by RFC 4867 §5, DAV with Dahua's header before H.264."""
    raw = folder / "raw.h264"
    if not raw.exists():
        make_media(folder, "raw.h264")
    made = {"sound.amr": folder / "sound.amr", "camera.dav": folder / "camera.dav", "void.txt": folder / "void.txt"}
    made["sound.amr"].write_bytes(b"#!AMR\n" + b"\x7c" * 50)  # frame type 15, 20 ms each, RFC 4867 §4.3.1
    made["camera.dav"].write_bytes(b"DHAV\xfd\x00\x01\x00" + bytes(24) + raw.read_bytes())
    made["void.txt"].write_bytes(b"")
    return made


def make(folder: Path, *, office: bool = True) -> dict[str, Path]:
    """The whole corpus in `folder`, by file name. `office=False` leaves out what LibreOffice must convert (slow)."""
    folder.mkdir(parents=True, exist_ok=True)
    made = make_texts(folder) | make_images(folder) | make_pdfs(folder) | make_archives(folder)
    made |= {"receipt.ofd": make_ofd(folder / "receipt.ofd")}
    made |= make_media(folder) | make_camera_files(folder)
    return made | (make_office(folder) if office else {})


def made_once(factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A copy of the whole corpus, by file name: the tests of a run make it once."""
    folder = copy_of(factory, "corpus", _make_and_list)
    names = json.loads((folder / _LIST).read_text(encoding="utf-8"))
    return {name: folder / place for name, place in names.items()}


_LIST = "by-name.json"


def _make_and_list(folder: Path) -> None:
    places = {name: path.relative_to(folder).as_posix() for name, path in make(folder).items()}
    (folder / _LIST).write_text(json.dumps(places), encoding="utf-8")
