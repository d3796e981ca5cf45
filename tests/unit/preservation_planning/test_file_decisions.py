"""What becomes of a file's copies under another policy: kept, made anew, left out; a failure loses nothing."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from metadata.entities import Event, FileObject, Format
from preserve.archival_storage.aip_versions import PreviousVersion
from preserve.archival_storage.packing.identifiers import identifier
from preserve.home import Home
from preserve.ingest.context import Ingest
from preserve.ingest.facts import Character, Copied, Derivative, Identification, Normalised, Proof, Stream
from preserve.ingest.provenance import TakenFile
from preserve.ingest.working_files import WorkingFiles
from preserve.preservation_planning.file_decisions import (
    Decision,
    FileDecisions,
    Tally,
    _superseding,
    _with_superseded,
    copies_of,
)
from preserve.preservation_planning.policy import read_policy
from preserve.settings import Settings
from tests.support.little_packages import MP4, OBJID, object_of, write_package

STORED = "data/b.avi"
MKV = Format("Matroska", "", "fmt/569")


@pytest.fixture
def old(tmp_path: Path) -> PreviousVersion:
    """A video in an old version, with a copy to look at and one of which nothing is known."""
    source = identifier(OBJID, "original", STORED)
    original = object_of(source, STORED, 500, name="b.avi")
    access = (
        object_of("copy-mp4", "data/b.mp4", 50, format_=MP4, source=source),
        object_of("copy-odd", "data/b.xyz", 5, source=source),
        object_of("copy-other", "data/c.mp4", 5, format_=MP4, source="another-original"),
    )
    root = write_package(tmp_path, originals=(original,), access=access)
    return PreviousVersion(root, OBJID, 1, "", {})


def decisions(old: PreviousVersion, folder: Path, policy: str = "lossless") -> FileDecisions:
    home = Home(folder, Settings(archive_id="a", institution="b", policy=policy))  # type: ignore[arg-type]
    ingest = Ingest("01", OBJID, home, None, folder, folder, 2)  # type: ignore[arg-type]
    return FileDecisions(ingest, old, read_policy(home), cast(WorkingFiles, None))


def derivative(role: str, stored: str, puid: str) -> Derivative:
    return Derivative(
        role,  # type: ignore[arg-type]
        stored,
        10,
        {"sha256": "ab"},
        puid,
        "F",
        "",
        "video/x",
        "normalization",
        "ffmpeg 6",
        ("ffmpeg",),
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:01Z",
        Proof("not-provable", True, {}, {}),
        (("video codec", "ffv1"),) if puid == "fmt/569" else (),
    )


def video(*derivatives: Derivative, action: str = "transcode") -> TakenFile:
    normalised = Normalised(action, "r", derivatives) if derivatives or action == "failed" else None  # type: ignore[arg-type]
    return TakenFile(
        "b.avi",
        STORED,
        Copied(500, {"sha256": "00"}),
        Identification("fmt/5", "AVI", "", "video/x-msvideo", "signature", ()),
        Character("video", "t", (), (Stream("video", "DV"),)),
        normalised,
    )


FFV1 = derivative("preservation", "data/b.mkv", "fmt/569")
AGAIN = derivative("access", "data/b.mp4", "fmt/199")


def test_copies_are_found_by_what_they_were_made_from(old: PreviousVersion) -> None:
    copies = copies_of(old)
    assert {copy.entity.identifier: copy.kind for copy in copies[identifier(OBJID, "original", STORED)]} == {
        "copy-mp4": "mp4",
        "copy-odd": "",
    }
    assert [copy.role for copy in copies["another-original"]] == ["access"]


def test_only_what_lacks_is_asked_for(old: PreviousVersion, tmp_path: Path) -> None:
    wanted, wished = decisions(old, tmp_path).wish(video())
    assert wanted.access == "mp4"
    assert "mp4" not in wished.make
    assert decisions(old, tmp_path).wants(video()).access == "none"
    assert wished.make == (wanted.action,)


def test_a_copy_that_is_new_is_used_and_the_same_again_is_spare(old: PreviousVersion, tmp_path: Path) -> None:
    decision = decisions(old, tmp_path).decide(video(FFV1, AGAIN))
    assert decision.used == (FFV1,)
    assert decision.spare == (AGAIN,)
    assert decision.replaced == ()


def test_where_making_failed_the_old_copies_stay(old: PreviousVersion, tmp_path: Path) -> None:
    for policy in ("lossless", "compact"):
        decision = decisions(old, tmp_path, policy).decide(video(action="failed"))
        assert (decision.used, decision.spare) == ((), ())
        assert "copy-odd" not in {copy.entity.identifier for copy in decision.replaced}
    assert decisions(old, tmp_path).decide(video()) == Decision()


def test_decisions_are_summed(old: PreviousVersion, tmp_path: Path) -> None:
    (replaced, _) = copies_of(old)[identifier(OBJID, "original", STORED)]
    tally = Tally()
    tally.add(video(FFV1), Decision(used=(FFV1,), replaced=(replaced,)))
    tally.add(video(), Decision())
    assert (tally.made, tally.left_out, tally.dropped, tally.roles) == (1, 1, {"copy-mp4"}, {"preservation"})


def test_a_new_copy_names_those_whose_place_it_takes(old: PreviousVersion) -> None:
    copies = copies_of(old)[identifier(OBJID, "original", STORED)]
    new: FileObject = object_of("new", "data/b.mkv", source="s")
    named = _superseding(new, copies)
    assert [(relation.sub_kind, relation.related) for relation in named.relationships] == [
        ("has source", "s"),
        ("supersedes", "copy-mp4"),
        ("supersedes", "copy-odd"),
    ]
    event = _with_superseded(Event("e", "migration", "2026-01-01T00:00:00Z", outcome_detail="done"), copies)
    lines = event.outcome_detail.splitlines()
    assert lines[0] == "done"
    assert all(copy.entity.digests["sha256"] in line for copy, line in zip(copies, lines[1:], strict=True))
