"""Characterisation: times, pages, encryption, cut files; and hostile bytes never crash it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preserve.clock import CHINA
from preserve.ingest.characterise import characterise
from preserve.ingest.facts import Character
from preserve.ingest.identify import identify
from preserve.ingest.readers.camera_names import read_name
from preserve.messages import known
from tests.support.material.corpus import made_once


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return made_once(tmp_path_factory)


def _read(path: Path, name: str = "") -> Character:
    return characterise(path, identify(path, name or path.name, path.stat().st_size), name or path.name)


def _codes(character: Character) -> list[str]:
    return [finding.code for finding in character.findings]


def test_whole_files_have_no_error_but_the_locked_ones(corpus: dict[str, Path]) -> None:
    told = {name: ["format.undecodable"] for name in ("sound.amr", "camera.dav")}  # no decoder makes anything of them
    told |= {name: ["format.no-times"] for name in ("raw.h264", "raw.h265")}
    for name, path in corpus.items():
        wanted = told.get(name, ["format.encrypted"] if name.startswith("locked") else [])
        assert _codes(_read(path)) == wanted, name


@pytest.mark.parametrize(("name", "codec"), [("h264.mp4", "AVC"), ("hevc.mp4", "HEVC"), ("mjpeg.avi", "JPEG")])
def test_video_streams(corpus: dict[str, Path], name: str, codec: str) -> None:
    character = _read(corpus[name])
    assert (character.kind, character.streams[0].codec) == ("video", codec)
    assert character.duration == pytest.approx(1.0, abs=0.1)
    assert dict(character.streams[0].properties)["Width"] == "160"


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("paper.pdf", "Pages", "3"),
        ("receipt.ofd", "Pages", "2"),
        ("gb18030.txt", "Encoding", "gb18030"),
        ("utf16.txt", "EncodingEvidence", "byte-order-mark"),
        ("mail.eml", "Attachments", "1"),
        ("photo.jpg", "GPS", "39.904167,116.391667"),
        ("plain.zip", "Members", "2"),
    ],
)
def test_properties(corpus: dict[str, Path], name: str, key: str, value: str) -> None:
    assert dict(_read(corpus[name]).properties)[key] == value


def test_times_and_their_evidence(corpus: dict[str, Path]) -> None:
    video, photo = _read(corpus["h264.mp4"]), _read(corpus["photo.jpg"])
    assert (video.started, video.started_from) == (datetime(2026, 3, 12, 1, 30, 15, tzinfo=UTC), "container")
    assert (photo.started, photo.started_from) == (datetime(2026, 3, 12, 1, 30, 14, tzinfo=UTC), "exif")
    assert photo.device == "Canon EOS R6"
    named = _read(corpus["hevc.mp4"], "DSJ-A12345_013245_20260312093015_0001.mp4")
    assert (named.started, named.started_from) == (datetime(2026, 3, 12, 1, 30, 15, tzinfo=UTC), "file-name")
    assert (named.device, dict(named.properties)["NameOfficer"]) == ("DSJ-A12345", "013245")


@pytest.mark.parametrize("name", ["20260312_093015.mp4", "IMG_20260312_093015.jpg", "VID_20260312_093015.mp4"])
def test_names_of_telephones(name: str) -> None:
    read = read_name(name, CHINA)
    assert read is not None
    assert read.moment == datetime(2026, 3, 12, 1, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize("name", ["IMG_20261399_093015.jpg", "决定书.pdf", "20260312.txt"])
def test_names_that_say_nothing(name: str) -> None:
    assert read_name(name, CHINA) is None


@pytest.mark.parametrize(("name", "keep"), [("h264.mp4", 5000), ("photo.jpg", 2000), ("scan.png", 300)])
def test_cut_files_are_told(corpus: dict[str, Path], tmp_path: Path, name: str, keep: int) -> None:
    cut = tmp_path / name
    data = corpus[name].read_bytes()
    cut.write_bytes(data[: min(keep, len(data) - 50)])
    assert _codes(_read(cut)) in (["format.truncated"], ["format.unreadable"])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    name=st.sampled_from(["photo.jpg", "paper.pdf", "receipt.ofd", "letter.docx", "mail.eml", "pcm.wav", "letter.doc"]),
    place=st.floats(0, 1),
    junk=st.binary(min_size=1, max_size=40),
    cut=st.booleans(),
)
def test_hostile_bytes_become_findings(
    corpus: dict[str, Path], name: str, place: float, junk: bytes, cut: bool
) -> None:
    whole = corpus[name].read_bytes()
    at = int(place * len(whole))
    path = corpus[name].parent / f"hostile-{name}"
    path.write_bytes(whole[:at] + junk + (b"" if cut else whole[at + len(junk) :]))
    character = characterise(path, identify(corpus[name], name, len(whole)), name)
    for finding in character.findings:
        assert known(finding.code, "zh")
        assert known(finding.code, "en")
