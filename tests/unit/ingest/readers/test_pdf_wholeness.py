"""PDF that lost something is told from PDF that is whole, however it was saved and whatever follows it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from preserve.ingest.readers import pdf, pdf_wholeness
from preserve.ingest.readers.pdf_wholeness import Window, look_at_end
from preserve.ingest.readers.report import Report
from preserve.pictures.pages import PagesWriter
from tests.support.material.pictures import encoded, noise


def _plain() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        for number in range(4):
            document.add_blank_page(page_size=(595, 842))
            content = f"0 0 {number + 1} rg 10 10 50 50 re f\n".encode() * 80
            document.pages[-1].Contents = document.make_stream(content)
        document.save(out, compress_streams=True)
    return out.getvalue()


def _saved(**options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(_plain())) as document:
        document.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def _scan(path: Path) -> bytes:
    with PagesWriter(path) as out:
        for _ in range(3):
            out.add(encoded(noise("L", (200, 300)), "JPEG"), (200, 300), (595, 842), grey=True)
    return path.read_bytes()


MADE: dict[str, Callable[[Path], bytes]] = {
    "plain": lambda path: _plain(),
    "object streams": lambda path: _saved(object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "linearized": lambda path: _saved(linearize=True),
    "owner": lambda path: _saved(encryption=pikepdf.Encryption(owner="x", user="")),
    "scan": _scan,
}


@pytest.fixture(scope="module", params=MADE)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A PDF with nothing wrong in it."""
    return MADE[request.param](tmp_path_factory.mktemp("pdf") / "a.pdf")


def _told(path: Path, data: bytes) -> list[tuple[str, str]]:
    path.write_bytes(data)
    report = Report(path.name)
    try:
        pdf.read(path, report)
    except pikepdf.PdfError:
        report.tell("unreadable")
    return [(one.code, one.severity) for one in report.findings if one.code != "format.encrypted-owner"]


DAMAGED = [("format.truncated", "error")]


@pytest.mark.parametrize("share", [0.4, 0.8, 0.97])
def test_a_cut_at_any_place_is_an_error(whole: bytes, share: float, tmp_path: Path) -> None:
    assert _told(tmp_path / "a.pdf", whole[: int(len(whole) * share)]) == DAMAGED


def test_a_tail_of_zeros_is_an_error(whole: bytes, tmp_path: Path) -> None:
    kept = int(len(whole) * 0.7)
    assert _told(tmp_path / "a.pdf", whole[:kept] + bytes(len(whole) - kept)) == DAMAGED


def test_what_is_whole_is_not_called_damaged(whole: bytes, tmp_path: Path) -> None:
    assert _told(tmp_path / "a.pdf", whole) == []
    assert _told(tmp_path / "a.pdf", whole + bytes(70_000)) == []
    assert _told(tmp_path / "a.pdf", b"\r\n" + whole + b"\r\n") == []
    assert _told(tmp_path / "a.pdf", whole + b"<html></html>\n" * 500) == [("format.pdf-behind", "note")]


def _update(data: bytes) -> bytes:
    previous = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    body = data + b"\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/Lang(zh)>>\nendobj\n"
    xref = b"xref\n1 1\n%010d 00000 n \n" % (len(data) + 1)
    return body + xref + b"trailer\n<</Size 15/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (previous, len(body))


def test_an_update_belongs_to_the_file_and_its_loss_is_told(tmp_path: Path) -> None:
    data = _scan(tmp_path / "b.pdf")
    updated = _update(data)
    assert _told(tmp_path / "a.pdf", updated) == []
    assert _told(tmp_path / "a.pdf", updated[:-60]) == DAMAGED
    assert _told(tmp_path / "a.pdf", updated[: len(data) + 30]) == DAMAGED


@pytest.mark.parametrize("number", [3, 4, 5])
def test_objects_that_are_missing_are_told(number: int, tmp_path: Path) -> None:
    data = _scan(tmp_path / "b.pdf").replace(b"\n%d 0 obj" % number, b"\n%d 9 ibj" % number)
    assert _told(tmp_path / "a.pdf", data) == DAMAGED


def test_a_page_list_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    data = _scan(tmp_path / "b.pdf").replace(b"/Count 3", b"/Count 5")
    assert _told(tmp_path / "a.pdf", data) == DAMAGED


def test_wrong_places_of_objects_are_a_note_where_nothing_is_missing(tmp_path: Path) -> None:
    data = _scan(tmp_path / "b.pdf")
    place = data.rindex(b"startxref\n") + 10
    wrong = data[:place] + b"7\n%%EOF\n"
    assert _told(tmp_path / "a.pdf", wrong) == [("format.pdf-mended", "note")]


def test_line_ends_changed_on_the_way_are_damage(tmp_path: Path) -> None:
    assert _told(tmp_path / "a.pdf", _scan(tmp_path / "b.pdf").replace(b"\n", b"\r\n")) == DAMAGED


def test_a_packed_stream_that_is_bent_is_told(tmp_path: Path) -> None:
    data = bytearray(_plain())
    start = data.index(b"stream\n") + 20
    data[start : start + 6] = b"\xff" * 6
    assert _told(tmp_path / "a.pdf", bytes(data)) == DAMAGED


def test_passwords_and_nonsense(tmp_path: Path) -> None:
    locked = _saved(encryption=pikepdf.Encryption(owner="x", user="y"))
    assert _told(tmp_path / "a.pdf", locked) == [("format.encrypted", "error")]
    assert _told(tmp_path / "a.pdf", locked + b"junk\n" * 900) == [("format.encrypted", "error")]
    assert _told(tmp_path / "a.pdf", locked[:-200]) == DAMAGED
    assert _told(tmp_path / "a.pdf", b"no PDF at all" * 100) == [("format.unreadable", "error")]


def test_what_is_not_read_in_time_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_wholeness, "SECONDS", -1.0)
    assert _told(tmp_path / "a.pdf", _plain()) == [("format.pdf-not-read", "note")]


def test_a_window_has_nothing_behind_its_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    with Window(tmp_path / "a", 6) as window:
        assert window.read() == b"012345"
        assert (window.seek(-2, io.SEEK_END), window.read(9), window.read(1)) == (4, b"45", b"")
    (tmp_path / "a.pdf").write_bytes(_plain() + b"junk" * 10)
    assert look_at_end(tmp_path / "a.pdf").behind == 41
