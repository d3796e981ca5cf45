"""The proof for a third party: what the program beside it believes, and nothing that the checkpoint does not cover."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from preserve.archival_storage.auditing import run_audit
from preserve.archival_storage.pace import Budget
from preserve.data_management import checkpoints, ledger, sealing
from preserve.data_management.look_groups import Seen
from preserve.data_management.proof.export import PROGRAM, Evidence, check_proof, write_evidence
from preserve.errors import Conflict, NotIntact
from tests.support.kept import TWO, Kept, kept


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A case that was taken in and audited once."""
    with kept(tmp_path_factory.mktemp("proof")) as whole:
        run_audit(whole.archive, TWO, Budget(), everything=True, actor="li")
        yield whole


def write(whole: Kept, folder: Path, earlier: tuple[checkpoints.Checkpoint, ...] = ()) -> Evidence:
    with whole.archive.catalogue.read() as connection:
        return write_evidence(whole.archive.home, connection, whole.name, folder, earlier=earlier)


def known(whole: Kept) -> list[checkpoints.Checkpoint]:
    with whole.archive.catalogue.read() as connection:
        return list(checkpoints.read_checkpoints(connection))


def test_the_program_beside_it_believes_it(audited: Kept, tmp_path: Path) -> None:
    written = write(audited, tmp_path / "proof", (known(audited)[0],))
    lines, good = check_proof.check(tmp_path / "proof", "proof.json", None)
    assert good, lines
    assert (written.checks, written.files) == (1, 1) and written.size == known(audited)[-1].size
    document = json.loads((tmp_path / "proof" / "proof.json").read_text(encoding="utf-8"))
    assert len(document["entries"]) == written.entries and document["package"] == audited.name
    assert {"case.registered", "audit.ended"} <= {json.loads(row["entry"])["action"] for row in document["entries"]}
    assert [(check["outcome"], check["sha256"]) for check in document["checks"]] == [
        ("intact", audited.anchor().manifest)
    ]
    assert (tmp_path / "proof" / PROGRAM).read_bytes() == Path(check_proof.__file__).read_bytes()
    assert (tmp_path / "proof" / "ledger.pub").read_bytes() == (audited.archive.home.keys / "ledger.pub").read_bytes()


def test_a_record_beside_it_that_was_altered_does_not_hold(audited: Kept, tmp_path: Path) -> None:
    write(audited, tmp_path / "proof")
    (file,) = [path for path in (tmp_path / "proof" / "records").rglob("*") if path.is_file()]
    file.write_bytes(file.read_bytes() + b"\n")
    assert not check_proof.check(tmp_path / "proof", "proof.json", None)[1]


def test_entries_of_elsewhere_come_in_once_and_in_their_order(audited: Kept, tmp_path: Path) -> None:
    archive = audited.archive
    with archive.catalogue.read() as connection:
        first = list(ledger.entries(connection, 1, 3))
        written = write_evidence(archive.home, connection, audited.name, tmp_path, also=[*first, *first])
    document = json.loads((tmp_path / "proof.json").read_text(encoding="utf-8"))
    places = [row["index"] for row in document["entries"]]
    assert places[:3] == [0, 1, 2] and places == sorted(set(places)) and len(places) == written.entries
    assert max(places) < written.size and check_proof.check(tmp_path, "proof.json", None)[1]


def test_a_checkpoint_of_another_history_is_no_beginning(audited: Kept, tmp_path: Path) -> None:
    strange = replace(known(audited)[0], root=hashlib.sha256(b"other").digest())
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-checkpoint"):
        write(audited, tmp_path / "proof", (strange,))
    assert not (tmp_path / "proof").exists()


def test_nothing_is_mixed_with_what_lies_there(audited: Kept, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Conflict):
        write(audited, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_looks_go_along_under_a_root_that_an_entry_of_the_ledger_gives(audited: Kept, tmp_path: Path) -> None:
    archive, objid = audited.archive, audited.name.rpartition("_v")[0]
    for actor in ("li", "wu"):
        archive.record_look(Seen("case.viewed", objid, actor, {"what": "catalogue"}, archive.now()))
    sealing.close_segment(archive.home, archive.catalogue)
    write(audited, tmp_path / "proof")
    file = tmp_path / "proof" / "proof.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    assert [json.loads(one["entry"])["actor"] for one in document["looks"]] == ["li", "wu"]
    assert check_proof.check(tmp_path / "proof", "proof.json", None)[1]
    seen = document["looks"][0]
    ledger_entry = next(one for one in document["entries"] if json.loads(one["entry"])["action"] == "case.registered")
    for wrong in (
        {**seen, "entry": seen["entry"].replace('"li"', '"he"')},
        {**seen, "index": seen["index"] + 1},
        {**seen, "path": seen["path"][:-1]},
    ):
        file.write_text(json.dumps({**document, "looks": [wrong]}), encoding="utf-8")
        assert not check_proof.check(tmp_path / "proof", "proof.json", None)[1]
    file.write_text(json.dumps({**document, "looks": [{**ledger_entry, "anchor": seen["anchor"]}]}), encoding="utf-8")
    with pytest.raises(KeyError):
        check_proof.check(tmp_path / "proof", "proof.json", None)
