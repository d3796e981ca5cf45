"""OCFL objects of others: the newest version by its inventory, and nothing that an inventory makes up."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from preserve.errors import Refused
from tests.support.foreign_packages import codes, content_of, eark, looked, packed


def digest(data: bytes | str) -> str:
    return hashlib.sha512(data.encode() if isinstance(data, str) else data).hexdigest()


def of(files: dict[str, bytes | str], **changes: Any) -> dict[str, bytes | str]:
    """An object of one version with these logical files, each of which is kept once."""
    manifest: dict[str, list[str]] = {}
    state: dict[str, list[str]] = {}
    laid: dict[str, bytes | str] = {"0=ocfl_object_1.1": "ocfl_object_1.1\n"}
    for name, data in files.items():
        if digest(data) not in manifest:
            manifest[digest(data)] = [f"v1/content/{len(manifest)}"]
            laid[f"v1/content/{len(manifest) - 1}"] = data
        state.setdefault(digest(data), []).append(name)
    inventory = {"digestAlgorithm": "sha512", "head": "v1", "manifest": manifest, "versions": {"v1": {"state": state}}}
    return laid | {"inventory.json": json.dumps(inventory | changes)}


def test_a_package_in_an_object_comes_in_as_such(tmp_path: Path) -> None:
    content = {"a.txt": b"one", "b.txt": b"one", "c.txt": b"two"}
    deposit = looked(packed(tmp_path / "p.zip", {f"x/{name}": data for name, data in of(dict(eark(content))).items()}))
    assert content_of(deposit) == content and deposit.foreign is not None and deposit.foreign.kind == "ocfl e-ark"
    assert {one.algorithm for said in deposit.wanted.values() for one in said} == {"sha256", "sha512"}
    kept = {entry.path for entry in deposit.foreign.kept}
    assert kept == {"x/0=ocfl_object_1.1", "x/inventory.json", "x/v1/content/0"}


def test_of_an_object_that_holds_no_package_each_file_is_content(tmp_path: Path) -> None:
    deposit = looked(packed(tmp_path / "p.zip", of({"a.txt": b"1", "d/b.txt": b"2"})))
    assert content_of(deposit) == {"a.txt": b"1", "d/b.txt": b"2"}


def test_an_altered_file_is_an_error_and_a_lost_one_too(tmp_path: Path) -> None:
    files = of({"METS.xml": eark({"a.txt": b"1"})["METS.xml"], "representations/r1/data/a.txt": b"1"})
    altered = packed(tmp_path / "p.zip", files | {"v1/content/0": str(files["v1/content/0"]) + " "})
    assert codes(looked(altered))["foreign.digest-differs"] == "error"
    lost = of({"a.txt": b"1", "b.txt": b"2"})
    del lost["v1/content/1"]
    assert codes(looked(packed(tmp_path / "q.zip", lost)))["foreign.file-missing"] == "error"


@pytest.mark.parametrize(
    "inventory",
    [
        "",
        "[]",
        "{}",
        '{"digestAlgorithm": 1, "head": "v1", "versions": {"v1": {"state": 7}}, "manifest": {}}',
        "[" * 9999,
    ],
)
def test_an_inventory_that_is_none_is_refused(tmp_path: Path, inventory: str) -> None:
    with pytest.raises(Refused) as refused:
        looked(packed(tmp_path / "p.zip", of({"a.txt": b"1"}) | {"inventory.json": inventory}))
    assert refused.value.code == "foreign.unreadable"


@pytest.mark.parametrize("name", ["../a.txt", "/etc/passwd", "a//b", "a/./b", "", "a\0b"])
def test_logical_paths_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    state = {"v1": {"state": {digest(b"1"): [name]}}}
    with pytest.raises(Refused) as refused:
        looked(packed(tmp_path / "p.zip", of({"a.txt": b"1"}, versions=state)))
    assert refused.value.code == "foreign.unreadable"


def test_content_outside_the_object_is_not_reached(tmp_path: Path) -> None:
    files = of({"a.txt": b"1"}, manifest={digest(b"1"): ["../secret.txt"]})
    with pytest.raises(Refused) as refused:
        looked(packed(tmp_path / "q.zip", files))
    assert refused.value.code == "foreign.no-content"


def test_an_object_that_holds_itself_has_an_end(tmp_path: Path) -> None:
    files = of({"0=ocfl_object_1.1": "ocfl_object_1.1\n", "inventory.json": "{}", "a.txt": b"1"})
    with pytest.raises(Refused) as refused:
        looked(packed(tmp_path / "p.zip", files))
    assert refused.value.code == "foreign.unreadable"
