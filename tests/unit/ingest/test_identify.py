"""Identification: the identifiers' answers beside each other, and the rule that chooses."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.ingest.identify import identify, identify_many
from tests.support.material.corpus import made_once


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return made_once(tmp_path_factory)


EXPECTED = {
    "h264.mp4": "fmt/199",
    "fragmented.mp4": "fmt/199",
    "h264.mov": "x-fmt/384",
    "ffv1.mkv": "fmt/569",
    "letter.docx": "fmt/412",
    "letter.doc": "fmt/40",
    "letter.wps": "fmt/40",
    "scan.png": "fmt/11",
    "pcm.wav": "fmt/141",
    "sound.amr": "fmt/356",
    "locked.docx": "fmt/494",
    "disc.iso": "fmt/468",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_known_formats(corpus: dict[str, Path], name: str) -> None:
    path = corpus[name]
    found = identify(path, name, path.stat().st_size)
    assert found.puid == EXPECTED[name]
    assert found.basis in ("signature", "container")
    assert not found.disagreement
    assert {answer.identifier for answer in found.answers} >= {"siegfried", "fido"}


@pytest.mark.parametrize(
    ("name", "mime"), [("receipt.ofd", "application/ofd"), ("camera.dav", "video/x-dav"), ("raw.h264", "video/h264")]
)
def test_formats_without_puid_are_named_by_our_signatures(corpus: dict[str, Path], name: str, mime: str) -> None:
    found = identify(corpus[name], name, corpus[name].stat().st_size)
    assert (found.puid, found.mime) == (None, mime)
    assert found.answers[0].identifier == "preserve-extensions"


def _codes(path: Path, name: str) -> list[str]:
    return [finding.code for finding in identify(path, name, path.stat().st_size).findings]


def test_what_must_be_told(corpus: dict[str, Path], tmp_path: Path) -> None:
    lie = tmp_path / "photo.png"
    lie.write_bytes(corpus["photo.jpg"].read_bytes())
    noise = tmp_path / "noise.qqq"
    noise.write_bytes(bytes(range(1, 32)) * 20 + bytes(50))
    assert _codes(lie, "photo.png") == ["format.extension-lies"]
    assert _codes(noise, "noise.qqq") == ["format.unknown"]
    assert _codes(corpus["void.txt"], "void.txt") == ["format.empty"]
    assert _codes(corpus["list.csv"], "list.csv") == ["format.by-extension-only"]


def test_a_cut_mp4_is_never_apple_lossless(corpus: dict[str, Path], tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(corpus["h264.mp4"].read_bytes()[:5000])
    found = identify(cut, "cut.mp4", 5000)
    assert found.puid != "fmt/596"
    assert found.mime == "video/mp4"


def test_many_at_once_are_the_same_as_one_by_one(corpus: dict[str, Path]) -> None:
    files = [(path, name, path.stat().st_size) for name, path in corpus.items()]
    assert identify_many(files) == [identify(*file) for file in files]
