"""Files against what METS says of them: each read once, however much is said, and each saying judged by itself."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from metadata.differing import differing
from metadata.fixity import _FEW_FILES, Fixity, Reading, Said


def said(path: str, algorithm: str, data: bytes) -> Said:
    return Said(path, algorithm, hashlib.new(algorithm, data).hexdigest(), len(data))


@pytest.mark.parametrize("more", [0, _FEW_FILES])
def test_each_saying_is_judged_by_itself(more: int, tmp_path: Path) -> None:
    names = [f"{number:03}" for number in range(more)]
    for name in ("a", "b", *names):
        (tmp_path / name).write_bytes(b"as it is")
    wanted = [said(name, "sha256", b"as it is") for name in ("a", "b", *names)]
    wanted += [
        said("a", "md5", b"as it is"),
        said("b", "md5", b"as it w."),
        said("a", "sha256", b"as it w."),
        said("none", "sha256", b""),
        said("none", "sha1", b""),
    ]
    counted, moved = Fixity(), list[int]()
    found = list(differing(wanted, reading=Reading(str(tmp_path), False, 2, moved.append), counted=counted))
    assert sorted((finding.code, finding.where, str(finding.values.get("algorithms"))) for finding in found) == [
        ("bag.file-unreadable", "none", "None"),
        ("bag.file-unreadable", "none", "None"),
        ("csip.checksum-differs", "a", "sha256"),
        ("csip.checksum-differs", "b", "md5"),
    ]
    assert counted.digests == len(wanted) and counted.size == sum(moved) == 8 * (2 + more)


def test_nothing_is_read_where_only_the_structure_is_asked(tmp_path: Path) -> None:
    assert list(differing([said("none", "sha256", b"")], reading=None, counted=Fixity())) == []
