"""Kinds of files: what rules ask of them, counted with a version and laid over by a newer identification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from preserve.data_management import format_counts, formats_index, object_index
from preserve.data_management.formats_index import Kind, Traits, made_kind, signatures_of, traits_of
from preserve.data_management.package_index import forget_version, index_package
from tests.support.little_packages import MP4, OBJID, object_of, write_package

FFV1 = (("stream 0", "video: ffv1"), ("stream 1", "sound: flac"))


def test_a_kind_has_the_same_number_everywhere() -> None:
    kind = Kind("original", "fmt/199", "MPEG-4", "")
    assert kind.id == Kind("original", "fmt/199", "MPEG-4", "").id > 0
    assert kind.id != Kind("access", "fmt/199", "MPEG-4", "").id
    assert kind.id < 1 << 63


def test_traits_are_read_as_they_were_written() -> None:
    frames = tuple(
        (f"stream 0 {name}", value) for name, value in (("Width", "4"), ("Height", "3"), ("FrameCount", "2"))
    )
    traits, pixels = traits_of((*FFV1, *frames, ("Encoding", "GB18030")), "a.M4A", 0)
    assert traits == Traits(("ffv1",), ("flac",), "GB18030", sound_name=True, empty=True)
    assert pixels == 24
    assert Traits.read(traits.text()) == traits
    assert Traits.read("") == Traits()


@pytest.mark.parametrize("value", ["", "many", "-3"])
def test_numbers_that_are_none_count_for_nothing(value: str) -> None:
    sizes = (("stream 0 Width", value), ("stream 0 Height", "3"), ("stream 0 FrameCount", "2"))
    assert traits_of(sizes, "a.mp4", 1)[1] == 0


@pytest.mark.parametrize(
    ("role", "puid", "path", "properties", "kind"),
    [
        ("access", "fmt/199", "data/a.mp4", (), "mp4"),
        ("access", None, "data/a.doc", (), ""),
        ("preservation", "fmt/569", "data/a.mkv", (), "flac"),
        ("preservation", "fmt/569", "data/a.mkv", (("video codec", "ffv1"),), "ffv1"),
        ("preservation", "fmt/569", "data/a.mkv", (("video codec", "h264"),), "rewrap"),
        ("preservation", "fmt/477", "data/a.pdf", (), "pdfa"),
    ],
)
def test_what_a_copy_is(role: str, puid: str | None, path: str, properties: Any, kind: str) -> None:
    assert made_kind(role, puid, path, properties) == kind


def test_only_signatures_of_others_are_named() -> None:
    note = "basis: signature; siegfried 1.11.1 (DROID v119): fmt/199 by bytes; preserve-av 1 (own): fmt/199 by bytes"
    assert signatures_of(note) == "siegfried 1.11.1 (DROID v119)"


def test_an_original_is_counted_with_what_was_made_of_it(connection: Connection, tmp_path: Path) -> None:
    original = object_of("f2", "data/b.mp4", 500, format_=MP4)
    copy = object_of("f3", "data/b.mp4", 90, format_=MP4, source="f2")
    index_package(connection, write_package(tmp_path, originals=[original], access=[copy]))
    assert [kind.derived for kind in format_counts.kinds(connection).values()] == ["mp4"]
    assert [kind.puid for kind in format_counts.kinds(connection, "access").values()] == ["fmt/199"]
    forget_version(connection, OBJID, 1)
    assert format_counts.kinds(connection) == format_counts.kinds(connection, "access") == {}


def test_a_newer_identification_is_laid_over_the_rows(connection: Connection, tmp_path: Path) -> None:
    index_package(connection, write_package(tmp_path))
    new = {"puid": "x-fmt/16", "name": "Unicode text", "version": ""}
    details = {"version": 1, "signatures": "siegfried 2 (v200)", "changes": [{"new": new, "files": ["f1"]}]}
    formats_index.reidentify(connection, OBJID, details)
    assert object_index.read(connection, "f1", 1).puid == "x-fmt/16"
    kinds = {kind.puid: kind.signatures for kind in format_counts.kinds(connection).values()}
    assert kinds == {"x-fmt/16": "siegfried 2 (v200)", "fmt/199": "siegfried 2 (v200)"}
