"""Recordings of dictation machines: read where ffmpeg can decode them, named as kept where nobody can.

No program writes DSS any more; these are made after the places that ffmpeg's reader knows.
"""

from __future__ import annotations

import random
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from preserve.ingest.characterise import characterise
from preserve.ingest.facts import Character
from preserve.ingest.identify import identify
from preserve.programs import FFMPEG_INPUT


def _dss(path: Path, when: bytes = b"260305083000260305083100", codec: int = 0) -> Path:
    head = bytearray(1024)
    head[:4], head[12:18], head[0x26:0x3E], head[0x2A4] = b"\x02dss", b"WANGXM", when, codec
    noise = random.Random(1)
    blocks = b"".join(bytes([0, 0, 12, 0, 0xFF, 0xFF]) + noise.randbytes(506) for _ in range(20))
    path.write_bytes(bytes(head) + blocks)
    return path


def _look(path: Path) -> Character:
    return characterise(path, identify(path, path.name, path.stat().st_size), path.name)


def test_a_dictation_says_who_spoke_when(tmp_path: Path) -> None:
    known = _look(_dss(tmp_path / "a.dss"))
    assert (known.kind, known.findings, known.streams[0].codec) == ("sound", (), "DSS SP")
    assert dict(known.properties)["Author"] == "WANGXM"
    assert (known.started, known.started_from) == (datetime(2026, 3, 5, 0, 30, tzinfo=UTC), "recorded")


def test_ffmpeg_decodes_it_under_our_own_list_of_readers(tmp_path: Path) -> None:
    source = _dss(tmp_path / "a.dss")
    command = ["ffmpeg", *FFMPEG_INPUT, "-i", f"file:{source}", "-f", "wav", f"file:{tmp_path / 'a.wav'}"]
    assert subprocess.run(command, capture_output=True).returncode == 0
    assert (tmp_path / "a.wav").stat().st_size > 50_000


@pytest.mark.parametrize("when", [b"\0" * 24, b"269999999999269999999999", b"26 305083000            "])
def test_a_head_without_times_says_none(tmp_path: Path, when: bytes) -> None:
    assert _look(_dss(tmp_path / "a.dss", when)).started is None


def test_a_head_alone_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.dss"
    path.write_bytes(_dss(path).read_bytes()[:1024])
    assert [one.code for one in _look(path).findings] == ["format.truncated"]


@pytest.mark.parametrize(
    ("name", "head"), [("a.ds2", b"\x03ds2"), ("b.ds2", b"\x03enc"), ("a.msv", b"MS_VOICE"), ("a.dvf", b"MS_VOICE")]
)
def test_what_nobody_decodes_is_named_as_kept(tmp_path: Path, name: str, head: bytes) -> None:
    (tmp_path / name).write_bytes(head + bytes(range(256)) * 8)
    known = _look(tmp_path / name)
    assert [(one.code, one.severity) for one in known.findings] == [("format.kept-and-named", "note")]
