"""First pages of a folder's scans, really read: what they say comes as proposals with the pictures of their lines."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from preserve.description.drafted import Proposal
from preserve.ingest.draft import draft
from preserve.ingest.heads import Proposed, read_heads
from preserve.progress import Silent
from tests.support.page_scans import CAUSE, NUMBER, PARTY, draw_page, write_scan


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Proposed:
    """A form as a PDF, a paper on its side, a photograph, a broken picture and a text: two of them are read."""
    folder = tmp_path_factory.mktemp("heads") / "案"
    write_scan(folder / "扫描0001.pdf", draw_page())
    (folder / "扫描0002.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    write_scan(folder / "照片" / "现场.jpg", draw_page(seal=False))
    (folder / "说明.txt").write_text(NUMBER, encoding="utf-8")
    content, _ = draft(folder)
    return read_heads(folder, content, None, Silent())


def _one(read: Proposed, sheet: str, field: str) -> Proposal:
    return next(one for one in read.proposals if (one.sheet, one.field) == (sheet, field))


def test_a_scanned_form_drafts_the_description(read: Proposed) -> None:
    assert read.files == 1
    assert _one(read, "case", "case_number").value == NUMBER
    assert _one(read, "case", "cause").value == CAUSE.removesuffix("案")
    assert _one(read, "parties", "name").value == PARTY
    assert _one(read, "parties", "identity").value == "91420100MA0000000Y"
    assert _one(read, "case", "start").value == "2026-03-12"
    assert [one.value for one in read.proposals if (one.sheet, one.field) == ("officers", "name")] == [
        "陈立新",
        "王晓梅",
    ]
    kind = _one(read, "objects", "kind")
    assert (kind.value, kind.before, kind.row, kind.page) == ("立案审批表", "文书扫描件", "扫描0001.pdf", 1)


def test_seal_and_signature_are_seen_and_each_line_has_its_picture(read: Proposed) -> None:
    assert _one(read, "seen", "seal").value == "yes" and _one(read, "seen", "signature").value == "yes"
    number = next(at for at, one in enumerate(read.proposals) if one.field == "case_number")
    with Image.open(io.BytesIO(read.pictures[number])) as strip:
        assert strip.format == "PNG" and strip.width > 3 * strip.height


def test_what_cannot_be_read_is_said_and_the_rest_goes_on(read: Proposed) -> None:
    assert [(one.code, one.where, one.severity) for one in read.findings] == [
        ("reading.damaged", "扫描0002.jpg", "note"),
        ("reading.drafted", "", "note"),
    ]


def test_of_a_state_secret_nothing_is_read(tmp_path: Path) -> None:
    (tmp_path / "扫描0001.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    row = {"file": "扫描0001.jpg", "kind": "文书", "stage": "decision"}
    told = read_heads(tmp_path, {"objects": [row]}, None, Silent())
    assert [one.code for one in told.findings] == ["reading.damaged"]
    secret = {"objects": [{**row, "classification": "state-secret"}]}
    assert read_heads(tmp_path, secret, None, Silent()) == Proposed()
    assert read_heads(tmp_path, {"objects": [row], "classification": "state-secret"}, None, Silent()) == Proposed()
