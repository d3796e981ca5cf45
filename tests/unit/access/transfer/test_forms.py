"""A case written in the form of its transfer: as a bag, or without the bag; gone on with, and never altered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from preserve.access.transfer.forms import Outgoing, open_signer_for, write_case
from preserve.access.transfer.model import Form, Item, Transfer
from preserve.access.transfer.profile import read_transfer_profile
from preserve.administration.founding import found
from preserve.clock import now, stamp
from preserve.data_management.archive import Archive, open_archive
from preserve.errors import NotIntact
from preserve.progress import Silent
from storage_adapters.contract import ExpectedFile

OBJID = "aip-01jd0000000000000000000000"
FILES = {"bagit.txt": b"BagIt", f"data/{OBJID}/METS.xml": b"<mets/>", f"data/{OBJID}/representations/a.txt": b"a" * 500}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    home = found(
        tmp_path / "home", institution="总队", policy="lossless", store=None, digests=["sha256"], language="zh"
    ).home
    for name, content in FILES.items():
        file = home.store / "packages" / f"{OBJID}_v0001" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    opened = open_archive(home.path)
    yield opened
    opened.close()


def leaving(archive: Archive, form: Form) -> tuple[Outgoing, Item]:
    item = Item(
        objid=OBJID,
        package=f"{OBJID}_v0001",
        case_number="临文综罚〔2013〕1号",
        archival_number="",
        title="某案",
        producer="总队",
        started="2013-01-05",
        closed="2013-05-20",
        retention="10-years",
        classification="internal",
        files=len(FILES),
        size=sum(map(len, FILES.values())),
        manifest_sha256="0" * 64,
    )
    transfer = Transfer(
        number="T2026-0001",
        state="approved",
        step=2,
        prepared=stamp(now()),
        prepared_by="chen",
        archive="临江市档案馆",
        basis="计划",
        form=form,
        items=(item,),
    )
    expected = [
        ExpectedFile(name, len(data), {"sha256": hashlib.sha256(data).hexdigest()}) for name, data in FILES.items()
    ]
    profile = read_transfer_profile(archive.home.profiles)
    return Outgoing(archive, transfer, profile, {OBJID: expected}, now(), Silent()), item


def written(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_bag_is_written_whole_and_a_package_without_its_bag(archive: Archive, tmp_path: Path) -> None:
    write_case(*leaving(archive, "bag"), tmp_path / "bag", None)
    assert written(tmp_path / "bag") == FILES
    write_case(*leaving(archive, "eark"), tmp_path / "eark", None)
    inside = {name.removeprefix(f"data/{OBJID}/"): data for name, data in FILES.items() if name.startswith("data/")}
    assert written(tmp_path / "eark") == inside


def test_what_an_earlier_run_left_half_is_written_again(archive: Archive, tmp_path: Path) -> None:
    half = tmp_path / "bag" / f"data/{OBJID}/representations/a.txt"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"a" * 200)
    write_case(*leaving(archive, "bag"), tmp_path / "bag", None)
    assert written(tmp_path / "bag") == FILES


def test_an_altered_source_does_not_leave(archive: Archive, tmp_path: Path) -> None:
    (archive.home.store / "packages" / f"{OBJID}_v0001" / "bagit.txt").write_bytes(b"BagIT")
    with pytest.raises(NotIntact, match=r"request\.source-altered"):
        write_case(*leaving(archive, "bag"), tmp_path / "bag", None)


@pytest.mark.parametrize("form", get_args(Form))
def test_nothing_is_signed_without_a_signing_certificate(archive: Archive, form: Form) -> None:
    with open_signer_for(archive.home, now(), wanted=form == "eep") as sign:
        assert sign is None
