"""A bag as it is opened: its manifests read once, lines that a rule refuses never looked up, what is broken named."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata.bag_rules import LINE_RULES
from metadata.opened import known, open_bag
from tests.support.packages import plain_bag

CONTENT = [("甲.txt", b"a"), ("乙.txt", b"b")]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plain_bag(tmp_path, CONTENT, ("sha256", "sm3"))


def codes(root: Path) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in open_bag(root, LINE_RULES).findings]


def test_what_lies_there_and_what_the_manifests_say(root: Path) -> None:
    bag = open_bag(root, LINE_RULES)
    assert (bag.version, bag.findings, bag.broken) == ("1.0", [], set())
    assert [manifest.name for manifest in bag.payload_manifests] == ["manifest-sha256.txt", "manifest-sm3.txt"]
    assert [manifest.name for manifest in bag.tag_manifests] == ["tagmanifest-sha256.txt", "tagmanifest-sm3.txt"]
    assert bag.payload_digest("sm3", "data/甲.txt") == bag.digests["manifest-sm3.txt"]["data/甲.txt"]
    assert bag.payload_digest("sm3", "data/丙.txt") is None and bag.payload_digest("md5", "data/甲.txt") is None


def test_digests_are_compared_without_regard_to_case(root: Path) -> None:
    manifest = root / "manifest-sha256.txt"
    before = open_bag(root, LINE_RULES).digests
    manifest.write_text("".join(line[:64].upper() + line[64:] for line in manifest.open()))
    assert open_bag(root, LINE_RULES).digests[manifest.name] == before[manifest.name]


def test_a_line_that_leads_out_is_refused_and_never_looked_up(root: Path) -> None:
    with (root / "manifest-sha256.txt").open("a") as manifest:
        manifest.write(f"{'0' * 64}  data/../../etc/passwd\n")
    bag = open_bag(root, LINE_RULES)
    assert [finding.severity for finding in bag.findings] == ["error"]
    assert set(bag.digests["manifest-sha256.txt"]) == {"data/甲.txt", "data/乙.txt"}


def test_of_a_file_listed_twice_the_first_line_counts(root: Path) -> None:
    first = open_bag(root, LINE_RULES).payload_digest("sha256", "data/甲.txt")
    with (root / "manifest-sha256.txt").open("a") as manifest:
        manifest.write(f"{'0' * 64}  data/甲.txt\n")
    bag = open_bag(root, LINE_RULES)
    assert [(finding.code, finding.values["line"]) for finding in bag.findings] == [("bag.listed-twice", 3)]
    assert bag.payload_digest("sha256", "data/甲.txt") == first


def test_a_manifest_that_cannot_be_read_is_named_and_the_others_are_read(root: Path) -> None:
    (root / "manifest-sha256.txt").write_bytes(b"\xff\xfe\0\n")
    bag = open_bag(root, LINE_RULES)
    assert bag.broken == {"manifest-sha256.txt"} and bag.payload_digest("sm3", "data/甲.txt")
    assert [finding.where for finding in bag.findings] == ["manifest-sha256.txt"]


def test_a_declaration_of_any_size_is_not_read_into_memory(root: Path) -> None:
    (root / "bagit.txt").write_text("BagIt-Version: 1.0\n" + "x" * 5000)
    assert open_bag(root, LINE_RULES).version == ""
    (root / "bagit.txt").unlink()
    assert open_bag(root, LINE_RULES).version == ""


def test_an_algorithm_that_nobody_here_computes(root: Path) -> None:
    (root / "manifest-crc32.txt").write_text("")
    assert {manifest.algorithm for manifest in open_bag(root, LINE_RULES).manifests if not known(manifest)} == {"crc32"}
