"""Manifests and bag-info as files: written, read again, and refused when they make no sense."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.bag import decode_path, encode_path, manifests, read_info, read_lines, write_info, write_manifest
from metadata.bag_names import Names, leads_out
from metadata.bag_rules import line_digests, line_paths
from metadata.csip import decode_href, encode_href, target_of
from metadata.errors import BagUnreadable

NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60)
SAFE = NAME.filter(lambda name: name.strip() == name and not set(name) & set("\n\r\\"))


@given(NAME)
def test_paths_come_back_from_their_encoded_form(path: str) -> None:
    encoded = encode_path(path)
    assert decode_path(encoded) == path
    assert "\n" not in encoded and "\r" not in encoded


@given(st.lists(NAME.map(lambda name: "data/" + name), unique=True, max_size=8))
def test_manifests_give_back_what_was_written(paths: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "manifest-sha256.txt"
        pairs = [(path, f"{number:064x}") for number, path in enumerate(paths)]
        assert write_manifest(manifest, pairs)[0] == len(pairs)
        lines = list(read_lines(manifest))
    assert [(line.path, line.digest) for line in lines] == pairs
    (kind,) = manifests(["manifest-sha256.txt"])
    for line in lines:
        assert line_digests.check(kind, line) is None


@given(st.text(max_size=60))
def test_a_path_that_a_manifest_may_hold_stays_inside(path: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "manifest-md5.txt"
        manifest.write_bytes(("0" * 32 + "  " + encode_path(path) + "\n").encode("utf-8", "replace"))
        try:
            lines = list(read_lines(manifest))
        except BagUnreadable:
            return
        (kind,) = manifests([manifest.name])
        base = Path(folder) / "bag"
        for line in lines:
            if not leads_out(line.raw) and line_paths.check(kind, line) is None:
                target = Path(str(base / Names((), "1.0").meant(line.raw).path))
                assert ".." not in target.parts and target.is_relative_to(base / "data")


@given(st.lists(SAFE, min_size=1, max_size=4).map("/".join).filter(lambda p: not set(p.split("/")) & {"", ".", ".."}))
def test_references_come_back_from_their_encoded_form(path: str) -> None:
    href = encode_href("data/" + path)
    assert decode_href(href) == "data/" + path
    assert target_of("representations/original/", href) == "representations/original/data/" + path


@given(st.text(max_size=40))
def test_no_reference_leads_out_of_the_package(href: str) -> None:
    path = target_of("representations/original/", href)
    assert path is None or path.startswith("representations/original")


@pytest.mark.parametrize(
    "href",
    [
        "../x",
        "a/../../x",
        "%2e%2e/x",
        "a/%2E%2E/x",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://x/y",
        "%2Fetc/passwd",
        "a%00b",
        "a%zz",
        "%ff",
        "a\\..\\b",
        "..%5Cx",
        "x#y",
        "x?y",
        "//host/x",
        "C:/x",
    ],
)
def test_references_that_are_refused(href: str) -> None:
    assert target_of("representations/original/", href) is None


@pytest.mark.parametrize("line", ["", "\r\n", "\n\n"])
def test_empty_lines_are_passed_over(line: str, tmp_path: Path) -> None:
    path = tmp_path / "manifest-md5.txt"
    path.write_bytes(("0" * 32 + " *data/a\r\n" + line + "1" * 32 + "\tdata/b c\n").encode())
    assert [one.path for one in read_lines(path)] == ["data/a", "data/b c"]


@given(st.lists(st.tuples(st.from_regex(r"[A-Za-z][A-Za-z-]{0,20}", fullmatch=True), SAFE), max_size=6))
def test_info_gives_back_labels_and_words(pairs: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_info(Path(folder), pairs)
        assert read_info(Path(folder) / "bag-info.txt") == [(a, " ".join(b.split())) for a, b in pairs]


def test_folded_info_lines_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "bag-info.txt"
    path.write_bytes("说明: 第一行\r\n  第二行\nB:x\n".encode())
    assert read_info(path) == [("说明", "第一行 第二行"), ("B", "x")]


@pytest.mark.parametrize("data", [b" folded first\n", b"no colon\n", b": no label\n", b"A: \xd0\xd0\n"])
def test_info_without_form_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bag-info.txt"
    path.write_bytes(data)
    with pytest.raises(BagUnreadable):
        read_info(path)
