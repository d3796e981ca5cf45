"""Files that go with a deposit are read where they lie, after the deposit's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.errors import Refused
from preserve.ingest.sources.folder import FolderSource
from preserve.ingest.sources.joined import Joined, JoinedSource


def _joined(folder: Path) -> tuple[JoinedSource, list[str]]:
    (folder / "deposit").mkdir()
    (folder / "deposit" / "a.txt").write_bytes(b"own")
    (folder / "elsewhere").write_bytes(b"joined")
    let_go: list[str] = []
    one = Joined("执法记录/b.txt", 6, 7, "0" * 64, lambda: folder / "elsewhere", lambda: let_go.append("b"))
    return JoinedSource(FolderSource(folder / "deposit"), (one,)), let_go


def test_names_and_bytes_are_those_of_both(tmp_path: Path) -> None:
    source, let_go = _joined(tmp_path)
    assert [(entry.path, entry.size) for entry in source.entries()] == [("a.txt", 3), ("执法记录/b.txt", 6)]
    read = {entry.path: stream.read() for entry, stream in source.stream(lambda entry: True)}
    assert read == {"a.txt": b"own", "执法记录/b.txt": b"joined"}
    assert (let_go, source.kind, source.folder) == (["b"], "folder", None)
    assert [entry.path for entry, _ in source.stream(lambda entry: entry.path == "a.txt")] == ["a.txt"]


def test_a_small_file_is_read_within_its_limit(tmp_path: Path) -> None:
    source, _ = _joined(tmp_path)
    assert (source.read("a.txt", 10), source.read("执法记录/b.txt", 6)) == (b"own", b"joined")
    with pytest.raises(Refused):
        source.read("执法记录/b.txt", 5)


def test_what_is_gone_or_a_link_is_refused(tmp_path: Path) -> None:
    source, _ = _joined(tmp_path)
    (tmp_path / "elsewhere").unlink()
    with pytest.raises(Refused):
        source.read("执法记录/b.txt", 6)
    (tmp_path / "elsewhere").symlink_to(tmp_path / "deposit" / "a.txt")
    with pytest.raises(Refused):
        list(source.stream(lambda entry: True))
