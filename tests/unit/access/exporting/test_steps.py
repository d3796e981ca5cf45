"""Exports as steps: who may take which, what stands in the ledger, and every form read by somebody else's eyes."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import bagit
import openpyxl
import pytest

from preserve.access.exporting import steps
from preserve.access.exporting.model import Export, Form
from preserve.access.exporting.ocfl import path_of
from preserve.data_management import ledger
from preserve.errors import Conflict, NotIntact, NotPermitted, Refused, UsageError
from preserve.progress import Silent
from tests.support import commons_ip, ocfl
from tests.support.asking import Counter, opened_counter
from tests.support.eark import VERSIONS, validate

pytestmark = pytest.mark.xdist_group("exporting-steps")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """An archive of this module, whose package may be altered."""
    with opened_counter(tmp_path_factory.mktemp("exported")) as whole:
        yield whole


def approved(counter: Counter, form: Form, *, whole: bool = False) -> str:
    """An export that the head approved; its number."""
    names = [] if whole else [counter.case]
    number = steps.propose(
        counter.actor(), names, receiver="临江市档案馆", purpose="系统迁移", form=form, whole=whole
    ).number
    steps.decide(counter.actor("head"), number, approve=True, reason="")
    return number


def written(counter: Counter, form: Form, target: Path, *, whole: bool = False) -> Export:
    return steps.write_out(counter.actor(), approved(counter, form, whole=whole), target, progress=Silent())


def package_of(counter: Counter) -> Path:
    return next((counter.archive.home.store / "packages").glob(f"{counter.objid}_v*"))


def originals(counter: Counter) -> dict[str, str]:
    """SHA-256 of each original by its path."""
    folder = package_of(counter) / "data" / counter.objid / "representations" / "original" / "data"
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_plain_folders_need_nothing_of_ours(counter: Counter, tmp_path: Path) -> None:
    export = written(counter, "plain", tmp_path)
    root = tmp_path / export.number
    assert not subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=root, check=False).returncode
    (year,) = [path for path in root.iterdir() if path.is_dir()]
    assert year.name == "2026"
    (case,) = year.iterdir()
    assert case.name.startswith(counter.case.replace("/", "_")[:10])
    found = {
        str(path.relative_to(case / "原件")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (case / "原件").rglob("*")
        if path.is_file()
    }
    assert found == originals(counter)
    book = openpyxl.load_workbook(root / "catalogue.xlsx", read_only=True)
    rows = list(book["案卷"].iter_rows(values_only=True))
    assert counter.case in rows[1]
    with (root / "files.csv").open(encoding="utf-8-sig", newline="") as lines:
        files = list(csv.DictReader(lines))
    assert {line["数字摘要（SHA-256）"] for line in files} == set(originals(counter).values())
    assert all((root / line["所在位置"]).is_file() for line in files)
    readme = (root / "README.txt").read_text(encoding="utf-8")
    assert "不依赖任何专用程序" in readme
    assert "Nothing here depends" in readme
    listed = len((root / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    assert listed == sum(path.is_file() for path in root.rglob("*")) - 1


@pytest.mark.parametrize("form", ["eark-aip", "eark-dip"])
def test_other_validators_accept_the_information_packages(counter: Counter, tmp_path: Path, form: Form) -> None:
    export = written(counter, form, tmp_path)
    (package,) = [path for path in (tmp_path / export.number).iterdir() if path.is_dir()]
    for version in VERSIONS:
        assert validate(package, version) == ([], [])
    verdict, failed = commons_ip.validate(package, tmp_path)
    assert verdict == "VALID", failed
    given = package / "representations" / "original" / "data"
    there = {
        str(p.relative_to(given)): hashlib.sha256(p.read_bytes()).hexdigest() for p in given.rglob("*") if p.is_file()
    }
    assert there == originals(counter)
    kept = {path.name for path in (package / "representations").iterdir()}
    assert ("preservation" in kept) == (form == "eark-aip")


def test_an_ocfl_root_grows_by_what_is_new(counter: Counter, tmp_path: Path) -> None:
    first = written(counter, "ocfl", tmp_path)
    assert first.written is not None
    assert (first.written.cases, first.written.present) == (1, 0)
    valid, said = ocfl.validate(tmp_path / "ocfl")
    assert valid, said
    place = tmp_path / "ocfl" / path_of(counter.objid)
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    second = written(counter, "ocfl", tmp_path)
    assert second.written is not None
    assert (second.written.present, second.written.files) == (1, 0)
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before
    ocfl.extract(place, "v1", tmp_path / "out")
    assert bagit.Bag(str(tmp_path / "out")).validate()
    for path in package_of(counter).rglob("*"):
        if path.is_file():
            assert (tmp_path / "out" / path.relative_to(package_of(counter))).read_bytes() == path.read_bytes()


def test_the_whole_archive_goes_without_naming_cases(counter: Counter, tmp_path: Path) -> None:
    export = written(counter, "eark-aip", tmp_path, whole=True)
    assert export.written is not None
    assert export.written.cases == 1
    about = json.loads((tmp_path / export.number / "export.json").read_text(encoding="utf-8"))
    assert (about["cases"], about["left_out"]) == (1, [])


def test_who_proposes_does_not_decide_and_nothing_leaves_before(counter: Counter, tmp_path: Path) -> None:
    wish = {"receiver": "某馆", "purpose": "迁移", "form": "plain"}
    for names, whole in (([], False), ([counter.case], True)):
        with pytest.raises(UsageError):
            steps.propose(counter.actor(), names, whole=whole, **wish)  # type: ignore[arg-type]
    number = steps.propose(counter.actor(), [counter.case], **wish).number  # type: ignore[arg-type]
    for account in ("founder", "wang", "song"):
        with pytest.raises(NotPermitted):
            steps.decide(counter.actor(account), number, approve=True, reason="")
    with pytest.raises(Conflict):
        steps.write_out(counter.actor(), number, tmp_path / "early", progress=Silent())
    assert not (tmp_path / "early").exists()
    steps.decide(counter.actor("head"), number, approve=False, reason="不必")
    with pytest.raises(Conflict):
        steps.write_out(counter.actor(), number, tmp_path / "early", progress=Silent())


def test_a_place_stands_in_the_ledger_before_a_byte_is_there(counter: Counter, tmp_path: Path) -> None:
    number = approved(counter, "plain")
    steps.write_out(counter.actor(), number, tmp_path, progress=Silent())
    with counter.archive.catalogue.read() as connection:
        actions = [entry.action for entry in ledger.about(connection, number)]
    assert actions == ["export.proposed", "export.approved", "export.begun", "export.written"]
    with pytest.raises(Conflict):
        steps.write_out(counter.actor(), number, tmp_path, progress=Silent())
    with pytest.raises(Conflict):
        steps.withdraw(counter.actor(), number, reason="x")


@pytest.mark.parametrize("form", ["plain", "ocfl", "eark-dip"])
def test_nothing_is_written_into_the_archive(counter: Counter, form: Form) -> None:
    number = approved(counter, form)
    with pytest.raises(Refused):
        steps.write_out(counter.actor(), number, counter.archive.home.store / "out", progress=Silent())
    assert not (counter.archive.home.store / "out").exists()


@pytest.mark.parametrize("form", ["plain", "ocfl", "eark-aip"])
def test_an_altered_original_is_not_given_away(own: Counter, tmp_path: Path, form: Form) -> None:
    counter = own
    number = approved(counter, form)
    victim = package_of(counter) / "data" / counter.objid / "representations" / "original" / "data" / "笔录.txt"
    kept, mode = victim.read_bytes(), victim.stat().st_mode
    victim.chmod(0o640)
    victim.write_bytes(kept.replace("笔".encode(), "毛".encode(), 1))
    try:
        with pytest.raises(NotIntact):
            steps.write_out(counter.actor(), number, tmp_path, progress=Silent())
    finally:
        victim.write_bytes(kept)
        victim.chmod(mode)
    assert not (tmp_path / number).exists()
    assert not list((tmp_path / "ocfl").glob("???")) if form == "ocfl" else True
    assert steps.write_out(counter.actor(), number, tmp_path, progress=Silent()).state == "written"
