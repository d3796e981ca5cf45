"""What is made of one file, and what is not when its program fails or there is no room."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from preserve.ingest.derive import Workshop, derived_name, normalise
from preserve.ingest.facts import Character, Copied, Identification, Stream
from preserve.ingest.normalise import Plan
from preserve.ingest.provenance import TakenFile
from storage_adapters.errors import MediumFull


def _file(name: str, *properties: tuple[str, str], streams: tuple[Stream, ...] = ()) -> TakenFile:
    known = Identification(None, "x", "", "", "none", ())
    return TakenFile(name, name, Copied(1, {}), known, Character("text", "", properties, streams), None)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(lambda role: tmp_path / role, tmp_path / "scratch", ("sha256", "sm3"))


def _silent(seconds: float) -> None:
    return


def test_what_is_kept_starts_no_program(workshop: Workshop, tmp_path: Path) -> None:
    outcome = normalise(tmp_path / "absent", _file("a"), 1, Plan("r", "keep", "none"), workshop, _silent)
    assert (outcome.action, outcome.rule, outcome.derivatives) == ("keep", "r", ())
    assert not workshop.scratch.exists()


def test_a_result_is_digested_and_moved_to_its_place(workshop: Workshop, tmp_path: Path) -> None:
    source = tmp_path / "旧.txt"
    source.write_text("当事人", encoding="gb18030")
    file = _file("旧.txt", ("Encoding", "gb18030"))
    outcome = normalise(source, file, 1, Plan("r", "utf8", "none"), workshop, _silent)
    (derivative,) = outcome.derivatives
    assert outcome.action == "transcode" and derivative.proof.holds
    assert set(derivative.digests) == {"sha256", "sm3"}
    assert (tmp_path / "preservation" / derivative.stored).read_text(encoding="utf-8") == "当事人"
    assert not [path for path in workshop.scratch.rglob("*") if path.is_file()]


def test_a_failure_is_a_finding_and_leaves_nothing(workshop: Workshop, tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(b"no recording")
    outcome = normalise(source, _file("a.mp4"), 1, Plan("r", "flac", "m4a"), workshop, _silent)
    assert outcome.action == "failed" and not outcome.derivatives
    assert [finding.code for finding in outcome.findings] == ["normalise.failed", "normalise.access-failed"]
    assert outcome.failure.startswith("preservation: ")
    assert not (tmp_path / "preservation").exists()


def test_a_recording_of_which_nothing_decodes_is_said_in_our_own_words(workshop: Workshop, tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(b"no recording")
    file = replace(_file("a.mp4"), character=Character("video", ""))
    outcome = normalise(source, file, 1, Plan("r", "ffv1", "mp4"), workshop, _silent)
    assert outcome.action == "failed"
    codes = [finding.code for finding in outcome.findings]
    assert codes == ["normalise.undecodable", "normalise.access-undecodable"]


def test_without_room_nothing_is_begun(workshop: Workshop, tmp_path: Path) -> None:
    properties = (("Width", "100000"), ("Height", "100000"), ("FrameCount", "1000000000"))
    file = _file("a.mp4", streams=(Stream("video", "AVC", properties),))
    with pytest.raises(MediumFull):
        normalise(tmp_path / "a.mp4", file, 1, Plan("r", "ffv1", "none"), workshop, _silent)


def test_two_sources_never_share_a_result(tmp_path: Path) -> None:
    assert derived_name("现场/a.mp4", ".mkv") == "现场/a.mp4.mkv"
    assert derived_name("a.MKV", ".mkv") == "a.MKV"
    (tmp_path / "a.mp4.mkv").touch()
    assert derived_name("a.mp4", ".mkv", tmp_path) == "a.mp4~2.mkv"
