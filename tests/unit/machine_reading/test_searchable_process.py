"""The process that makes a copy: what breaks it costs a page, and who waits for it can stop it."""

from __future__ import annotations

import zlib
from pathlib import Path

import pikepdf
import pytest

from preserve.machine_reading.bounded import CRASHED, Broken, Limits
from preserve.machine_reading.searchable_child import NO_ROOM, UNREADABLE
from preserve.machine_reading.searchable_process import Wanted, make_searchable
from tests.support.searchables import WORDS, by_pdfium, check_by_qpdf, page, read, rows, scanned_pdf

LITTLE = Limits(memory=800 << 20, seconds=120, written=1 << 30)


def _wait() -> None:
    pass


def _wanted(folder: Path, *names: str, output: Path | None = None) -> Wanted:
    texts = [read(name, rows([f"第{number}页"]), number) for name in names for number in (1, 2, 3)]
    files = [(folder / name, name) for name in names]
    return Wanted(files, texts, str(output or folder / "copy.pdf"), folder, WORDS)


def _break(path: Path) -> None:
    """The second page unpacks to more than the process may have."""
    packing = zlib.compressobj(9)
    packed = b"".join(packing.compress(b"q Q " * (1 << 20)) for _ in range(200)) + packing.flush()
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        content = pikepdf.Stream(pdf, packed)
        content.stream_dict = pikepdf.Dictionary(Filter=pikepdf.Name.FlateDecode)
        pdf.pages[1].obj.Contents = pdf.make_indirect(content)
        pdf.save(path, compress_streams=False)


def test_a_page_that_breaks_it_is_left_out_and_the_rest_is_there(tmp_path: Path) -> None:
    scanned_pdf(tmp_path / "a.pdf", [page([f"第{number}页"]) for number in (1, 2, 3)])
    scanned_pdf(tmp_path / "b.pdf", [page()])
    _break(tmp_path / "a.pdf")
    made = make_searchable(_wanted(tmp_path, "a.pdf", "b.pdf"), _wait, LITTLE)
    (lost,) = made.left_out
    assert (lost.file, lost.page) == ("a.pdf", 2) and CRASHED in lost.why
    assert made.pages == 4 and made.verdict.passed
    check_by_qpdf(tmp_path / "copy.pdf")
    assert [by_pdfium(tmp_path / "copy.pdf", number) for number in (1, 2, 3, 4)] == ["第1页", "", "第3页", "第1页"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.pdf", "b.pdf", "copy.pdf"]


def test_what_cannot_be_shown_or_written_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"nothing")
    with pytest.raises(Broken) as told:
        make_searchable(_wanted(tmp_path, "a.pdf"), _wait)
    assert told.value.code == UNREADABLE
    scanned_pdf(tmp_path / "b.pdf", [page()])
    with pytest.raises(Broken) as told:
        make_searchable(_wanted(tmp_path, "b.pdf", output=Path("/dev/full")), _wait)
    assert told.value.code == NO_ROOM


def test_who_waits_can_stop_it(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def stop() -> None:
        raise Enough

    scanned_pdf(tmp_path / "a.pdf", [page()])
    with pytest.raises(Enough):
        make_searchable(_wanted(tmp_path, "a.pdf"), stop)
    assert [one.name for one in tmp_path.iterdir()] == ["a.pdf"]
