"""Pages that a named program draws: once, of a copy, within bounds, and never anything but a PDF of its own.

The programs here are scripts: what is tried is what is done with a program, not how well one draws OFD.
"""

from __future__ import annotations

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ezdxf
import pypdfium2
import pytest

from preserve.access.viewing.rendering import Rendered, RenderFailed, label_of
from preserve.settings import Renderer, Viewing

_PDF = """
import pathlib, sys
import pypdfium2
if sys.argv[1:] == ["--version"]:
    print("draws 1.2")
    raise SystemExit
source, target = map(pathlib.Path, sys.argv[1:3])
assert source.read_bytes().startswith(b"PK")
document = pypdfium2.PdfDocument.new()
document.new_page(200, 100)
document.save(target)
"""


def _program(folder: Path, code: str, **more: object) -> Renderer:
    script = folder / "draws.py"
    script.write_text(code, encoding="utf-8")
    program = folder / "draws"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {script} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return Renderer.model_validate({"program": str(program), **more})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.ofd"
    path.write_bytes(b"PK\x03\x04 a file of the archive")
    path.chmod(0o444)
    return path


def _rendered(tmp_path: Path, source: Path, renderer: Renderer) -> Rendered:
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    return Rendered(tmp_path / "viewing", digest, ".ofd", renderer)


def test_pages_are_drawn_once_and_say_by_whom(tmp_path: Path, source: Path) -> None:
    rendered = _rendered(tmp_path, source, _program(tmp_path, _PDF, version=["--version"]))
    assert rendered.label == "draws 1.2"
    made = rendered.pdf(source)
    with pypdfium2.PdfDocument(made) as document:
        assert len(document) == 1
    (tmp_path / "draws.py").unlink()
    assert rendered.pdf(source) == made
    assert [path.name for path in (tmp_path / "viewing" / ".pictures").iterdir()] == [made.name]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import sys; print('no such font', file=sys.stderr); sys.exit(3)", "no such font"),
        ("import sys; open(sys.argv[2], 'w').write('<html>')", "no PDF"),
        ("import os, sys; os.symlink('/etc/passwd', sys.argv[2])", "no PDF"),
        ("import os, sys; os.mkdir(sys.argv[2])", "no PDF"),
        ("pass", "no PDF"),
        ("bytearray(4 << 30)", "MemoryError"),
        ("import time\nwhile True: time.sleep(1)", "not drawn within"),
        ("import socket; socket.create_connection(('127.0.0.1', 9), 2)", "unreachable"),
    ],
)
def test_what_goes_wrong_is_told_and_nothing_is_left(tmp_path: Path, source: Path, code: str, reason: str) -> None:
    before = source.read_bytes()
    renderer = _program(tmp_path, code, seconds=3 if "while" in code else 60, memory=1 << 30)
    rendered = _rendered(tmp_path, source, renderer)
    with pytest.raises(RenderFailed, match=reason):
        rendered.pdf(source)
    assert source.read_bytes() == before
    kept = list((tmp_path / "viewing" / ".pictures").iterdir())
    assert [path.suffix for path in kept] == [".failed"]
    with pytest.raises(RenderFailed):  # told again at once, without running it
        rendered.pdf(source)


def test_a_drawing_is_drawn_by_a_program_that_was_not_made_for_this(tmp_path: Path) -> None:
    drawing = ezdxf.new("R2010")
    drawing.modelspace().add_line((0, 0), (200, 100))
    drawing.modelspace().add_text("PLAN 7", height=10).set_placement((20, 20))
    drawing.saveas(tmp_path / "a.dxf")
    arguments = ("--headless", "--convert-to", "pdf", "--outdir", "{folder}", "{source}")
    renderer = Renderer(program="soffice", arguments=arguments, writes=(Path("/tmp"),))
    digest = hashlib.sha256((tmp_path / "a.dxf").read_bytes()).hexdigest()
    made = Rendered(tmp_path / "viewing", digest, ".dxf", renderer).pdf(tmp_path / "a.dxf")
    with pypdfium2.PdfDocument(made) as document:
        assert "PLAN 7" in document[0].get_textpage().get_text_bounded()
    assert [path.name for path in (tmp_path / "viewing" / ".pictures").iterdir()] == [made.name]


def test_two_who_ask_at_once_are_both_shown_it(tmp_path: Path, source: Path) -> None:
    rendered = _rendered(tmp_path, source, _program(tmp_path, _PDF))
    with ThreadPoolExecutor(4) as readers:
        made = set(readers.map(rendered.pdf, [source] * 4))
    assert len(made) == 1
    assert [path.name for path in (tmp_path / "viewing" / ".pictures").iterdir()] == [made.pop().name]


def test_what_the_program_does_to_its_file_does_not_reach_the_archive(tmp_path: Path, source: Path) -> None:
    code = "import os, sys; os.chmod(sys.argv[1], 0o600); open(sys.argv[1], 'wb').write(b'gone'); sys.exit(1)"
    before = source.read_bytes()
    with pytest.raises(RenderFailed):
        _rendered(tmp_path, source, _program(tmp_path, code)).pdf(source)
    assert source.read_bytes() == before


def test_a_copy_that_differs_is_not_drawn(tmp_path: Path, source: Path) -> None:
    rendered = Rendered(tmp_path / "viewing", "0" * 64, ".ofd", _program(tmp_path, _PDF))
    with pytest.raises(RenderFailed, match="digest"):
        rendered.pdf(source)
    assert not list((tmp_path / "viewing" / ".pictures").glob("*.pdf"))


def test_a_program_that_is_not_there_is_told(tmp_path: Path, source: Path) -> None:
    with pytest.raises(RenderFailed, match="not found"):
        _rendered(tmp_path, source, Renderer(program="/nowhere/draws")).pdf(source)
    assert label_of(Renderer(program="/nowhere/draws", version=("--version",))) == "draws"


def test_settings_are_a_line_or_a_table() -> None:
    line = Viewing.model_validate({"ofd": "ofd2pdf --quiet {source} '{target}'"}).ofd
    table = Viewing.model_validate(
        {"ofd": {"program": "ofd2pdf", "arguments": ["--quiet", "{source}", "{target}"]}}
    ).ofd
    assert line == table and line is not None and Viewing(ofd=line).of(".ofd") == line
    assert Viewing(ofd=line).of(".dwg") is None and Viewing().of(".txt") is None
    folder = Viewing.model_validate({"dxf": "soffice --outdir {folder} {source}"}).dxf
    assert folder is not None and folder.arguments == ("--outdir", "{folder}", "{source}")
    for wrong in ("", "ofd2pdf", "ofd2pdf {source}", "ofd2pdf '{source} {target}", {"program": "x", "arguments": []}):
        with pytest.raises(ValueError):
            Viewing.model_validate({"ofd": wrong})
