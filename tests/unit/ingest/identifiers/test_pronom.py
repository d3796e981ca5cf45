"""PRONOM's signatures: fido's answers exactly, for whole files, cut ones and names alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preserve.ingest.identifiers import pronom, tables
from preserve.ingest.identifiers.pronom import WINDOW
from tests.support.material.corpus import made_once


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return made_once(tmp_path_factory)


@pytest.fixture(scope="module")
def fido() -> Any:
    from fido.fido import Fido

    return Fido(quiet=True, format_files=list(tables.FORMATS), containersignature_file=tables.CONTAINERS)


def _fidos(fido: Any, path: Path) -> list[str]:
    heard: list[str] = []
    fido.handle_matches = lambda _, matches, *__: heard.extend(f.find("puid").text for f, _ in matches)
    fido.identify_file(str(path))
    return list(dict.fromkeys(heard))


def test_every_file_gets_exactly_fidos_answer(corpus: dict[str, Path], fido: Any) -> None:
    assert len(corpus) >= 70
    for name, path in corpus.items():
        if path.stat().st_size == 0:
            continue
        formats, _ = pronom.identify(*pronom.read_windows(path, path.stat().st_size), name, path)
        assert [f.puid for f in formats] == _fidos(fido, path), name


@settings(max_examples=25, deadline=None, derandomize=True)
@given(cut=st.integers(1, 4000), name=st.sampled_from(["photo.jpg", "paper.pdf", "h264.mp4", "plain.zip"]))
def test_cut_files_get_fidos_answer_too(corpus: dict[str, Path], fido: Any, cut: int, name: str) -> None:
    whole = corpus[name].read_bytes()
    path = corpus[name].parent / f"cut-{cut}-{name}"
    path.write_bytes(whole[:cut])
    try:
        windows = pronom.read_windows(path, path.stat().st_size)
        formats, _ = pronom.identify(*windows, path.name, path)
        assert [f.puid for f in formats] == _fidos(fido, path)
    finally:
        path.unlink()


@pytest.mark.parametrize("size", [0, 1, WINDOW, WINDOW + 1, 3 * WINDOW])
def test_windows_are_the_two_ends_of_a_file(size: int, tmp_path: Path) -> None:
    data = bytes(number % 251 for number in range(size))
    path = tmp_path / "a.bin"
    path.write_bytes(data)
    assert pronom.read_windows(path, size) == (data[:WINDOW], data[-WINDOW:])


def test_a_signature_at_the_end_of_a_long_file_counts() -> None:
    """A PNG is one with its last chunk only; without it the bytes say nothing."""
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(13 + 4)
    end = bytes(WINDOW - 12) + b"\0\0\0\0IEND\xaeB`\x82"
    formats, basis = pronom.identify(head.ljust(WINDOW, b"\0"), end, "a")
    assert basis == "signature"
    assert {format_.mime for format_ in formats} == {"image/png"}
    assert pronom.identify(head.ljust(WINDOW, b"\0"), bytes(WINDOW), "a") == ([], "none")


@pytest.mark.parametrize(
    ("name", "guess"), [("a.DOCX", True), ("目录.docx/无", False), (".docx", False), ("..docx", False), ("a.", False)]
)
def test_a_name_alone_is_a_guess_that_says_so(name: str, guess: bool) -> None:
    answers = pronom.answers(b"\x00\x01", b"\x00\x01", name)
    if guess:
        assert {(answer.basis, answer.warning) for answer in answers} == {("extension", "match on extension only")}
        assert "fmt/412" in {answer.puid for answer in answers}
    else:
        assert [(answer.puid, answer.basis) for answer in answers] == [(None, "none")]


def test_what_has_no_signature_is_not_known() -> None:
    assert pronom.knows("fmt/412"), "known by what lies inside its container"
    assert pronom.knows("fmt/11")
    assert not pronom.knows("x-fmt/111"), "plain text has none"
    assert not pronom.knows("fmt/0")
    assert pronom.mime_of("fmt/11") == "image/png"
    assert pronom.mime_of("fmt/0") == ""
