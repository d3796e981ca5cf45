"""A set of packages written: each in its form, with the list of all; what is altered does not stay outside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import pytest

from preserve.access.transfer import handing
from preserve.access.transfer.decoding import read_eep
from preserve.access.transfer.exporting import LIST, export
from preserve.access.transfer.model import Form, HandOver, Transfer
from preserve.access.transfer.profile import read_transfer_profile
from preserve.access.transfer.steps import cancel, prepare
from preserve.access.transfer.transfer_list import NAMES
from preserve.errors import Conflict, NotIntact, Refused
from preserve.progress import Silent
from tests.support.asking import PAPER, Counter

pytestmark = pytest.mark.xdist_group("transfer-steps")


@contextmanager
def transfer_of(counter: Counter, form: Form) -> Iterator[Transfer]:
    transfer = prepare(counter.actor(), [counter.case], receiver="临江市档案馆", basis="计划", form=form)
    try:
        yield transfer
    finally:
        handing.forget(counter.archive.home, transfer.number)
        cancel(counter.actor(), transfer.number, reason="试验完毕")


def exported(counter: Counter, transfer: Transfer, target: Path) -> HandOver:
    archive = counter.archive
    return export(archive, transfer, "founder", target, moment=archive.now(), progress=Silent())


@pytest.mark.parametrize("form", get_args(Form))
def test_what_the_list_says_is_what_lies_there(counter: Counter, tmp_path: Path, form: Form) -> None:
    with transfer_of(counter, form) as transfer:
        done = exported(counter, transfer, tmp_path)
        root = tmp_path / transfer.number
        listed = json.loads((root / LIST).read_text(encoding="utf-8"))
        assert done.list_sha256 == hashlib.sha256((root / LIST).read_bytes()).hexdigest()
        there = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()} - set(NAMES.values())
        assert {file["path"] for file in listed["cases"][0]["files"]} == there
        for file in listed["cases"][0]["files"]:
            data = (root / file["path"]).read_bytes()
            assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size"], file["sha256"])
        assert done.signed == (form == "eep")
        failed = [test.item for test in done.tests if test.result == "fail"]
        assert failed == ["description"], "the case was accepted without all of its documents"
        if form == "eep":
            names = read_transfer_profile(None).eep
            files = [file.path for path in sorted(root.rglob("*.eep")) for file in read_eep(path, names)]
            assert len(files) == len(set(files)) and f"representations/original/data/{PAPER}" in files
        again = exported(counter, transfer, tmp_path)  # what an earlier run finished is read back, not written again
        assert (again.list_sha256, again.files, again.size) == (done.list_sha256, done.files, done.size)


def test_what_was_altered_outside_or_inside_does_not_count_as_handed_over(counter: Counter, tmp_path: Path) -> None:
    with transfer_of(counter, "bag") as transfer:
        exported(counter, transfer, tmp_path)
        victim = next((tmp_path / transfer.number).rglob(PAPER))
        victim.chmod(0o644)
        victim.write_bytes(victim.read_bytes()[:-1] + b"?")
        with pytest.raises(NotIntact):
            exported(counter, transfer, tmp_path)
        other = transfer.model_copy(
            update={"items": tuple(item.model_copy(update={"manifest_sha256": "0" * 64}) for item in transfer.items)}
        )
        with pytest.raises(NotIntact, match=r"request\.source-altered"):
            exported(counter, other, tmp_path / "other")
        assert not (tmp_path / "other").exists() or list((tmp_path / "other").iterdir()) == []


def test_a_link_in_what_is_gone_on_with_is_not_followed(counter: Counter, tmp_path: Path) -> None:
    with transfer_of(counter, "eark") as transfer:
        staging, elsewhere = tmp_path / f".{transfer.number}.part", tmp_path / "elsewhere"
        staging.mkdir()
        elsewhere.mkdir()
        (staging / f".{counter.objid}").symlink_to(elsewhere)
        with pytest.raises(Refused, match=r"output\.not-plain"):
            exported(counter, transfer, tmp_path)
        assert list(elsewhere.iterdir()) == [] and not (tmp_path / transfer.number).exists()


def test_the_set_of_another_transfer_is_not_taken_for_this_one(counter: Counter, tmp_path: Path) -> None:
    with transfer_of(counter, "eark") as transfer:
        (tmp_path / transfer.number).mkdir()
        strange = {"number": transfer.number, "prepared": "2001-01-01T00:00:00Z"}
        (tmp_path / transfer.number / LIST).write_text(json.dumps(strange))
        with pytest.raises(Conflict, match=r"storage\.exists-already"):
            exported(counter, transfer, tmp_path)
