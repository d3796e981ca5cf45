"""METS of any sloppiness: read or refused with a reason, and never anything else."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from preserve.errors import Refused
from preserve.ingest.foreign.mets_words import MetsWords, read_mets
from preserve.ingest.sources.folder import FolderSource
from tests.support.foreign_packages import HEAD, file_word, looked, mets, packed

_LETTERS = st.characters(exclude_characters='<>&"\x7f', min_codepoint=32, exclude_categories=("Cs", "Cn", "Co"))
TEXT = st.text(_LETTERS, max_size=30)
NUMBERS = st.one_of(TEXT, st.integers(-5, 10**25).map(str))


def read_mets_of(folder: Path, text: str) -> MetsWords:
    """The words of a document."""
    (folder / "METS.xml").write_text(text, encoding="utf-8")
    return read_mets(FolderSource(folder), "METS.xml")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXT, NUMBERS, TEXT, TEXT, TEXT), max_size=4), TEXT)
def test_whatever_stands_in_attributes_is_read(files: list[tuple[str, ...]], use: str) -> None:
    words = [
        f'<file SIZE="{size}" CHECKSUM="{digest}" CHECKSUMTYPE="{kind}" ADMID="{ids}"><FLocat xlink:href="{href}"/></file>'
        for href, size, digest, kind, ids in files
    ]
    with tempfile.TemporaryDirectory() as folder:
        found = read_mets_of(Path(folder), mets(*words, use=use))
    assert len(found.files) == sum(bool(href) for href, *_ in files)
    assert all(file.size is None or file.size >= 0 for file in found.files)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.binary(max_size=6))
def test_a_document_that_was_damaged_is_read_or_refused(place: int, put: bytes) -> None:
    text = mets(
        file_word("representations/r1/data/a.txt", b"1"), before="<metsHdr><agent><name>x</name></agent></metsHdr>"
    )
    data = text.encode()
    damaged = data[:place] + put + data[place + len(put) :]
    with tempfile.TemporaryDirectory() as folder:
        files = {"METS.xml": damaged, "representations/r1/data/a.txt": b"1"}
        try:
            deposit = looked(packed(Path(folder) / "p.zip", files))
        except Refused:
            return
    assert [entry.path for entry in deposit.files] == ["a.txt"]


def test_of_groups_in_groups_the_nearest_use_counts() -> None:
    inner = f'<fileGrp><fileGrp USE="data">{file_word("a")}</fileGrp>{file_word("b")}</fileGrp>'
    text = f'{HEAD}<fileSec><fileGrp USE="root">{inner}</fileGrp></fileSec></mets>'
    with tempfile.TemporaryDirectory() as folder:
        found = read_mets_of(Path(folder), text)
    assert [(file.hrefs[0], file.use) for file in found.files] == [("a", "data"), ("b", "root")]


def test_sections_about_a_file_are_found_by_its_division_too() -> None:
    before = '<dmdSec ID="d1"><mdWrap><xmlData><dc:title> 一 \n 案 </dc:title></xmlData></mdWrap></dmdSec>'
    after = '<structMap><div DMDID="d1"><fptr FILEID="f1"/></div></structMap>'
    with tempfile.TemporaryDirectory() as folder:
        found = read_mets_of(Path(folder), mets(file_word("a", more='ID="f1"'), before=before, after=after))
    assert found.words(found.files[0]) == (("dc:title", "一 案"),)
