"""A history written for a court: the paper names the proof beside it by its digest, and nothing is written over."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from preserve.access.case_history.gather import gather
from preserve.access.case_history.writing import Written, write_history
from preserve.clock import now
from preserve.data_management.proof.export import PROGRAM
from preserve.errors import Conflict
from preserve.messages import speaking
from tests.support.asking import Counter


def written(counter: Counter, *targets: Path) -> Written:
    with counter.archive.catalogue.read() as connection, speaking("en"):
        home = counter.archive.home
        history, entries = gather(home, connection, counter.objid, "", now(), contents=True)
        kinds = {path.suffix.removeprefix("."): path for path in targets}
        return write_history(home, connection, history, entries, kinds, {})


def test_the_paper_names_the_proof_by_its_digest(counter: Counter, tmp_path: Path) -> None:
    done = written(counter, tmp_path / "history.pdf", tmp_path / "history.html")
    assert done.proof == tmp_path / "history-proof"
    assert {path.name for path in tmp_path.iterdir()} == {"history.pdf", "history.html", "history-proof"}
    proof = (done.proof / "proof.json").read_bytes()
    assert done.sha256 == hashlib.sha256(proof).hexdigest()
    assert json.loads(proof)["package"] == f"{counter.objid}_v0001"
    page = (tmp_path / "history.html").read_text(encoding="utf-8")
    assert done.sha256 in page and counter.case in page
    assert (tmp_path / "history.pdf").read_bytes().startswith(b"%PDF-")
    assert (done.proof / PROGRAM).is_file()


@pytest.mark.parametrize("there", ["history.html", "history-proof"])
def test_what_was_shown_to_a_court_is_not_written_over(counter: Counter, tmp_path: Path, there: str) -> None:
    (tmp_path / "history-proof").mkdir()
    (tmp_path / "history-proof" / "own.txt").write_text("x")
    if there == "history.html":
        (tmp_path / there).write_text("x")
    with pytest.raises(Conflict, match=r"output\.exists"):
        written(counter, tmp_path / "history.html")
    assert (tmp_path / "history-proof" / "own.txt").read_text() == "x"
    assert (tmp_path / "history.html").exists() == (there == "history.html")


def test_the_proof_that_a_stopped_run_left_is_replaced_and_one_with_its_paper_is_not(
    counter: Counter, tmp_path: Path
) -> None:
    page = tmp_path / "history.html"
    first = written(counter, page)
    page.unlink()
    (first.proof / "ledger.pub").write_bytes(b"half")
    second = written(counter, page)
    assert second.proof == first.proof and (second.proof / "ledger.pub").read_bytes() != b"half"
    assert second.sha256 in page.read_text(encoding="utf-8")
    page.rename(tmp_path / "history.pdf")  # the paper of another run lies beside it
    with pytest.raises(Conflict, match=r"output\.exists"):
        written(counter, page)
