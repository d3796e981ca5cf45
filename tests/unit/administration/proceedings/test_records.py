"""Records and papers: written once, read only as the ledger knows them, and no name leads out of their folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from preserve.administration.proceedings.records import (
    check_paper,
    is_number,
    keep_paper,
    keep_staged,
    read_record,
    record_name,
    staged_papers,
    write_record,
)
from preserve.errors import NotIntact, Refused


class Note(BaseModel):
    """A record of one line."""

    text: str


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "holds" / "H2026-0001" / "0001-added.json"
    digest = write_record(path, Note(text="涉诉"))
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_record(path, digest, Note) == Note(text="涉诉")
    second = write_record(path, Note(text="again"))
    with pytest.raises(NotIntact, match=r"proceeding\.record-altered"):
        read_record(path, digest, Note)
    assert read_record(path, second, Note).text == "again"


def test_a_record_that_is_gone_or_of_another_shape_is_not_acted_on(tmp_path: Path) -> None:
    path = tmp_path / "0001.json"
    with pytest.raises(NotIntact, match=r"proceeding\.record-gone"):
        read_record(path, "", Note)
    path.write_text('{"words": 1}')
    with pytest.raises(NotIntact, match=r"proceeding\.record-altered"):
        read_record(path, hashlib.sha256(path.read_bytes()).hexdigest(), Note)


@given(st.text(max_size=20) | st.from_regex(r"[A-Z]{1,2}\d{4}-\d{1,9}(/\.\.|\n)?", fullmatch=True))
def test_what_is_a_number_is_safe_as_a_name(text: str) -> None:
    if is_number("hold", text):
        assert text == Path(text).name
        assert text.isascii()
        assert text.isprintable()


def test_numbers_are_told_apart_by_kind() -> None:
    assert is_number("hold", "H2026-0001")
    assert not is_number("disposal", "H2026-0001")
    assert not is_number("hold", "H2026-001")
    assert not is_number("hold", "H２０２６-0001")
    assert record_name("hold", 2, "released") == "0002-released.json"
    assert record_name("disposal", 2, "approved") == "0002.json"


def test_a_paper_is_copied_under_its_digest_and_the_source_stays(tmp_path: Path) -> None:
    source = tmp_path / "调取证据通知书.PDF"
    source.write_bytes(b"%PDF-1.4\nnotice")
    paper = keep_paper(tmp_path / "R2026-0001", "notice", source)
    assert (paper.original_name, paper.size) == ("调取证据通知书.PDF", 15)
    assert paper.file == f"papers/{paper.sha256[:16]}.PDF"
    assert check_paper(tmp_path / "R2026-0001", paper).read_bytes() == source.read_bytes()
    assert keep_paper(tmp_path / "R2026-0001", "notice", source) == paper
    assert len(list((tmp_path / "R2026-0001" / "papers").iterdir())) == 1


def test_a_paper_that_was_changed_or_lost_is_found(tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"x")
    paper = keep_paper(tmp_path, "notice", source)
    (tmp_path / paper.file).chmod(0o600)
    (tmp_path / paper.file).write_bytes(b"y")
    with pytest.raises(NotIntact, match=r"proceeding\.record-altered"):
        check_paper(tmp_path, paper)
    (tmp_path / paper.file).unlink()
    with pytest.raises(NotIntact, match=r"proceeding\.record-gone"):
        check_paper(tmp_path, paper)


def test_what_is_no_file_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "real").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe")
    for name in ("absent", "empty", "link", "pipe", "."):
        with pytest.raises(Refused) as caught:
            keep_paper(tmp_path / "folder", "notice", tmp_path / name)
        assert caught.value.code == "proceeding.paper-unreadable", name
    assert not (tmp_path / "folder").exists()
    odd = tmp_path / "a.p d;f"
    odd.write_bytes(b"x")
    assert Path(keep_paper(tmp_path, "k", odd).file).suffix == ""


def test_papers_wait_outside_of_every_proceeding_until_they_are_kept(tmp_path: Path) -> None:
    source = tmp_path / "申请.pdf"
    source.write_bytes(b"paper")
    store = tmp_path / "store"
    store.mkdir()
    with staged_papers(store, [("application", source), ("receipt", source)]) as (first, second):
        assert len(list((store / ".papers").iterdir())) == 2
        kept = keep_staged(store / "requests" / "2026-0001", first)
    assert second.path.exists() is False, "what nobody kept is gone"
    assert (store / "requests" / "2026-0001" / kept.file).read_bytes() == b"paper" and kept.original_name == "申请.pdf"
    with pytest.raises(Refused), staged_papers(store, [("application", source), ("receipt", tmp_path / "gone")]):
        pass
    left = store / ".papers" / "0123.part"
    left.write_bytes(b"killed")
    os.utime(left, (1, 1))
    with staged_papers(store, []):
        assert not list((store / ".papers").iterdir()), "neither of the two, nor what a kill left a day ago"
