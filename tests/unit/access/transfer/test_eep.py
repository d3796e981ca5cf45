"""Encapsulations as strangers read them: well formed, every byte of every file, the signatures over what they say."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preserve.access.transfer.decoding import read_eep
from preserve.access.transfer.eep import write_eep
from preserve.access.transfer.encapsulation import Agent, BusinessAction, Document, Encapsulation, Record, Signed
from preserve.access.transfer.profile import read_transfer_profile
from preserve.errors import NotIntact

PROFILE = read_transfer_profile(None).eep
TITLE = '张某 <非法> & "经营"\x00案'


def package(contents: Sequence[bytes]) -> Encapsulation:
    documents = [
        Document(f"data/{number}.bin", f"{number}.bin", TITLE, len(data), hashlib.sha256(data).hexdigest(), "fmt/1")
        for number, data in enumerate(contents)
    ]
    record = Record(
        "r1", [("fonds_name", "某局")], "D-1", [("year", "2026")], [("title", TITLE)], "内部", "preserve", "n"
    )
    actions = [BusinessAction("e1", "机构1", "登记", "2026-03-01T00:00:00Z")]
    return Encapsulation("某局", "2026-03-01T00:00:00Z", record, documents, actions, [Agent("机构1", "某局", "unit")])


def written(
    target: Path, contents: Sequence[bytes], sign: Callable[[bytes], Signed] | None = None, short: bool = False
) -> str:
    def opening(document: Document) -> io.BytesIO:
        data = contents[int(document.name.partition(".")[0])]
        return _Slow(data) if short else io.BytesIO(data)

    return write_eep(target, PROFILE, package(contents), opening=opening, sign=sign, progress=lambda moved: None)


class _Slow(io.BytesIO):
    """A medium that gives less than it is asked for."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 31) if size and size > 0 else 31)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=400), min_size=1, max_size=4), st.booleans())
def test_every_byte_of_every_file_comes_out_again(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes], short: bool
) -> None:
    target = tmp_path_factory.getbasetemp() / "round.eep"
    digest = written(target, contents, short=short)
    assert digest == hashlib.sha256(target.read_bytes()).hexdigest()
    decoded = [(file.path, file.size, file.sha256) for file in read_eep(target, PROFILE)]
    assert decoded == [
        (f"data/{number}.bin", len(data), hashlib.sha256(data).hexdigest()) for number, data in enumerate(contents)
    ]


def test_what_people_wrote_stays_text_and_lines_are_76_long(tmp_path: Path) -> None:
    written(tmp_path / "a.eep", [b"x" * 1000])
    tree = ElementTree.parse(tmp_path / "a.eep")
    name = f"{{{PROFILE.namespace}}}"
    texts = {node.text for node in tree.iter(name + PROFILE.elements["title"])}
    assert texts == {TITLE.replace("\x00", "\ufffd")}
    (coded,) = tree.iter(name + PROFILE.elements["coded_data"])
    lines = (coded.text or "").strip().split("\n")
    assert {len(line) for line in lines[:-1]} == {76} and base64.b64decode("".join(lines)) == b"x" * 1000


def test_each_signature_is_over_the_element_from_its_first_tag_to_its_last(tmp_path: Path) -> None:
    signed: list[bytes] = []

    def sign(digest: bytes) -> Signed:
        signed.append(digest)
        return Signed("某局", "2026-03-01T00:00:00Z", b"result", b"certificate", "sha256WithRSA")

    written(tmp_path / "a.eep", [b"x"], sign)
    data = (tmp_path / "a.eep").read_bytes()

    def digest_of(name: str) -> bytes:
        tag = PROFILE.elements[name].encode()
        end = data.index(b"</" + tag + b">") + len(tag) + 3
        begin = min(data.find(b"<" + tag + after) % len(data) for after in (b">", b" "))
        return hashlib.sha256(data[begin:end]).digest()

    assert signed == [digest_of("signed_object"), digest_of("signature")]


def test_a_file_that_is_not_what_it_was_stops_it_and_no_encapsulation_is_there(tmp_path: Path) -> None:
    whole = package([b"abc"])
    for data in (b"abd", b"ab", b"abcd"):
        with pytest.raises(NotIntact, match=r"request\.source-altered"):
            write_eep(
                tmp_path / "a.eep",
                PROFILE,
                whole,
                opening=lambda document, data=data: io.BytesIO(data),  # type: ignore[misc]
                sign=None,
                progress=lambda moved: None,
            )
        assert not (tmp_path / "a.eep").exists()
