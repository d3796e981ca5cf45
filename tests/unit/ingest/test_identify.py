"""Identification: the identifiers' answers beside each other, and the rule that chooses."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.ingest.facts import Answer, Basis
from preserve.ingest.identify import identify, identify_many, merge
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


def _answer(identifier: str, puid: str | None, basis: Basis = "signature", name: str = "", mime: str = "") -> Answer:
    return Answer(identifier, "1", "v", puid, name or (puid or "ours"), "", mime, basis)


@pytest.mark.parametrize(
    ("siegfried", "fido", "stands"),
    [
        ("fmt/111", "fmt/39", "fmt/39"),
        ("fmt/111", "x-fmt/88", "x-fmt/88"),
        ("x-fmt/263", "fmt/161", "fmt/161"),
        ("fmt/135", "fmt/136", "fmt/136"),
        ("fmt/11", "fmt/935", "fmt/935"),
        ("fmt/136", "fmt/135", "fmt/136"),
        ("fmt/412", "fido-fmt/189.word", "fmt/412"),
        ("fmt/523", "fido-fmt/189.word", "fmt/523"),
        ("fmt/189", "fido-fmt/189.xl", "fmt/214"),
        ("fmt/18", "fmt/19", "fmt/18"),
    ],
)
def test_closer_answers_stand_and_are_no_disagreement(siegfried: str, fido: str, stands: str) -> None:
    found = merge((_answer("siegfried", siegfried), _answer("fido", fido)), "a.bin")
    assert (found.puid, found.disagreement, found.findings) == (stands, False, ())


@pytest.mark.parametrize(("siegfried", "fido"), [("fmt/199", "fmt/39"), ("fmt/11", "fmt/41"), ("fmt/40", "fmt/126")])
def test_two_opinions_are_told_once(siegfried: str, fido: str) -> None:
    found = merge((_answer("siegfried", siegfried), _answer("fido", fido)), "a.bin")
    assert (found.puid, found.disagreement) == (siegfried, True)
    assert [finding.code for finding in found.findings] == ["format.identifiers-disagree"]


def test_fidos_own_name_for_a_format_is_not_recorded_as_one_of_pronom() -> None:
    found = merge((_answer("siegfried", None, "none"), _answer("fido", "fido-fmt/189.word")), "a.docx")
    assert found.puid == "fmt/412"
    assert found.answers[1].puid == "fido-fmt/189.word"


def test_our_own_signatures_stand_only_where_nobody_else_has_looked_into_the_file() -> None:
    ours = _answer("preserve-extensions", None, name="Raw H.264 stream (Annex B)", mime="video/h264")
    assert merge((ours, _answer("siegfried", "fmt/199")), "a.h264").puid == "fmt/199"
    assert merge((ours, _answer("fido", "fmt/649")), "a.h264").puid == "fmt/649"
    assert merge((ours, _answer("siegfried", "fmt/596", "extension")), "a.h264").mime == "video/h264"
    packed = _answer("preserve-extensions", None, "container", mime="application/ofd")
    assert merge((packed, _answer("siegfried", "x-fmt/263")), "a.ofd").mime == "application/ofd"


def test_answers_by_extension_stay_marked() -> None:
    found = merge((_answer("siegfried", "fmt/40", "extension"), _answer("fido", "fmt/39", "extension")), "a.doc")
    assert (found.basis, found.disagreement) == ("extension", False)
    assert [finding.code for finding in found.findings] == ["format.by-extension-only"]
    assert merge((_answer("siegfried", "fmt/40", "extension"), _answer("fido", "fmt/111")), "a.doc").puid == "fmt/111"
