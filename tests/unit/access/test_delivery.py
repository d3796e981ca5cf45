"""Delivery: whole stories from the command line, and what a court holds in its hands at the end."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import bagit
import pypdfium2
import pytest
import pyzipper
import zxingcpp

from tests.browser import opened
from tests.office import Office, make_office
from tests.program import state_of
from tests.strangers.eark import VERSIONS, validate

pytestmark = pytest.mark.xdist_group("delivery")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return make_office(tmp_path_factory.mktemp("office"), "--test-authority")


@pytest.fixture(scope="module")
def delivered(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DIP that went to a court, as a folder."""
    target = tmp_path_factory.mktemp("court")
    before = state_of(office.archive.home / "store" / "packages")
    number = office.approved()
    done = office.json("", "request", "deliver", number, "--output", str(target))
    assert state_of(office.archive.home / "store" / "packages") == before, "delivering touched the originals"
    assert office.archive.leftovers() == []
    return Path(done["place"])


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the program in the DIP says, run as a stranger runs it."""
    return subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), str(folder)], capture_output=True, text=True, check=False
    )


def test_strangers_accept_it(delivered: Path) -> None:
    bagit.Bag(str(delivered)).validate()
    package = delivered / "data" / delivered.name
    for version in VERSIONS:
        assert validate(package, version)[0] == []


def test_its_own_verifier_finds_it_intact(delivered: Path) -> None:
    done = checked(delivered)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_originals_are_the_originals(delivered: Path, office: Office) -> None:
    package = office.archive.packages()[0]
    objid = package.name.partition("_")[0]
    kept = {
        path.relative_to(package / "data" / objid / "representations/original/data").as_posix(): path.read_bytes()
        for path in (package / "data" / objid / "representations/original/data").rglob("*") if path.is_file()
    }  # fmt: skip
    root = delivered / "data" / delivered.name / "representations/original/data"
    given = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert given == kept


def test_one_changed_byte_is_found(delivered: Path, tmp_path: Path) -> None:
    hurt = tmp_path / delivered.name
    shutil.copytree(delivered, hurt)
    video = next(hurt.rglob("*.mp4"))
    data = bytearray(video.read_bytes())
    data[len(data) // 2] ^= 1
    video.write_bytes(data)
    assert checked(hurt).returncode == 4


def test_the_ledger_tells_the_whole_way(office: Office, delivered: Path) -> None:
    dip = delivered.name
    actions = [one["action"] for one in office.log() if one["subject"] == dip]
    assert actions == ["dip.made", "dip.certified"]
    proof = json.loads((delivered / "proof" / "proof.json").read_text())
    told = [json.loads(one["entry"])["action"] for one in proof["entries"]]
    assert {"case.registered", "request.opened", "request.examined", "request.approved", "dip.made"} <= set(told)


def test_it_is_delivered_once(office: Office, delivered: Path, tmp_path: Path) -> None:
    (number,) = {one["details"]["request"] for one in office.log() if one["subject"] == delivered.name}
    done = office.run("", "request", "deliver", number, "--output", str(tmp_path))
    assert done.returncode == 3
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_delivered_without_approval(office: Office, tmp_path: Path) -> None:
    number = office.open()
    assert office.run("", "request", "deliver", number, "--output", str(tmp_path)).returncode == 3
    office.json("wang", "request", "examine", number)
    assert office.run("", "request", "deliver", number, "--output", str(tmp_path)).returncode == 3
    office.json("head", "request", "refuse", number, "--article", "21", "--reason", "不符合规定")
    assert office.run("", "request", "deliver", number, "--output", str(tmp_path)).returncode == 3
    assert list(tmp_path.iterdir()) == []


def test_an_original_that_was_altered_is_not_delivered(office: Office, tmp_path: Path) -> None:
    number = office.approved()
    video = next(office.archive.packages()[0].rglob("original/data/**/*.mp4"))
    whole = video.read_bytes()
    video.chmod(0o644)
    video.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        done = office.run("", "request", "deliver", number, "--output", str(tmp_path))
        assert done.returncode == 4
        assert list(tmp_path.iterdir()) == []
        assert office.archive.leftovers() == []
    finally:
        video.write_bytes(whole)
    office.json("", "request", "deliver", number, "--output", str(tmp_path))


def test_as_zip_and_as_encrypted_zip(office: Office, tmp_path: Path) -> None:
    done = office.json("", "request", "deliver", office.approved(), "--output", str(tmp_path), "--as", "zip")
    with zipfile.ZipFile(done["place"]) as box:
        box.extractall(tmp_path / "out")
    assert checked(tmp_path / "out" / Path(done["place"]).stem).returncode == 0
    number = office.approved()
    lines = tmp_path / "password"
    lines.write_text("short\n")
    command = ("request", "deliver", number, "--output", str(tmp_path / "safe"), "--as", "encrypted-zip")
    assert office.archive.run(*command, stdin=lines).returncode == 2
    lines.write_text("一个足够长的密码，给法院\n")
    assert office.archive.run(*command, stdin=lines).returncode == 0
    (made,) = (tmp_path / "safe").iterdir()
    with pyzipper.AESZipFile(made) as box, pytest.raises(RuntimeError):
        box.extractall(tmp_path / "wrong", pwd=b"another password")
    with pyzipper.AESZipFile(made) as box:
        box.extractall(tmp_path / "right", pwd="一个足够长的密码，给法院".encode())
    assert checked(tmp_path / "right" / made.stem).returncode == 0


def test_as_a_disc(office: Office, tmp_path: Path) -> None:
    done = office.json("", "request", "deliver", office.approved(), "--output", str(tmp_path), "--as", "disc")
    out = tmp_path / "read"
    subprocess.run(
        ["xorriso", "-osirrox", "on", "-indev", done["place"], "-extract", "/", str(out)], check=True,
        capture_output=True,
    )  # fmt: skip
    (folder,) = out.iterdir()
    assert checked(folder).returncode == 0
    blank = tmp_path / "blank"
    blank.touch()
    number = office.approved()
    done = office.json(
        "", "request", "deliver", number, "--output", str(tmp_path / "burned"), "--as", "disc", "--device", str(blank)
    )
    assert done["place"] == str(blank)
    assert list((tmp_path / "burned").iterdir()) == []
    assert blank.stat().st_size > 100_000


def test_access_copies_play_and_name_their_source(office: Office, tmp_path: Path) -> None:
    number = office.approved("--form", "access")
    done = office.json("", "request", "deliver", number, "--output", str(tmp_path))
    folder = Path(done["place"])
    assert checked(folder).returncode == 0
    kinds = {path.name for path in (folder / "data" / folder.name / "representations").iterdir()}
    assert "access" in kinds
    record = office.json("", "request", "show", number)["request"]
    assert all(one["original_sha256"] for one in record["examination"]["selection"])


def test_returned_with_a_receipt_and_counted(office: Office, delivered: Path) -> None:
    (number,) = {one["details"]["request"] for one in office.log() if one["subject"] == delivered.name}
    receipt = office.paper("签收回执").partition("=")[2]
    office.json("", "request", "return", number, "--receiver", "张法官", "--receipt", receipt, "--outcome", "采信")
    (year,) = office.json("", "request", "statistics")["years"]
    assert year["approved"] >= 1
    assert year["cases"] >= 1
    assert year["files"] > year["cases"]
    assert office.run("", "request", "return", number, "--receiver", "张法官").returncode == 3


def test_no_room(office: Office, tmp_path: Path) -> None:
    number = office.approved()
    locked = tmp_path / "file"
    locked.write_text("not a folder")
    assert office.run("", "request", "deliver", number, "--output", str(locked / "x")).returncode == 5
    assert office.json("", "request", "show", number)["request"]["state"] == "approved"
    assert office.archive.leftovers() == []


def test_a_browser_and_a_telephone_find_it_true(delivered: Path, tmp_path: Path) -> None:
    """The page in the package, and what the code on the certificate holds, as a court uses both."""
    with pypdfium2.PdfDocument(delivered / "certificate.pdf") as document:
        picture = document[0].render(scale=3).to_pil()
    (code,) = zxingcpp.read_barcodes(picture)
    done = subprocess.run([sys.executable, delivered / "verify.py", "--key", code.text], check=False)
    assert done.returncode == 0
    with opened(tmp_path / "profile") as browser:
        browser.open(delivered / "verify.html")
        assert browser.choose("folder", delivered)["verdict"][0] == "good step"
        browser.run(
            f"element('key').value = {json.dumps(code.text)}, element('key').dispatchEvent(new Event('input')), 1"
        )
        assert browser.run("element('verdict').className") == "good"
        assert browser.complaints() == []
