"""What is missing, what lies behind the end, and what does not decode: three things, each said as what it is."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from preserve.clock import CHINA
from preserve.ingest.readers.av import read
from preserve.ingest.readers.report import Report
from tests.support.material.corpus import ffmpeg, make_media


def _told(path: Path) -> list[tuple[str, str]]:
    report = Report(path.name)
    read(path, report, CHINA)
    return [(finding.code, finding.severity) for finding in report.findings]


def _wav(path: Path, riff: int, data: int, tail: bytes = b"") -> Path:
    """Three seconds of sound under a head that says what it is told to say."""
    samples = b"".join(struct.pack("<h", 4000 if n // 18 % 2 else -4000) for n in range(48000))
    form = struct.pack("<IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16)
    path.write_bytes(b"RIFF" + struct.pack("<I", riff) + b"WAVEfmt " + form + b"data" + struct.pack("<I", data))
    with path.open("ab") as file:
        file.write(samples + tail)
    return path


@pytest.mark.parametrize(
    ("riff", "data", "tail", "told"),
    [
        (96036, 96000, b"", []),
        (96036, 96000, b"\0", [("format.bytes-behind", "note")]),
        (96036, 96000, b"\0" * 7, [("format.bytes-behind", "note")]),
        (0, 0, b"", [("format.header-unfinished", "warning")]),
        (0xFFFFFFFF, 0xFFFFFFFF, b"", [("format.header-unfinished", "warning")]),
        (0x7FFFFFFF, 0x7FFFFFFF, b"", [("format.header-unfinished", "warning")]),
        (32036, 32000, b"", [("format.more-than-header", "warning")]),
        (192036, 192000, b"", [("format.truncated", "error")]),
    ],
    ids=["whole", "one-byte", "seven-bytes", "zero", "stream", "placeholder", "older-head", "cut"],
)
def test_heads_of_wav(riff: int, data: int, tail: bytes, told: list[tuple[str, str]], tmp_path: Path) -> None:
    assert _told(_wav(tmp_path / "a.wav", riff, data, tail)) == told


@pytest.mark.parametrize("name", ["h264.mp4", "h264.mov", "mpeg4.avi", "h264.mkv", "pcm.wav"])
def test_one_byte_behind_is_no_loss_and_a_missing_half_is(name: str, tmp_path: Path) -> None:
    path = make_media(tmp_path, name)[name]
    whole = path.read_bytes()
    assert _told(path) == []
    path.write_bytes(whole + b"\0")
    assert [severity for _, severity in _told(path)] in ([], ["note"])
    path.write_bytes(whole[: len(whole) * 3 // 5])
    assert ("format.truncated", "error") in _told(path)


def test_an_index_whose_pictures_are_not_there_is_cut_off(tmp_path: Path) -> None:
    """The index lies in front and every box ends in the file, but the index speaks of bytes behind its end."""
    path = tmp_path / "a.mov"
    picture = ("-f", "lavfi", "-i", "testsrc2=d=3:s=160x120:r=10")
    ffmpeg(*picture, "-c:v", "mjpeg", "-movflags", "faststart", "-metadata", "x=y", str(path))
    data = bytearray(path.read_bytes())
    place = data.index(b"mdat") - 4
    kept = place + 20_000
    struct.pack_into(">I", data, place, kept - place)
    path.write_bytes(data[:kept])
    assert ("format.truncated", "error") in _told(path)


def test_a_file_that_is_whole_and_holds_no_picture_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=d=1:s=64x48:r=10", "-c:v", "mjpeg", "-metadata", "x=y", str(path))
    data = bytearray(path.read_bytes())
    begin = data.index(b"movi") + 4
    end = data.index(b"idx1", begin)
    place = begin
    while place + 8 <= end:
        size = struct.unpack_from("<I", data, place + 4)[0]
        data[place + 8 : place + 8 + size] = bytes(size)
        place += 8 + size + (size & 1)
    path.write_bytes(data)
    assert _told(path) == [("format.undecodable", "warning")]
