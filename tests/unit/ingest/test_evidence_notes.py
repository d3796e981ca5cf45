"""The explanatory note of each recording used as evidence, and the list that tells which note is whose."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from preserve.ingest.context import Ingest
from preserve.ingest.evidence_notes import Evidence
from preserve.ingest.provenance import TakenFile
from tests.support.material.corpus import make_media
from tests.support.taking import ingest_in, take
from tests.support.views import recorded, view

MOMENT = datetime(2026, 4, 1, tzinfo=UTC)
SPOKEN = "请出示营业性演出许可证"


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of a second."""
    return make_media(tmp_path_factory.mktemp("media"), "h264.mp4")["h264.mp4"]


def _notes(ingest: Ingest, *files: TakenFile) -> dict[str, bytes]:
    evidence = Evidence(ingest.description, ingest.data("original"))
    for file in files:
        evidence.add(file)
    characters = {file.path: file.character for file in files}
    objects = [item.model_dump(mode="json", exclude_none=True) for item in ingest.description.objects]
    seen = view(characters, objects=objects)
    return {name: data for name, _, data in evidence.notes(seen, "临江市文化和旅游局", MOMENT)}


def _text(note: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(note))
    return "".join("".join(page.get_textpage().get_text_bounded() for page in document).split())


def _case(folder: Path, media: Path, **fields: Any) -> dict[str, bytes]:
    evidence = recorded("a.mp4", evidence=True, **fields)
    ingest = ingest_in(folder, objects=[evidence, recorded("b.mp4")])
    transcript = take(ingest, "a.txt", SPOKEN.encode("gb18030"))
    return _notes(ingest, take(ingest, "a.mp4", media), take(ingest, "b.mp4", media), transcript)


def test_only_evidence_has_a_note_and_the_list_tells_whose_it_is(tmp_path: Path, media: Path) -> None:
    made = _case(tmp_path, media)
    assert list(made) == ["explanatory-notes/0001.pdf", "explanatory-notes/index.json"]
    assert json.loads(made["explanatory-notes/index.json"]) == [{"file": "a.mp4", "note": "0001.pdf"}]


def test_a_note_says_when_by_whom_and_with_which_digest(tmp_path: Path, media: Path) -> None:
    text = _text(_case(tmp_path, media, maker="王明", proves="擅自演出")["explanatory-notes/0001.pdf"])
    assert "王明" in text and "擅自演出" in text
    assert "2026-03-1209:30:15" in text
    ingest = ingest_in(tmp_path / "again")
    assert take(ingest, "a.mp4", media).copied.digests["sha256"] in text


def test_a_transcript_is_printed_as_it_is_spoken(tmp_path: Path, media: Path) -> None:
    assert SPOKEN in _text(_case(tmp_path, media, transcript="a.txt")["explanatory-notes/0001.pdf"])
    unread = _text(_case(tmp_path / "b", media, transcript="b.mp4")["explanatory-notes/0001.pdf"])
    assert "b.mp4" in unread, "what is no text is named"


def test_the_same_case_gives_the_same_bytes_and_one_without_evidence_nothing(tmp_path: Path, media: Path) -> None:
    assert _case(tmp_path / "a", media) == _case(tmp_path / "b", media)
    ingest = ingest_in(tmp_path / "c", objects=[recorded("a.mp4")])
    assert _notes(ingest, take(ingest, "a.mp4", media)) == {}
