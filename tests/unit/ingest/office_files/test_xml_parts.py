"""XML as a stream: bytes are changed where they stand, and nothing hostile is followed."""

from __future__ import annotations

import io

import pytest

from preserve.ingest.office_files.xml_parts import NotLookedThrough, Part, rewritten


class _Upper(Part):
    """Writes every element «a» otherwise."""

    def start(self, name: str, values: dict[str, str]) -> None:
        if name == "a":
            self.change_tag(lambda raw: raw.upper())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<r><a x='1'/>字<!-- a --><a>b</a></r>", "<r><A X='1'/>字<!-- a --><A>b</a></r>"),
        ("<r>&amp;<![CDATA[<a>]]><a\n/></r>", "<r>&amp;<![CDATA[<a>]]><A\n/></r>"),
        ("<r/>", "<r/>"),
    ],
    ids=["tags", "sections", "nothing"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_only_what_is_changed_is_changed(before: str, after: str, encoding: str) -> None:
    data = before.encode(encoding)
    part = _Upper()
    part.read(io.BytesIO(data))
    assert b"".join(rewritten(io.BytesIO(data), part.edits)).decode(encoding) == after


@pytest.mark.parametrize(
    "data",
    [b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r>&b;</r>', b"<r><a></r>", b"<r>" + b"<a>" * 3000, b""],
    ids=["entities", "not closed", "deep", "empty"],
)
def test_what_is_hostile_or_damaged_is_not_looked_through(data: bytes) -> None:
    with pytest.raises(NotLookedThrough):
        Part().read(io.BytesIO(data))


def test_a_part_without_end_is_not_read_without_end() -> None:
    with pytest.raises(NotLookedThrough):
        Part().read(io.BytesIO(b"<r>" + b" " * 300_000), most=100_000)
