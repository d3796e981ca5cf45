"""Whatever is put on a medium, altered or taken away beside its packages, is named."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from preserve.archival_storage.auditing.surroundings import Expected, check_surroundings, is_litter

FILES = {
    "verify.py": b"v",
    "index.html": b"page",
    "ledger/ledger.pub": b"key",
    "records/requests/2026-0001/1.json": b"r",
    "recovery/aip-a_v0001/set-0001.par2": b"p",
}
HELD = ("aip-a_v0001",)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=40).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 200
)


@contextmanager
def medium() -> Iterator[tuple[Path, Expected]]:
    """A drive with a guide, as it was written, and a package that is read by itself."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, data in FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
        lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(FILES.items()))
        (root / "manifest-sha256.txt").write_text(lines)
        (root / "medium.json").write_text("{}")
        (root / "packages" / HELD[0]).mkdir(parents=True)
        (root / "packages" / HELD[0] / "bagit.txt").write_text("read by itself")
        (root / "incoming").mkdir()
        guide = {
            "verify.py": FILES["verify.py"],
            "index.html": FILES["index.html"],
            "manifest-sha256.txt": lines.encode(),
        }
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in guide.items()}
        yield root, Expected("M", digests, HELD, HELD)


def found(root: Path, expected: Expected) -> dict[str, tuple[str, str]]:
    return {
        one.where.removeprefix("M: "): (one.code, one.severity)
        for one in check_surroundings(root, expected, lambda moved: None)
    }


def test_what_was_written_is_found_to_be_so() -> None:
    with medium() as (root, expected):
        assert found(root, expected) == {}


@settings(max_examples=60, deadline=None)
@given(
    NAMES,
    st.sampled_from(["", "ledger", "records", "packages", "incoming", "quarantine", ".x", "recovery/aip-a_v0001"]),
)
def test_any_file_more_is_named(name: str, folder: str) -> None:
    with medium() as (root, expected):
        path = root / folder / name
        assume(not path.exists())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"MZ")
        assert found(root, expected)[str(path.relative_to(root))] == ("audit.file-unexpected", "error")


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([*FILES, "manifest-sha256.txt"]), st.integers(0, 1 << 16), st.booleans())
def test_any_file_altered_or_taken_away_is_named(name: str, place: int, gone: bool) -> None:
    with medium() as (root, expected):
        data = bytearray((root / name).read_bytes())
        data[place % len(data)] ^= 1
        (root / name).write_bytes(data)
        if gone:
            (root / name).unlink()
        codes = ("audit.file-missing",) if gone else ("audit.file-altered",)
        assert found(root, expected)[name][0] in codes


def test_a_folder_replaced_by_a_link_is_not_followed() -> None:
    with medium() as (root, expected), tempfile.TemporaryDirectory() as elsewhere:
        shutil.copytree(root / "ledger", Path(elsewhere) / "ledger")
        shutil.rmtree(root / "ledger")
        (root / "ledger").symlink_to(Path(elsewhere) / "ledger")
        assert found(root, expected)["ledger"] == ("audit.not-a-file", "error")


def test_a_medium_of_an_earlier_release_is_held_to_its_list_and_that_is_said() -> None:
    with medium() as (root, expected):
        earlier = Expected("M", {}, expected.held, expected.known)
        assert found(root, earlier) == {"manifest-sha256.txt": ("audit.list-unproven", "note")}
        (root / "verify.py").write_bytes(b"other")
        assert found(root, earlier)["verify.py"] == ("audit.file-altered", "error")


@pytest.mark.parametrize(
    ("path", "data", "litter"),
    [
        ("System Volume Information/WPSettings.dat", b"\x0c\0", True),
        ("System Volume Information/a.exe", b"x", False),
        (".Trash-1000/files/a", b"#!/bin/sh", False),
        ("lost+found/#12", b"text", True),
        ("packages/desktop.ini", b"[.ShellClassInfo]", True),
        ("desktop.ini", b"MZ", False),
        ("Thumbs.db", bytes(2 << 20), False),
        ("autorun.inf", b"[autorun]", False),
        (".Trashed/a", b"x", False),
    ],
)
def test_what_an_operating_system_leaves(tmp_path: Path, path: str, data: bytes, litter: bool) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(data)
    assert is_litter(tmp_path, path) is litter
