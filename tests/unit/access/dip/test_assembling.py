"""A delivery: built, handed over and entered, or none of it, wherever it is killed."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from metadata.verify import verify_package
from preserve.access.dip import handing
from preserve.access.dip.assembling import Handover, deliver
from preserve.access.verifier.program import verify
from preserve.errors import Conflict, NotIntact, NotPermitted, Stopped, UsageError
from preserve.progress import Silent
from tests.support.asking import PAPER, Counter

pytestmark = pytest.mark.xdist_group("dip")


class Killed(Silent):
    """Ends the run when so many bytes have been moved."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def __call__(self, moved: int) -> None:
        """Raises when it is enough."""
        self.left -= moved
        if self.left < 0:
            raise Stopped("cli.stopped", "")


def left(counter: Counter, number: str) -> list[str]:
    return sorted(
        path.name for path in counter.archive.home.work.iterdir() if number in path.name and path.suffix != ".lock"
    )


def test_what_was_approved_leaves_once_and_stands_in_the_ledger(counter: Counter, tmp_path: Path) -> None:
    number = counter.approved().number
    done = deliver(counter.actor(), number, Handover(tmp_path, to="法院立案庭"), Silent())
    dip = done.delivery.dip
    assert done.place == tmp_path / dip and [path.name for path in tmp_path.iterdir()] == [dip]
    assert verify_package(done.place, from_medium=False, progress=Silent()).intact
    result = verify(str(done.place))
    assert result["intact"] and result["request"] == number
    assert result["evidence_sha256"] == done.delivery.evidence_sha256
    certificate = hashlib.sha256((done.place / "certificate.pdf").read_bytes()).hexdigest()
    assert certificate == done.delivery.certificate_sha256
    request = counter.request(number)
    assert (request.state, request.delivery) == ("delivered", done.delivery)
    assert (done.delivery.to, done.delivery.form) == ("法院立案庭", "folder")
    assert left(counter, number) == [] and handing.noted(counter.archive.home, number) is None
    with pytest.raises(Conflict, match=r"request\.step-wrong"):
        deliver(counter.actor(), number, Handover(tmp_path), Silent())
    assert [path.name for path in tmp_path.iterdir()] == [dip]


def test_without_approval_or_duty_nothing_is_built(counter: Counter, tmp_path: Path) -> None:
    opened, approved = counter.opened().number, counter.approved().number
    with pytest.raises(Conflict, match=r"request\.step-wrong"):
        deliver(counter.actor(), opened, Handover(tmp_path), Silent())
    with pytest.raises(NotPermitted, match=r"people\.may-not"):
        deliver(counter.actor("wang"), approved, Handover(tmp_path), Silent())
    with pytest.raises(UsageError, match=r"request\.password-short"):
        deliver(counter.actor(), approved, Handover(tmp_path, "encrypted-zip", password="short"), Silent())
    assert list(tmp_path.iterdir()) == [] and left(counter, approved) == []
    assert counter.request(approved).state == "approved"


def test_a_run_that_was_stopped_leaves_nothing_and_the_next_one_delivers(counter: Counter, tmp_path: Path) -> None:
    number = counter.approved().number
    with pytest.raises(Stopped):
        deliver(counter.actor(), number, Handover(tmp_path, "zip"), Killed(2000))
    assert list(tmp_path.iterdir()) == [] and left(counter, number) == []
    assert counter.request(number).state == "approved"
    done = deliver(counter.actor(), number, Handover(tmp_path, "zip"), Silent())
    assert [path.name for path in tmp_path.iterdir()] == [f"{done.delivery.dip}.zip"]


def test_what_was_handed_over_and_not_entered_is_entered_by_the_next_run(counter: Counter, tmp_path: Path) -> None:
    """Killed between the two: what lies outside is whole, so it is the delivery; damaged, it is taken back."""
    donor = deliver(counter.actor(), counter.approved().number, Handover(tmp_path / "donor"), Silent())
    for damaged in (False, True):
        number, out = counter.approved().number, tmp_path / f"out-{damaged}"
        out.mkdir()
        shutil.copytree(donor.place, out / donor.place.name)
        handing.note(counter.archive.home, number, donor.place, donor.delivery, out, "folder", None)
        if damaged:
            (out / donor.place.name / "README.html").write_text("x")
        done = deliver(counter.actor(), number, Handover(out), Silent())
        assert (done.delivery.dip == donor.delivery.dip) is not damaged
        assert [path.name for path in out.iterdir()] == [done.delivery.dip]
        assert counter.request(number).delivery == done.delivery


def test_a_source_that_was_altered_does_not_leave(counter: Counter, tmp_path: Path) -> None:
    request = counter.approved()
    assert request.examination is not None
    paper = next(file for file in request.examination.selection if file.path == PAPER)
    place = counter.archive.home.store / "packages" / paper.package / "data" / paper.objid
    source = place / "representations" / paper.representation / paper.file
    data, mode = source.read_bytes(), source.stat().st_mode
    source.chmod(0o644)
    source.write_bytes(data[:-1] + b"?")
    try:
        with pytest.raises(NotIntact, match=r"request\.source-altered"):
            deliver(counter.actor(), request.number, Handover(tmp_path), Silent())
    finally:
        source.write_bytes(data)
        source.chmod(mode)
    assert list(tmp_path.iterdir()) == [] and left(counter, request.number) == []
    record = json.loads(counter.request(request.number).model_dump_json())
    assert (record["state"], record["delivery"]) == ("approved", None)
