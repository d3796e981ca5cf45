"""Which file a copy is made from: the one that is given, or the copy of it that can be drawn."""

from __future__ import annotations

import hashlib

import pytest

from preserve.access.redaction.sources import Source, can_be_marked, kind_of, source_of, stored_at
from preserve.access.requests.model import Selected
from tests.support.asking import PAPER, Counter


@pytest.fixture(scope="module")
def selection(counter: Counter) -> dict[str, Selected]:
    request = counter.approved()
    assert request.examination is not None
    return {file.path: file for file in request.examination.selection}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("02/A.PDF", "pdf"),
        ("照片.JPeG", "picture"),
        ("录像.dav", "recording"),
        ("录音.amr", "recording"),
        ("笔录.md", "text"),
        ("笔录.docx", "other"),
        ("无后缀", "other"),
        (".pdf", "other"),
    ],
)
def test_the_ending_says_what_kind_it_is(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_what_can_be_drawn_is_drawn_itself(counter: Counter, selection: dict[str, Selected]) -> None:
    with counter.archive.catalogue.read() as connection:
        source = source_of(connection, selection[PAPER])
    assert (source.file, source.kind) == (selection[PAPER], "pdf")


def test_a_text_is_taken_from_the_copy_in_utf_8(counter: Counter, selection: dict[str, Selected]) -> None:
    """The original's encoding may be read wrongly; its copy's cannot."""
    selected = selection["决定书.txt"]
    with counter.archive.catalogue.read() as connection:
        source = source_of(connection, selected)
    assert source.kind == "text"
    assert (source.file.path, source.file.objid) == (selected.path, selected.objid)
    assert source.file.representation == "preservation"
    assert source.file.identifier != selected.identifier
    assert source.file.original_sha256 == selected.sha256


def test_where_it_lies_is_the_file_that_its_digest_says(counter: Counter, selection: dict[str, Selected]) -> None:
    for selected in selection.values():
        data = stored_at(counter.archive.home, selected).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (selected.size, selected.sha256)


def test_a_mark_is_put_on_what_is_seen_and_on_nothing_else(selection: dict[str, Selected]) -> None:
    base = selection[PAPER]
    marked = {
        name: can_be_marked(Source(base.model_copy(update={"file": f"data/{name}"}), kind_of(name)))
        for name in ("a.pdf", "a.png", "a.mp4", "a.MP3", "a.txt", "a.docx")
    }
    assert marked == {"a.pdf": True, "a.png": True, "a.mp4": True, "a.MP3": False, "a.txt": False, "a.docx": False}
