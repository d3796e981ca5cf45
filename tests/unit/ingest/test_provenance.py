"""What was found out, said in PREMIS: commands that can be repeated, proofs as they came out, names as deposited."""

from __future__ import annotations

import dataclasses
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.ingest.facts import Derivative, Normalised, Proof, to_json
from preserve.ingest.provenance import (
    TakenFile,
    batch_event,
    derivation_event,
    derived_object,
    failure_event,
    mime_of,
    original_object,
    read_file,
)
from tests.support.material.corpus import make_media
from tests.support.taking import OBJID, ingest_in, take

PROOF = Proof("decoded-frames-equal", True, {"v": "1"}, {"v": "1"}, (("ffmpeg", "-i", "SOURCE"),), "note")
DERIVATIVE = Derivative(
    *("preservation", "a b.mp4.mkv", 5, {"sha256": "0"}, "fmt/569", "Matroska", "4", "video/x-matroska"),
    *("normalization", "ffmpeg 7", ("ffmpeg", "-i", "SOURCE", "a b"), "2026-01-01T00:00:00Z", "2026-01-01T00:00:09Z"),
    PROOF,
)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> TakenFile:
    """A recording of a second, taken in."""
    folder = tmp_path_factory.mktemp("provenance")
    return take(ingest_in(folder), "现场.mp4", make_media(folder, "h264.mp4")["h264.mp4"])


def test_facts_come_back_from_the_journal_with_the_depositors_own_bytes(recording: TakenFile) -> None:
    facts = [to_json(fact) for fact in (recording.copied, recording.identification, recording.character)]
    assert read_file(recording.path.encode(), recording.stored, *facts, None) == recording
    normalised = Normalised("transcode", "video", (DERIVATIVE,))
    again = read_file(b"\xff.mp4", "f1.mp4", *facts, to_json(normalised))
    assert again.path.encode("utf-8", "surrogateescape") == b"\xff.mp4"
    assert again.normalised == normalised


def test_the_original_is_described_by_what_was_found(recording: TakenFile) -> None:
    described = original_object(OBJID, recording)
    assert (described.path, described.size, described.digests) == (
        "data/现场.mp4",
        recording.copied.size,
        recording.copied.digests,
    )
    assert described.format.puid == "fmt/199"
    assert "siegfried" in described.format.note and "fido" in described.format.note
    properties = dict(described.properties)
    assert properties["stream 0"] == "video: AVC"
    assert properties["recording start"] == "2026-03-12T01:30:15+00:00 (container)"
    assert "" not in properties.values()


def test_what_no_identifier_named_is_a_stream_of_bytes(tmp_path: Path) -> None:
    unknown = take(ingest_in(tmp_path), "x", b"\0\1\2\xff" * 99)
    assert mime_of(unknown) == "application/octet-stream"
    assert original_object(OBJID, unknown).format.name == "unknown"


@pytest.mark.parametrize(
    ("holds", "lost", "outcome"), [(True, (), "success"), (False, (), "warning"), (True, ("the rotation",), "warning")]
)
def test_a_derivation_is_a_success_only_where_nothing_was_lost(
    holds: bool, lost: tuple[str, ...], outcome: str, recording: TakenFile
) -> None:
    derivative = dataclasses.replace(DERIVATIVE, proof=dataclasses.replace(PROOF, holds=holds), lost=lost)
    event = derivation_event(OBJID, recording, derivative)
    assert event.outcome == outcome
    assert all(any(words in line for line in event.outcome_detail.splitlines()) for words in lost)
    assert "$ ffmpeg -i SOURCE 'a b'" in event.detail
    assert "SOURCE v: 1" in event.outcome_detail and "RESULT v: 1" in event.outcome_detail


@given(st.lists(st.text(min_size=1).filter(str.isprintable), min_size=1, max_size=5))
def test_a_command_can_be_read_back_by_a_shell(command: list[str]) -> None:
    file = TakenFile("a", "a", None, None, None, None)  # type: ignore[arg-type]  # only its name is used
    event = derivation_event(OBJID, file, dataclasses.replace(DERIVATIVE, command=tuple(command)))
    assert shlex.split(event.detail.partition("\n$ ")[2]) == command


def test_derivative_event_and_source_point_at_each_other_also_in_a_later_version(recording: TakenFile) -> None:
    for version in (1, 2):
        described = derived_object(OBJID, recording, DERIVATIVE, version)
        event = derivation_event(OBJID, recording, DERIVATIVE, version)
        links = {link.role: link.identifier for link in event.objects}
        assert links == {"source": original_object(OBJID, recording).identifier, "outcome": described.identifier}
    assert len({derived_object(OBJID, recording, DERIVATIVE, version).identifier for version in (1, 2)}) == 2


def test_a_failure_keeps_the_tools_last_words_and_a_batch_is_one_event(recording: TakenFile) -> None:
    failed = dataclasses.replace(recording, normalised=Normalised("failed", "video", failure="x" * 5000 + "the end"))
    event = failure_event(OBJID, failed, "2026-01-01T00:00:00Z")
    assert (event.outcome, event.detail, len(event.outcome_detail)) == ("fail", "video", 4000)
    assert event.outcome_detail.endswith("the end")
    batch = batch_event(OBJID, "virus check", "2026-01-01T00:00:00Z", "", ["clamd 1", "preserve"])
    assert len(batch.agents) == 2
    assert len(batch.objects) == 1
